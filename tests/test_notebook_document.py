"""Notebooks as files: what is kept, the solved twin, what `verify` says of them, and the run that refreshes both."""

import copy
import json
import shutil
from pathlib import Path

import pytest

from checker.course.lessons import Course, find_course
from checker.errors import UsageError
from checker.notebook import document, places
from checker.notebook.refresh import refresh
from checker.verify import Subject
from checker.verify import notebooks as checks

ROOT = Path(__file__).parents[1]
TODO = '%%check 41\ndef test_unknown_user():\n    pytest.fail("TODO: read somebody who is not there", pytrace=False)\n'
ANSWER = 'def test_unknown_user():\n    assert client.get("/users/nobody").status_code == 404\n'


def markdown(id_, source):
    return {"cell_type": "markdown", "id": id_, "metadata": {}, "source": source}


def code(id_, source, *texts):
    outputs = [
        {"output_type": "display_data", "metadata": {}, "data": {"text/plain": text}} for text in texts
    ]
    cell = {"cell_type": "code", "id": id_, "metadata": {}, "source": source}
    return {**cell, "execution_count": None, "outputs": outputs}


def notebook(*cells):
    return document.tidy({"cells": list(cells)})


def answer(text=ANSWER):
    return f"<details>\n<summary>An answer</summary>\n\n```python\n{text}```\n\n</details>\n"


SHIPPED = notebook(
    markdown(
        "title", "# 41 · A request is a function call\n\nSee [it](../lessons/41_test_client/README.md)."
    ),
    code("start", "%load_ext checker\nprint('hello')", "hello"),
    code("one", TODO, "Not attempted: …"),
    markdown("one-answer", answer()),
    code("two", TODO.replace("unknown", "other"), "Not attempted: …"),
    markdown("two-answer", answer(ANSWER.replace("unknown", "other"))),
)


def solved_and_run():
    twin = document.solved(SHIPPED)
    for cell in twin["cells"]:
        if document.lesson_of(cell):
            cell["outputs"] = code("", "", "Right: valid, and 1 of 12 mutants caught.")["outputs"]
    return document.tidy(twin)


@pytest.fixture
def with_notebook(course):
    """A copy of lesson 01 as lesson 41, with a notebook and its solved twin; a function that finds problems."""
    lesson = find_course(course).find("41")
    for place, content in (places.shipped, SHIPPED), (places.solved, solved_and_run()):
        write(place(course, lesson), content)
    return Course(course, shipped=course), lesson


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else document.written(content), "utf-8")


def problems(with_notebook):
    course, lesson = with_notebook
    subject = Subject(course, course.find(lesson.name), None)
    return [problem for check in checks.CHECKS for problem in check.find(subject)]


# -- documents


def test_what_is_written_is_read_again():
    assert document.read(document.written(SHIPPED)) == SHIPPED


def test_file_is_as_jupyter_writes_it():
    nbformat = pytest.importorskip("nbformat")

    text = document.written(SHIPPED)

    assert nbformat.writes(nbformat.reads(text, as_version=4)) + "\n" == text


def test_tidy_takes_away_what_changes_from_run_to_run():
    touched = copy.deepcopy(SHIPPED)
    touched["metadata"] |= {"widgets": {}, "language_info": {"name": "python", "version": "3.11.7"}}
    touched["cells"][1] |= {
        "execution_count": 17,
        "metadata": {"execution": {"iopub.status.busy": "2026-11-20"}},
    }

    assert document.tidy(touched) == SHIPPED


def test_cells_of_code_are_numbered_so_that_nbval_compares_all_of_them():
    assert [cell.get("execution_count") for cell in SHIPPED["cells"]] == [None, 1, 2, None, 3, None]


def test_solved_twin_has_the_answers_and_links_from_where_it_lies():
    twin = document.solved(SHIPPED)

    assert twin["cells"][2]["source"] == f"%%check 41\n\n{ANSWER.rstrip()}"
    assert "](../../lessons/" in twin["cells"][0]["source"]
    assert [cell["id"] for cell in twin["cells"]] == [cell["id"] for cell in SHIPPED["cells"]]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"cells": [{"cell_type": "code"}]}', '{"cells": [1]}', "<<<<<<< HEAD"]
)
def test_file_that_is_no_notebook_is_one_line(text):
    with pytest.raises(UsageError, match=r"^x\.ipynb is no notebook of format 4\.5: .+\.$"):
        document.read(text, "x.ipynb")


# -- verify


def test_notebook_and_twin_that_are_right_have_no_problem(with_notebook):
    assert problems(with_notebook) == []


