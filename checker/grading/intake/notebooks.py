"""A handed-in notebook as a suite: what its ``%%check`` cells define, laid over the starter as the magic does. Pure."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from checker.course.cell import own_tests, put_into
from checker.course.lessons import Lesson
from checker.course.suite import Suite
from checker.errors import UsageError
from checker.grading.intake.archives import Tree
from checker.grading.intake.found import Found, is_passed_over
from checker.grading.intake.notes import Notes
from checker.source import is_test_file

_CHECK = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*%%check[ \t]+0*(\d{1,2})\b[^\n]*(?:\n|$)")
_NUMBER = re.compile(r"0*(\d{1,2})(?!\d)")
_NOBODYS = {"solutions", "solved"}


@dataclass(frozen=True)
class Notebook:
    """A notebook of a hand-in: what it says for one lesson."""

    lesson: Lesson
    shown: str
    """Its path as a person is told it."""
    cells: tuple[str, ...] = ()
    """The code of the cells that are judged, as they stand there."""
    problem: str = ""
    """Why nothing of it can be taken."""
    stamp: tuple[int, ...] = ()


def notebooks_in(
    trees: Sequence[Tree],
    lessons: Sequence[Lesson],
    only: Lesson | None,
    shipped: Mapping[str, frozenset[str]],
) -> Iterator[Notebook]:
    """Each lesson's part of each notebook, but for those in which nothing was written.

    A cell is judged by the lesson that its ``%%check`` names. In a notebook without such cells, those with tests are,
    by the lesson whose number the file's name begins with, or by `only`. `shipped` are the cells that came with the
    course, by lesson.
    """
    for tree in trees:
        for path, found in sorted(tree.files.items()):
            if path.endswith(".ipynb") and not is_passed_over(path) and not _NOBODYS & set(path.split("/")):
                yield from _parts(tree, path, found, lessons, only, shipped)


def suite_from(notebook: Notebook, notes: Notes) -> Suite | None:
    """The lesson's starter with the notebook's cells in it; None, with a note, where no cell can be put there."""
    starter = notebook.lesson.starter_files
    name = next(path for path in starter if is_test_file(path))
    text, laid = starter[name], 0
    for number, cell in enumerate(notebook.cells, 1):
        try:
            text, laid = put_into(text, cell, name).text, laid + 1
        except UsageError as error:
            notes.add(f"{notebook.shown}: its judged cell {number} is not taken: {error}")
    if not laid:
        return None
    notes.add(
        f"{notebook.shown}: {laid} of {len(notebook.cells)} judged cells laid over the starter of the lesson"
    )
    return Suite({**{path: content.encode() for path, content in starter.items()}, name: text.encode()})


def cells_of(content: bytes) -> list[str]:
    """The code cells of a notebook's file, each as one text. Raises ValueError where it is no notebook."""
    try:
        document = json.loads(content)
        sources = [cell["source"] for cell in document["cells"] if cell["cell_type"] == "code"]
        return ["".join(source) for source in sources]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError("it is no notebook that can be read") from None


def _parts(
    tree: Tree,
    path: str,
    found: Found,
    lessons: Sequence[Lesson],
    only: Lesson | None,
    shipped: Mapping[str, frozenset[str]],
) -> Iterator[Notebook]:
    shown = tree.full(path)
    named = only or _named(posixpath.basename(path), lessons)
    wanted = [only] if only else lessons
    try:
        if found.content is None:
            raise ValueError(found.problem or "it could not be read")
        cells = cells_of(found.content)
    except ValueError as error:
        if named:
            yield Notebook(named, shown, problem=str(error))
        return
    for lesson in wanted:
        mine = [cell for cell in cells if _lesson_of(cell) == lesson.number]
        if not mine and lesson == named and not any(map(_lesson_of, cells)):
            mine = [cell for cell in cells if _has_tests(cell)]
        if set(mine) - shipped.get(lesson.name, frozenset()):
            yield Notebook(
                lesson, shown, tuple(_CHECK.sub("", cell, count=1) for cell in mine), stamp=tree.stamp
            )
        elif lesson == named and not mine and not any(map(_lesson_of, cells)):
            yield Notebook(lesson, shown, problem="none of its cells has a test")


def _named(name: str, lessons: Sequence[Lesson]) -> Lesson | None:
    number = _NUMBER.match(name)
    return next((one for one in lessons if number and one.number == int(number[1])), None)


def _lesson_of(cell: str) -> int:
    """The number of the lesson that the cell is judged by; 0 for any other cell."""
    found = _CHECK.match(cell)
    return int(found[1]) if found else 0


def _has_tests(cell: str) -> bool:
    try:
        return bool(own_tests(cell))
    except UsageError:
        return False
