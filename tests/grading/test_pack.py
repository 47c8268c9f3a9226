"""`checker pack`: the folder that a class gets, tried as the class would; nothing in it spoils."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from checker.copies.working_copy import course_files
from checker.course.lessons import Course, find_course
from checker.errors import UsageError
from checker.files import walk
from checker.grading.ci import pipeline
from checker.grading.pack import pack

ROOT = Path(__file__).parents[2]
COURSE = find_course(ROOT)
SOLUTIONS = ROOT / "solutions"
# Of what the workbook is installed with, what only the checker needs.
CHECKERS = {"typer", "rich", "packaging", "watchfiles", "textual"}


def files_in(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def exam(tmp_path_factory):
    """The folder of an exam; tests copy what they change."""
    out = tmp_path_factory.mktemp("exam") / "out"
    pack(COURSE, out, exam=True)
    return out


@pytest.fixture(scope="module")
def bare(tmp_path_factory, exam):
    """A folder of packages with what the exam's requirements need and nothing else, as a new environment has."""
    folder = tmp_path_factory.mktemp("bare")
    for name in _closure((exam / "requirements.txt").read_text("utf-8").splitlines()):
        there = distribution(name)
        for entry in {
            file.parts[0] for file in there.files or () if file.parts[0] not in ("..", "__pycache__")
        }:
            if not (folder / entry).exists():
                (folder / entry).symlink_to(Path(there.locate_file(entry)).resolve())
    return folder


def _closure(lines):
    """The names of the packages that these requirements bring, here."""
    stated = [Requirement(line) for line in lines if not line.startswith("-c")]
    known, to_do = set(), [one for one in stated if _is_needed(one, ())]
    while to_do:
        one = to_do.pop()
        key = (one.name.lower(), frozenset(one.extras))
        if key not in known:
            known.add(key)
            needed = map(Requirement, distribution(one.name).requires or ())
            to_do += [n for n in needed if _is_needed(n, one.extras)]
    return {name for name, _ in known}


def _is_needed(needed, extras):
    return not needed.marker or any(needed.marker.evaluate({"extra": extra}) for extra in ("", *extras))


def run_pytest(folder, bare, *arguments, cwd=None):
    """Plain pytest as on a machine without the checker: no site-packages but `bare`."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "COV"))}
    return subprocess.run(
        [sys.executable, "-S", "-s", "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=cwd or folder,
        env={**clean, "PYTHONPATH": str(bare), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )


def solved(exam, tmp_path):
    """A copy of the exam's folder in which somebody has written our solutions."""
    folder = tmp_path / "solved"
    shutil.copytree(exam, folder)
    for lesson in COURSE.lessons:
        for path in [*lesson.solution.glob("test_*.py"), *lesson.solution.glob("conftest.py")]:
            shutil.copy(path, folder / "lessons" / lesson.name)
    return folder


# -- for a class


def test_class_gets_a_working_copy_without_solutions(tmp_path):
    lines = pack(COURSE, tmp_path / "out")

    found = files_in(tmp_path / "out")
    given = course_files(solutions=False)
    assert {path: found[path] for path in given} == given
    assert found.keys() - given.keys() == {".checker/shipped.json"}
    assert not any("solutions" in path for path in found)
    assert (
        lines[0]
        == f"Written: {tmp_path / 'out'}, a working copy of {len(COURSE.lessons)} lessons without solutions."
    )
    assert any("out of sight, not out of reach" in line for line in lines)


def test_lesson_of_the_instructors_own_is_packed_and_told(two_lessons, tmp_path):
    own = two_lessons.root / "lessons" / "43_own_topic"
    shutil.copytree(two_lessons.root / "lessons" / "41_test_client", own)
    course = Course(two_lessons.root, shipped=_with_root_files(two_lessons.shipped))

    lines = pack(course, tmp_path / "out")

    assert (tmp_path / "out" / "lessons" / "43_own_topic" / "users_api.py").is_file()
    assert (
        "Your own: 43_own_topic. The class's checker has no variants of it; pytest alone runs there." in lines
    )


def _with_root_files(shipped):
    for path in (".gitignore", ".vscode", "LICENSE", "constraints.txt"):
        copy = shutil.copytree if (ROOT / path).is_dir() else shutil.copy
        copy(ROOT / path, shipped / path)
    return shipped


# -- for an exam