def _spoil(change):
    """The shipped notebook, changed."""
    spoiled = copy.deepcopy(SHIPPED)
    change(spoiled["cells"], spoiled)
    return spoiled


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda cells, nb: nb["metadata"].update(widgets={}), "has what changes from run to run"),
        (lambda cells, nb: cells[1].update(execution_count=9), "has what changes from run to run"),
        (lambda cells, nb: cells[1].update(execution_count=None), "has what changes from run to run"),
        (lambda cells, nb: cells[1]["metadata"].update(collapsed=True), "has what changes from run to run"),
        (lambda cells, nb: cells[0].update(source="# 41 · Another title"), "should begin"),
        (lambda cells, nb: cells[1]["outputs"][0].update(output_type="error"), "it fails"),
        (
            lambda cells, nb: cells[1].update(
                outputs=[{"output_type": "stream", "name": "stderr", "text": "W"}]
            ),
            "its output has stderr",
        ),
        (
            lambda cells, nb: cells[1].update(code("", "", "<x at 0x7f29acfc9010>")),
            "something of one machine: 0x7f29",
        ),
        (
            lambda cells, nb: cells[1].update(code("", "", "see /home/me/x")),
            "something of one machine: /home/",
        ),
        (lambda cells, nb: cells[2].update(outputs=[]), "does not say that it was not attempted"),
        (lambda cells, nb: cells[2].update(source=TODO.replace("41", "01")), "judged by another lesson: 01"),
        (lambda cells, nb: cells[3].update(source="No answer."), "no folded answer"),
        (lambda cells, nb: cells[2].update(source=f"%%check 41\n{ANSWER}"), "is solved already"),
        (lambda cells, nb: cells[2].update(source=TODO.replace("41", "41 ")), "in another spelling than"),
        (lambda cells, nb: cells[1].update(source="# NBVAL_SKIP\n1"), "it tells nbval to look away"),
        (lambda cells, nb: cells.pop(2), "1 exercises; a notebook has at least 2"),
        (lambda cells, nb: cells[3].update(source=answer("x = 1\n")), "is not this one solved"),
        (lambda cells, nb: cells[1].update(source="print('other')"), "is not this one solved"),
    ],
)
def test_problem_of_a_notebook_is_found(with_notebook, change, problem):
    course, lesson = with_notebook
    write(places.shipped(course.root, lesson), _spoil(change))

    assert any(problem in found for found in problems(with_notebook))


def test_answer_that_is_not_right_is_found(with_notebook):
    course, lesson = with_notebook
    twin = solved_and_run()
    twin["cells"][2]["outputs"][0]["data"]["text/plain"] = "Valid, and blind: no mutant is caught."
    write(places.solved(course.root, lesson), twin)

    assert problems(with_notebook) == [
        "cell one: the answer is judged 'Valid, and blind: no mutant is caught'"
    ]


def test_lesson_without_a_notebook_is_told(with_notebook):
    course, lesson = with_notebook
    places.shipped(course.root, lesson).rename(course.root / "notebooks" / "41_other.ipynb")

    assert problems(with_notebook) == [
        "there is no notebooks/41_test_client.ipynb",
        "notebooks/41_other.ipynb has another slug than the lesson, 41_test_client",
    ]


def test_every_notebook_is_of_a_lesson_and_has_a_twin():
    names = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]

    assert set(names) <= {lesson.name for lesson in find_course(ROOT).lessons}
    assert names == [path.stem for path in sorted((ROOT / "solutions" / "notebooks").glob("*.ipynb"))]


# -- refresh


def test_refresh_writes_outputs_and_the_solved_twin_and_is_the_same_a_second_time(with_notebook, monkeypatch):
    course, lesson = with_notebook
    bare = json.loads(document.written(SHIPPED))
    for cell in bare["cells"]:
        cell.pop("outputs", None) if cell["cell_type"] == "markdown" else cell.update(outputs=[])
    bare["metadata"]["language_info"]["version"] = "3.0"
    write(places.shipped(course.root, lesson), json.dumps(bare))
    shutil.rmtree(course.root / "solutions" / "notebooks")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    written = list(refresh(course, lesson))
    first = [path.read_bytes() for path in written]

    assert problems(with_notebook) == []
    assert [path.read_bytes() for path in refresh(course, lesson)] == first


def test_refresh_of_a_notebook_that_fails_is_one_line(with_notebook, monkeypatch):
    course, lesson = with_notebook
    write(places.shipped(course.root, lesson), _spoil(lambda cells, nb: cells[1].update(source="1 / 0")))
    before = places.shipped(course.root, lesson).read_bytes()
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    with pytest.raises(
        UsageError, match=r"41_test_client.ipynb: a cell fails: ZeroDivisionError: division by zero$"
    ):
        list(refresh(course, lesson))
    assert places.shipped(course.root, lesson).read_bytes() == before
