"""A verdict on a merged test file, told in the lines of the cell and of the learner's file."""

from pathlib import Path

import pytest

from checker.check import Checked
from checker.course.cell import put_into
from checker.course.lessons import Lesson
from checker.judging.verdict import Finding, TestVerdict, Verdict
from checker.notebook.origins import retold

HERE = Path(__file__).parent
LESSON = Lesson(HERE / "41_x", HERE / "41_x", HERE / "41_x")
FILE = "import pytest\n\ndef test_a():\n    pytest.fail('TODO')\n\ndef helper():\n    return 1\n"
CELL = "X = 2\n\ndef test_a():\n    assert helper() == X\n    assert X == 3\n"
MERGED = put_into(FILE, CELL, "test_x.py")


def line_of(text):
    """The number of a line of the merged file."""
    return MERGED.text.split("\n").index(text) + 1


def told(detail="", finding=None):
    test = TestVerdict("test_a", "failed", False, "", detail)
    verdict = Verdict("todo", (test,), findings=(finding,) if finding else ())
    return retold(Checked(LESSON, verdict, None, 1.0), "test_x.py", MERGED).verdict


def test_merged_lines_know_where_they_come_from():
    numbers = {line.text.strip(): (line.in_cell, line.number) for line in MERGED.lines if line.text}

    assert numbers["assert X == 3"] == (True, 6)  # Jupyter counts the line of the magic
    assert numbers["return 1"] == (False, 7)
    assert line_of("    return 1") != 7


def test_traceback_names_the_line_of_the_cell_and_that_of_the_file():
    mine, theirs = line_of("    assert helper() == X"), line_of("    return 1")

    detail = f"test_x.py:{mine}: in test_a\n    assert helper() == X\ntest_x.py:{theirs}: in helper\nE   no\n"

    assert told(detail).tests[0].detail == (
        "this cell, line 5: in test_a\n    assert helper() == X\ntest_x.py:7: in helper\nE   no\n"
    )


@pytest.mark.parametrize("other", ["my_test_x.py:4: in f", "tests/test_x.py:4: in f", "test_x.py:99: in f"])
def test_lines_of_other_files_and_lines_that_are_not_there_stay(other):
    assert told(other).tests[0].detail == other


def test_collection_error_names_the_line_of_the_cell():
    finding = Finding("collection", "broken", f"test_x.py:{line_of('X = 2')}: in <module>\nE   boom")

    assert told(finding=finding).findings[0].text == "this cell, line 2: in <module>\nE   boom"


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        (
            "Without its line {}, test_a would be valid.",
            "    assert X == 3",
            "Without line 6 of this cell, test_a",
        ),
        ("the one in line {} replaces", "    return 1", "the one in line 7 of your file replaces"),
    ],
)
def test_advice_names_the_line_of_the_cell_or_of_the_file(text, line, expected):
    finding = Finding("advice", "one_line_too_many", text.format(line_of(line)), "test_a")

    assert told(finding=finding).findings[0].text.startswith(expected)


def test_words_of_a_test_that_look_like_a_line_stay():
    finding = Finding("reference", "fails", "test_a fails on the app: line 5 is missing", "test_a")

    assert told(finding=finding).findings[0] == finding