def test_exam_has_apps_starters_and_readmes_and_no_more_of_a_lesson(exam):
    for lesson in COURSE.lessons:
        shipped = {
            path: (lesson.shipped / path).read_bytes() for path in walk(lesson.shipped) if path != "hints.md"
        }
        assert files_in(exam / "lessons" / lesson.name) == shipped
    assert sorted(path.name for path in exam.iterdir()) == [
        *(".gitignore", ".vscode", "LICENSE", "README.md", "conftest.py", "constraints.txt", "lessons"),
        *("pytest.ini", "requirements.txt"),
    ]


def test_exam_says_nothing_that_spoils(exam):
    found = files_in(exam)
    text = b"\n".join(found.values()).decode("utf-8")
    variants = [tomllib.loads(path.read_text("utf-8")) for path in SOLUTIONS.glob("*/variants.toml")]
    mutants = [mutant for one in variants for mutant in one["mutant"]]
    assert mutants

    assert not any(name.endswith(("hints.md", ".ipynb", "variants.toml")) for name in found)
    assert [m["id"] for m in mutants if re.search(rf"(?<![\w-]){re.escape(m['id'])}(?![\w-])", text)] == []
    assert [m["id"] for m in mutants if m["symptom"] in text or m["expose"] in text] == []
    for path in SOLUTIONS.glob("*/test_*.py"):
        assert path.read_text("utf-8") not in text


def test_exam_runs_by_pytest_alone_and_every_starter_is_a_todo(exam, bare, tmp_path):
    folder = tmp_path / "work"
    shutil.copytree(exam, folder)

    done = run_pytest(folder, bare, "lessons/01")

    assert "configfile: pytest.ini" in done.stdout, done.stderr
    assert not any("checker" in entry.name for entry in bare.iterdir())
    red = sum(map(int, re.findall(r"(\d+) (?:failed|error)", done.stdout.splitlines()[-1])))
    assert red == len(re.findall(r"^(?:E +Failed: )?TODO: ", done.stdout, re.MULTILINE)) > 0, done.stdout


def test_exam_s_requirements_are_enough_for_every_solution(exam, bare, tmp_path):
    done = run_pytest(solved(exam, tmp_path), bare, "-W", "error", "lessons")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout


@pytest.mark.parametrize(
    ("argument", "below", "tests"),
    [
        ("lessons/01", ".", 9),
        ("1", "lessons", 9),
        ("lessons/01_test_client", ".", 9),
        ("lessons/01::test_unknown_user", ".", 1),
    ],
)
def test_number_finds_its_lesson_without_the_checker(exam, bare, argument, below, tests):
    done = run_pytest(exam, bare, "--collect-only", "-q", argument, cwd=exam / below)

    collected = re.findall(r"^(.+?)/test_test_client\.py::", done.stdout, re.MULTILINE)
    assert collected == ["lessons/01_test_client"] * tests, done.stdout + done.stderr


def test_number_of_no_lesson_is_pytest_s_own_error(exam, bare):
    done = run_pytest(exam, bare, "--collect-only", "lessons/77")

    assert done.returncode == 4
    assert "file or directory not found: lessons/77" in done.stderr


def test_requirements_are_those_of_the_workbook_without_what_only_the_checker_needs(exam):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {_key(line) for line in project["dependencies"]}
    first, *listed = (exam / "requirements.txt").read_text("utf-8").splitlines()

    assert first == "-c constraints.txt"
    assert {_key(line) for line in listed} == {key for key in needed if key[0] not in CHECKERS}


def _key(line):
    one = Requirement(line)
    return one.name, frozenset(one.extras), str(one.marker)


def test_exam_may_have_the_lessons_that_are_named_alone(tmp_path):
    lines = pack(COURSE, tmp_path / "out", exam=True, only=[COURSE.find("02")])

    assert [path.name for path in (tmp_path / "out" / "lessons").iterdir()] == ["02_cookie_sessions"]
    assert lines[0].startswith(f"Written: {tmp_path / 'out'}, with 02_cookie_sessions;")


def test_exam_says_what_the_installed_checker_carries(tmp_path):
    told = " ".join(pack(COURSE, tmp_path / "out", exam=True))

    assert "the package carries solutions and variants" in told
    assert "requirements.txt" in told


# -- where it goes


@pytest.mark.parametrize("exam", [False, True])
def test_folder_with_foreign_files_is_refused_and_left_as_it_is(tmp_path, exam):
    (tmp_path / "thesis.tex").write_text("mine")

    with pytest.raises(
        UsageError, match=r"has files in it: thesis\.tex\. Give the name of a new or an empty folder\."
    ):
        pack(COURSE, tmp_path, exam=exam)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("exam", [False, True])
