"""`checker grade` where nobody handed in a suite, or no lesson counts: what is wrong is told all the same."""

import csv
import json
import shutil

import pytest

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="there is no bubblewrap here")

SUITE = "def test_one():\n    assert True\n"


@pytest.fixture
def grade(in_course, tmp_path):
    """The command on a class of these files, into one folder."""

    def run(files, *options):
        for path, text in files.items():
            (tmp_path / "class" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "class" / path).write_text(text)
        return in_course("grade", tmp_path / "class", "--out", tmp_path / "out", *options)

    return run


def test_class_without_a_suite_is_told_what_was_wrong_and_gets_its_report(grade, tmp_path):
    (tmp_path / "class.csv").write_text("id\nada\n")

    done = grade(
        {"bob.zip": "no zip", "ada/wrong folder/test_mine.py": SUITE}, "--roster", tmp_path / "class.csv"
    )

    out, told = tmp_path / "out", " ".join(done.stdout.split())
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr
    assert "2 submissions: 0 suites graded, 0 as before." in done.stdout
    assert "Unmatched: bob.zip: nobody of the roster has this id, e-mail or name" in done.stdout
    for name in ("report.html", "grades.csv", "gradebook.json"):
        assert f"Written: {out / name}" in told
        assert (out / name).is_file()
    with (out / "grades.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [
            ["learner", "name", "email", "total", "maximum"],
            ["ada", "", "", "", "0"],
            ["bob", "", "", "", "0"],
        ]
    document = json.loads((out / "gradebook.json").read_text("utf-8"))
    notes = {one["id"]: one["notes"] for one in document["learners"]}
    assert notes["ada"][0].startswith("wrong folder/test_mine.py: not taken")
    assert notes["bob"][0].startswith("bob.zip is refused")


def test_class_of_which_no_lesson_counts_is_told_what_was_graded_before_the_refusal(grade, tmp_path):
    (tmp_path / "policy.toml").write_text('lessons = ["77"]\n')

    done = grade(
        {"ada/lessons/41_test_client/test_test_client.py": SUITE, "notes.txt": ""},
        "--policy",
        tmp_path / "policy.toml",
    )

    assert done.returncode == 2
    assert "1 submission: 1 suite graded, 0 as before." in done.stdout
    assert "Unmatched: notes.txt: neither a folder, an archive" in done.stdout
    assert done.stderr.splitlines()[-1].startswith(
        "checker: No lesson of this class counts under this policy."
    )
