"""Checks of a lesson's notebooks: what their files say, without running anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checker.notebook import document, places
from checker.notebook.document import Notebook, plain_text
from checker.verify import Check, Subject

_FEWEST = 2  # exercises
_LOCAL = re.compile(r"/(?:home|Users|root|tmp|var)/|\b[A-Z]:\\|\b0x[0-9a-f]{6,}")


def notebook_is_there(subject: Subject) -> Iterator[str]:
    """A notebook of the lesson's number and slug, and none of its number with another slug."""
    mine = places.shipped(subject.course.root, subject.lesson)
    if not (subject.is_draft or mine.is_file()):
        yield f"there is no notebooks/{mine.name}"
    for path in sorted(mine.parent.glob(f"{subject.lesson.number:02}_*.ipynb")):
        if path.name != mine.name:
            yield f"notebooks/{path.name} has another slug than the lesson, {subject.lesson.name}"


def notebook_is_tidy(subject: Subject) -> Iterator[str]:
    """Nothing in the files that another run, program or machine would write otherwise."""
    for name, path in _files(subject).items():
        text = path.read_text("utf-8")
        notebook = document.read(text, name)
        if document.written(document.tidy(notebook)) != text:
            number = f"{subject.lesson.number:02}"
            yield f"{name} has what changes from run to run: checker refresh-notebooks {number}"
        title = f"# {subject.lesson.number:02} · {subject.lesson.title}"
        if _sources(notebook)[:1] and _sources(notebook)[0].partition("\n")[0] != title:
            yield f"{name} should begin {title!r}"
        yield from (f"{name}, cell {id_}: {problem}" for id_, problem in _odd_outputs(notebook))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code" and "NBVAL_" in cell["source"].upper():
                yield f"{name}, cell {cell['id']}: it tells nbval to look away; every output is compared"


def exercises_are_open(subject: Subject) -> Iterator[str]:
    """Each exercise is a TODO that says so, with an answer folded below it."""
    path = places.shipped(subject.course.root, subject.lesson)
    if not path.is_file():
        return
    notebook = document.read(path.read_text("utf-8"), path.name)
    found = list(document.exercises(notebook))
    if len(found) < _FEWEST:
        yield f"{len(found)} exercises; a notebook has at least {_FEWEST}"
    for exercise in found:
        cell = notebook["cells"][exercise.number]
        if not exercise.answer:
            yield f"cell {cell['id']}: no folded answer with a ```python block stands below it"
        if not plain_text(cell).startswith("Not attempted"):
            yield f"cell {cell['id']}: its output does not say that it was not attempted"
        if int(document.lesson_of(cell)) != subject.lesson.number:
            yield f"cell {cell['id']} is judged by another lesson: {document.lesson_of(cell)}"
    yield from _unseen_exercises(notebook, {exercise.number for exercise in found})


def _unseen_exercises(notebook: Notebook, seen: set[int]) -> Iterator[str]:
    """Cells that are judged and have an answer below, and that nobody would take for an exercise."""
    for number, cell in enumerate(notebook["cells"][:-1]):
        if cell["cell_type"] != "code" or not cell["source"].startswith("%%check"):
            continue
        if not document.lesson_of(cell):
            yield f"cell {cell['id']} is judged in another spelling than `%%check NN`"
        elif document.ANSWER in notebook["cells"][number + 1]["source"] and number not in seen:
            yield f"cell {cell['id']} is solved already: an exercise has its TODO"


def answers_are_right(subject: Subject) -> Iterator[str]:
    """The solved twin is the notebook with its answers, and the checker called each of them right."""
    path, twin = (place(subject.course.root, subject.lesson) for place in (places.shipped, places.solved))
    if not path.is_file():
        return
    notebook, solved = (document.read(one.read_text("utf-8"), one.name) for one in (path, twin))
    if _sources(solved) != _sources(document.solved(notebook)):
        yield f"{twin.name} in solutions/ is not this one solved: checker refresh-notebooks {path.name[:2]}"
        return
    for exercise in document.exercises(notebook):
        cell = solved["cells"][exercise.number]
        if not plain_text(cell).startswith("Right"):
            yield f"cell {cell['id']}: the answer is judged {plain_text(cell).partition('.')[0]!r}"


CHECKS = [
    Check("the lesson has a notebook", notebook_is_there, is_warning=True),
    Check("the notebooks say nothing that changes from run to run", notebook_is_tidy),
    Check("the notebook's exercises are open, with an answer each", exercises_are_open),
    Check("the answers to the notebook's exercises are right", answers_are_right),
]


def _files(subject: Subject) -> dict[str, Path]:
    """The lesson's notebooks that are there, by what a message calls them."""
    found = [place(subject.course.root, subject.lesson) for place in (places.shipped, places.solved)]
    return {path.relative_to(subject.course.root).as_posix(): path for path in found if path.is_file()}


def _sources(notebook: Notebook) -> list[str]:
    return [cell["source"] for cell in notebook["cells"]]


def _odd_outputs(notebook: Notebook) -> Iterator[tuple[str, str]]:
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if problem := _oddity(output):
                yield cell["id"], problem
        if local := _LOCAL.search(plain_text(cell)):
            yield cell["id"], f"its output has something of one machine: {local[0]}"


def _oddity(output: dict[str, Any]) -> str:
    if output["output_type"] == "error":
        return "it fails"
    return "its output has stderr" if output.get("name") == "stderr" else ""
