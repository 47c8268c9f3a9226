"""Hostile and broken submissions: each folder of `cases` through the real `checker grade`, in the real sandbox.

They are three classes, each graded once; README.md beside this file is the table of what each gets.
"""

import csv
import fcntl
import importlib.util
import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest
import sandboxes

from checker.grading.opening import open_gradebook

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="there is no bubblewrap here")

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CASES = sorted(path.parent for path in HERE.glob("cases/*/expected.toml"))
SUITE = "test_test_client.py"
NEIGHBOURS = {
    "honest-complete": ROOT / "solutions/01_test_client" / SUITE,
    "honest-in-part": HERE / "neighbour.py",
}
NO_SUBMISSIONS = {57}  # rows of the table that are about the machine; they name their tests
NOT_HANDED_IN = ("expected.toml", "build.py", "__pycache__")


def expected_of(case):
    return tomllib.loads((case / "expected.toml").read_text("utf-8"))


def class_of(case):
    return expected_of(case).get("class", "as-shipped")


# -- the classes, graded


class Graded:
    """A class after its grading: what its gradebook and its folder hold."""

    def __init__(self, folder):
        self.out = folder / "out"
        grading = json.loads((folder / "grading.json").read_text("utf-8"))
        self.exit, self.told, self.learners = grading["exit"], grading["told"], grading["learners"]
        self.identical = [set(pair) for pair in grading["identical"]]


def put_submission(case, folder):
    entry = folder / case.name
    home = entry / "lessons" / "01_test_client"
    shutil.copytree(case, home, ignore=shutil.ignore_patterns(*NOT_HANDED_IN))
    if (case / "build.py").is_file():
        spec = importlib.util.spec_from_file_location(f"build_{case.name}", case / "build.py")
        builder = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(builder)
        builder.build(entry)


def grade(checker, folder, name):
    submissions, out = folder / "submissions", folder / "out"
    submissions.mkdir(parents=True)
    for case in CASES:
        if class_of(case) == name:
            put_submission(case, submissions)
    for learner, suite in NEIGHBOURS.items():
        home = submissions / learner / "lessons" / "01_test_client"
        home.mkdir(parents=True)
        shutil.copy(suite, home / SUITE)
    options = ["--variants", HERE / "variants"] if name == "with-variants" else []
    if name != "unhurried":
        options += ["--time-limit", "4"]
    done = checker("grade", submissions, "--out", out, "--feedback", "symptoms", *options)
    with open_gradebook(out / "gradebook.db") as book:
        result = book.read()
    grading = {
        "exit": done.returncode,
        "told": done.stdout + done.stderr,
        "learners": {one.learner.id: told_of(one) for one in result.learners},
        "identical": [(pair.one, pair.other) for pair in result.alike if pair.identical],
    }
    (folder / "grading.json").write_text(json.dumps(grading))


def told_of(learner):
    """All that the gradebook has of a learner, but for times."""
    graded = {name: unit for name, unit in learner.units.items() if unit.graded_at}
    verdicts = {name: {**unit.document, "seconds": None} for name, unit in graded.items()}
    return {"flags": list(learner.flags), "notes": list(learner.notes), "verdicts": verdicts}


@pytest.fixture(scope="session")
def graded(checker, tmp_path_factory, worker_id):
    """By the class's name, what came of its grading; xdist's workers share one."""
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "threats"
    shared.mkdir(exist_ok=True)

    def class_graded(name):
        folder = shared / name
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "grading.json").is_file():
                grade(checker, folder, name)
        return Graded(folder)

    return class_graded


@pytest.fixture(scope="session")
def worker_id(request):
    """As pytest-xdist has it, also where it is not installed."""
    return getattr(request.config, "workerinput", {}).get("workerid", "master")