def test_folder_that_cannot_be_made_is_one_line(tmp_path, exam):
    (tmp_path / "file").write_text("mine")

    with pytest.raises(UsageError, match=r"could not be written|is no folder") as caught:
        pack(COURSE, tmp_path / "file" / "out", exam=exam)

    assert "\n" not in str(caught.value)


# -- a board for what is pushed


WORKBOOK = "git+https://example.org/workbook.git@v1"


def pushed(tmp_path, host):
    """A repository of a class's folder with a pipeline, and the script of that pipeline."""
    out = tmp_path / "class of 2030"
    pack(COURSE, out, extra=pipeline(host, WORKBOOK))
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "as it came"]):
        git(out, *command)
    if host == "github":
        steps = yaml.safe_load((out / ".github/workflows/board.yml").read_text())["jobs"]["board"]["steps"]
        return out, steps[-1]["run"], steps[-2]["env"]["WORKBOOK"]
    board = yaml.safe_load((out / ".gitlab-ci.yml").read_text())["board"]
    return out, board["script"][-1], board["variables"]["WORKBOOK"]


def git(folder, *command):
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
    return subprocess.run(
        ["git", *who, *command], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


def run_board(folder, script, before, **environment):
    checker = folder.parent / "bin" / "checker"
    checker.parent.mkdir(exist_ok=True)
    checker.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m checker "$@"\n')
    checker.chmod(0o755)
    path = f"{checker.parent}:{os.environ['PATH']}"
    known = {"PATH": path, "PYTHONPATH": str(ROOT), "BEFORE": before, "CI_COMMIT_BEFORE_SHA": before}
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, **known, **environment},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_pipeline_judges_the_lesson_that_a_push_has_changed_and_no_other(tmp_path, host):
    folder, script, workbook = pushed(tmp_path, host)
    before = git(folder, "rev-parse", "HEAD").strip()
    suite = "test_test_client.py"
    shutil.copy(SOLUTIONS / "01_test_client" / suite, folder / "lessons/01_test_client" / suite)
    git(folder, "commit", "-q", "-a", "-m", "lesson 01")
    summary = tmp_path / "summary.md"

    done = run_board(folder, script, before, GITHUB_STEP_SUMMARY=str(summary))

    assert workbook == WORKBOOK
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Lesson 01 is complete." in done.stdout
    assert "Lesson 02" not in done.stdout
    assert summary.read_text().startswith("```text\nLesson 01")


def test_pipeline_fails_for_a_lesson_that_is_not_complete_and_shows_its_board_all_the_same(tmp_path):
    folder, script, _ = pushed(tmp_path, "github")
    before = git(folder, "rev-parse", "HEAD").strip()
    with (folder / "lessons/01_test_client/test_test_client.py").open("a") as file:
        file.write("\n# begun\n")
    git(folder, "commit", "-q", "-a", "-m", "begun")
    summary = tmp_path / "summary.md"

    done = run_board(folder, script, before, GITHUB_STEP_SUMMARY=str(summary))

    assert done.returncode == 1
    assert "0 of 8 written" in summary.read_text()


def test_pipeline_has_nothing_to_say_where_no_lesson_has_changed(tmp_path):
    folder, script, _ = pushed(tmp_path, "gitlab")
    before = git(folder, "rev-parse", "HEAD").strip()
    git(folder, "commit", "-q", "--allow-empty", "-m", "nothing")

    done = run_board(folder, script, before)

    assert (done.returncode, done.stdout) == (0, "No lesson has changed.\n")


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_first_push_has_no_push_before_it_and_is_judged_whole(tmp_path, host):
    folder, script, _ = pushed(tmp_path, host)
    for lesson in sorted((folder / "lessons").glob("[0-9]*"))[2:]:
        shutil.rmtree(lesson)

    done = run_board(folder, script, "0" * 40)

    assert [line for line in done.stdout.splitlines() if line.startswith("Lesson")] == [
        "Lesson 01 · A request is a function call",
        "Lesson 02 · The client remembers",
    ]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--ci", "jenkins", "--workbook", "x"], "--ci jenkins: there are github and gitlab."),
        (["--ci", "github"], "--ci needs --workbook"),
        (["--ci", "github", "--workbook", "x", "--exam"], "leave --ci or --exam out"),
        (["--workbook", "x"], "--workbook goes with --ci."),
    ],
)
def test_pipeline_that_cannot_be_made_is_one_line_and_nothing_is_written(tmp_path, checker, options, says):
    done = checker("pack", "--student", tmp_path / "out", *options)

    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert says in done.stderr
    assert not (tmp_path / "out").exists()
