"""A notebook that is handed in: its judged cells are a suite, laid over the lesson's starter."""

import json

import pytest
from handing_in import LESSON, LESSONS, NAME, ROOT, STARTER, TEST, lay, taken, zipped

from checker.grading.intake import find_sources, take_in
from checker.grading.model import Learner

OTHER = LESSONS[1]
LEARNER = Learner("anna")
SHIPPED = (ROOT / "notebooks" / f"{NAME}.ipynb").read_bytes()
CELL = '%%check 01\n\n\ndef test_unknown_user():\n    assert client.get("/users/x").status_code == 404\n'


def notebook(*cells):
    """A notebook's file with these code cells, as an old Jupyter writes them: without ids."""
    code = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": cell}
        for cell in cells
    ]
    text = [{"cell_type": "markdown", "metadata": {}, "source": ["Words"]}]
    return json.dumps({"cells": [*text, *code], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()


def test_its_judged_cells_take_the_place_of_the_starters_tests(tmp_path):
    lay(tmp_path, {f"doeann_1_2_{NAME}.ipynb": notebook("1 + 1", CELL, "# Mine.\n%%check 01\nX = 1\n")})

    submission = taken(tmp_path)

    text = submission.suites[NAME].files[STARTER].decode()
    assert 'assert client.get("/users/x").status_code == 404' in text
    assert "X = 1" in text
    assert "1 + 1" not in text
    assert "%%check" not in text
    assert "def test_alice_can_be_read" in text  # the starter's
    assert submission.flags == ()
    assert submission.notes == (f"{NAME}.ipynb: 2 of 2 judged cells laid over the starter of the lesson",)


def test_one_notebook_may_have_cells_of_two_lessons(tmp_path):
    lay(tmp_path, {"anna/mine.ipynb": notebook(CELL, "%%check 2\ndef test_x():\n    assert True\n")})

    assert list(taken(tmp_path).suites) == [NAME, OTHER.name]


def test_without_the_magic_the_cells_with_tests_are_taken_by_the_lesson_of_the_files_name(tmp_path):
    cells = ["import json\n", TEST.decode(), "print(3)\n"]
    lay(tmp_path, {f"doeann_1_2_{NAME}.ipynb": notebook(*cells)})

    suite = taken(tmp_path).suites[NAME]

    assert TEST.decode().strip() in suite.files[STARTER].decode()
    assert "print(3)" not in suite.files[STARTER].decode()


def test_with_one_lesson_a_notebook_of_any_name_is_its_suite(tmp_path):
    lay(tmp_path, {"anna.ipynb": notebook(TEST.decode())})

    assert list(taken(tmp_path, LESSON).suites) == [NAME]


def test_notebook_as_it_was_shipped_is_not_handed_in(tmp_path):
    starter = LESSON.starter_files[STARTER].encode()
    lay(tmp_path, {f"anna/notebooks/{NAME}.ipynb": SHIPPED, f"anna/lessons/{NAME}/{STARTER}": starter})

    submission = taken(tmp_path)

    assert (submission.suites, submission.flags, submission.unusable) == ({}, ("untouched",), frozenset())


def test_notebook_that_was_worked_in_counts_where_the_lessons_file_is_as_shipped(tmp_path):
    document = json.loads(SHIPPED)
    document["cells"].append(
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": CELL.splitlines(True)}
    )
    starter = LESSON.starter_files[STARTER].encode()
    files = {f"notebooks/{NAME}.ipynb": json.dumps(document).encode(), f"lessons/{NAME}/{STARTER}": starter}
    lay(tmp_path, {"anna.zip": zipped(files)})

    assert "/users/x" in taken(tmp_path).suites[NAME].files[STARTER].decode()


def test_file_with_tests_counts_before_a_notebook_which_is_told(tmp_path):
    lay(tmp_path, {f"anna/lessons/{NAME}/{STARTER}": TEST, f"anna/{NAME}.ipynb": notebook(CELL)})

    submission = taken(tmp_path)

    assert submission.suites[NAME].files == {STARTER: TEST}
    assert f"{NAME}.ipynb: not taken: lesson 01 is graded from what else was handed in" in submission.notes


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "it is no notebook that can be read"),
        (b"[" * 100_000, "it is no notebook that can be read"),
        (b'{"cells": [{"cell_type": "code"}]}', "it is no notebook that can be read"),
        (notebook("1 + 1"), "none of its cells has a test"),
        (b" " * 5_000_000, "larger than 4,000,000 bytes"),
    ],
)
def test_notebook_of_no_use_is_named_and_is_no_zero(tmp_path, content, why):
    lay(tmp_path, {f"anna/{NAME}.ipynb": content, f"anna/lessons/{OTHER.name}/test_cookie_sessions.py": TEST})

    submission = taken(tmp_path)

    assert submission.notes == (f"{NAME}.ipynb: not taken: {why}",)
    assert (list(submission.suites), submission.unusable) == ([OTHER.name], {NAME})


def test_cell_that_is_not_python_is_left_out_and_told(tmp_path):
    lay(tmp_path, {f"anna/{NAME}.ipynb": notebook(CELL, "%%check 01\ndef test_y(:\n")})

    submission = taken(tmp_path)

    assert "/users/x" in submission.suites[NAME].files[STARTER].decode()
    assert submission.notes[0].startswith(
        f"{NAME}.ipynb: its judged cell 2 is not taken: Line 2 of this cell"
    )


def test_solved_notebooks_of_the_course_are_nobodys_work(tmp_path):
    lay(tmp_path, {f"anna/solutions/notebooks/{NAME}.ipynb": notebook(CELL)})

    assert taken(tmp_path).suites == {}


@pytest.mark.parametrize(
    "name", ["Report.docx", "hw.rar", "test_test_client.txt", "notes.md", "link.url", "a.ipynb"]
)
def test_what_is_handed_in_and_of_no_use_is_named(tmp_path, name):
    lay(tmp_path, {f"doeann_1_2_{name}": b"PK"})

    [source] = find_sources(tmp_path).chosen
    submission = take_in(source, LESSONS)

    assert submission.has_nothing_usable
    assert any(name in note for note in submission.notes)


def test_document_of_somebody_in_the_roster_is_theirs(tmp_path):
    lay(tmp_path, {"anna.docx": b"PK"})

    sources = find_sources(tmp_path, (LEARNER,))

    assert [source.learners for source in sources.chosen] == [(LEARNER,)]
    assert sources.absent == ()