# -- each of them


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_submission_gets_its_verdict(case, graded):
    expected = expected_of(case)
    learner = graded(class_of(case)).learners[expected.get("learner", case.name)]

    assert set(expected.get("flags", ["refused"] if expected.get("refused") else [])) <= set(learner["flags"])
    for note in expected.get("notes", []):
        assert any(note in told for told in learner["notes"]), learner["notes"]
    if expected.get("refused"):
        assert (learner["verdicts"], len(learner["notes"])) == ({}, 1)
        return
    [verdict] = learner["verdicts"].values()
    assert verdict["status"] == expected["status"], verdict["findings"]
    assert verdict["suspect"] == expected.get("suspect", [])
    kinds = {finding["kind"] for finding in verdict["findings"]}
    assert set(expected.get("kinds", [])) <= kinds
    if "valid" in expected:
        assert {test["name"] for test in verdict["tests"] if test["valid"]} == set(expected["valid"])
    if "killed" in expected:
        assert {m["id"] for m in verdict["mutants"] if m["killed"]} == set(expected["killed"])
    if "says" in expected:
        assert any(expected["says"] in finding["text"] for finding in verdict["findings"])


@pytest.mark.parametrize("name", ["as-shipped", "with-variants"])
@pytest.mark.parametrize("neighbour", NEIGHBOURS)
def test_neighbour_has_the_verdict_that_it_gets_alone(name, neighbour, graded, checker, tmp_path):
    home = tmp_path / "alone" / neighbour / "lessons" / "01_test_client"
    home.mkdir(parents=True)
    shutil.copy(NEIGHBOURS[neighbour], home / SUITE)
    options = ["--variants", HERE / "variants"] if name == "with-variants" else []
    checker("grade", tmp_path / "alone", "--out", tmp_path / "out", *options)
    with open_gradebook(tmp_path / "out" / "gradebook.db") as book:
        [alone] = book.read().learners

    assert graded(name).learners[neighbour] == json.loads(json.dumps(told_of(alone)))


# -- all of them


def test_every_row_has_its_case_and_its_line_in_the_table():
    rows = {expected_of(case)["row"] for case in CASES}
    table = (HERE / "README.md").read_text("utf-8")
    lines = {int(number): line for number, line in re.findall(r"^\| (\d+) \|(.*)\|$", table, re.MULTILINE)}

    assert rows == set(range(1, 60)) - NO_SUBMISSIONS
    assert set(lines) == rows | NO_SUBMISSIONS
    for case in CASES:
        assert f"`{case.name}`" in lines[expected_of(case)["row"]]
        assert expected_of(case).get("departs", "") in lines[expected_of(case)["row"]]


@pytest.mark.parametrize("name", ["as-shipped", "with-variants", "unhurried"])
def test_grader_comes_to_its_end_and_says_what_it_did(name, graded):
    grading = graded(name)

    assert grading.exit == 0, grading.told
    assert "Traceback" not in grading.told


def test_nothing_is_left_running_or_lying_about(graded):
    graded("as-shipped"), graded("with-variants")

    assert sandboxes.orphans() == []
    assert not list(Path("/tmp").glob("evil*")), "nothing of an archive is written outside"


def test_identical_submissions_are_both_graded_and_reported(graded):
    assert {"42_one_of_two_alike", "42_another_of_two_alike"} in graded("as-shipped").identical


def test_no_page_for_a_learner_shows_the_source_of_a_variant(graded):
    pages = list((graded("as-shipped").out / "feedback").iterdir())

    assert len(pages) > len(CASES)
    for page in pages:
        text = page.read_text("utf-8")
        assert "SOURCE-BEGINS" not in text, page.name
        assert "raise HTTPException" not in text, page.name


def test_every_line_of_the_marks_is_whole_and_inert(graded):
    with (graded("as-shipped").out / "grades.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)

    assert header == ["learner", "name", "email", "01_test_client", "total", "maximum"]
    assert {len(row) for row in rows} == {len(header)}
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert '\'=HYPERLINK("evil"), "a;b"' in [row[0] for row in rows]
