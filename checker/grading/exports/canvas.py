"""Canvas: the teacher's own gradebook export, filled in. An unknown title would make a new assignment. Pure.

The file's first row is ``Student,ID,SIS User ID,SIS Login ID,Section`` and then assignments, ``Title (number)``;
there may be ``LastName,FirstName`` for ``Student``, columns of the teacher's own, and totals that are read-only. Under
it come, in either order, a row ``Points Possible`` and sometimes one with ``Manual Posting``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from checker.errors import UsageError
from checker.grading.exports.changes import Change, changes_told
from checker.grading.exports.exact_csv import ExactCsv, read_exactly
from checker.grading.exports.teachers_file import (
    Filled,
    Row,
    find_column,
    has_decimal_commas,
    match_rows,
    number,
    without_id,
    written,
)
from checker.grading.marked import TOTAL, MarkedClass, MarkedLearner
from checker.grading.model import LessonSheet
from checker.grading.policy import Policy, plain, scaled
from checker.grading.safely import one_line
from checker.text import listed

_ASSIGNMENT = re.compile(r".*\(\d+\)\s*")
_MANUAL_POSTING = re.compile(r"\s*(muted|manual posting.*)?\s*", re.IGNORECASE)
_KEYS = ("SIS User ID", "SIS Login ID", "Integration ID")
_TEACHERS_WORD = {"n/a": "Not assigned to", "ex": "Excused from"}
_TEST_STUDENT = "student, test"


@dataclass(frozen=True)
class _Column:
    """A column to fill: with what, where, out of how much."""

    item: str
    index: int
    full: Fraction | None


def fill_canvas(content: bytes, marked: MarkedClass, columns: Mapping[str, str], name: str) -> Filled:
    """The teacher's file with marks in it, and what was filled and what was not.

    `columns` maps lessons, or ``total``, to titles; with none given, each lesson goes to the assignment whose title
    has its folder's name, its title or its number, as in ``Lesson 1``. Raises UsageError where `content`, the file
    `name`, is no such file, or a column is not there.
    """
    csv = read_exactly(content, name)
    sheet = _Sheet(csv, name)
    chosen, lines = sheet.columns(marked, columns)
    matching = match_rows(sheet.students(), (one.result.learner for one in marked.learners))
    learners = {one.id: one for one in marked.learners}
    comma = has_decimal_commas(
        value for row in range(1, len(csv.rows)) for value in csv.values(row)[sheet.section :]
    )
    cells: dict[tuple[int, int], str] = {}
    changes: list[Change] = []
    kept: dict[str, list[str]] = {}
    for row, learner in matching.learner_of.items():
        for column in chosen:
            old = csv.value(row, column.index)
            if word := _TEACHERS_WORD.get(old.strip().casefold()):
                what = f"{word} {one_line(csv.header[column.index])}, left as they were"
                kept.setdefault(what, []).append(one_line(learner))
            elif (new := _new(marked.policy, learners[learner], column, old, comma)) is not None:
                cells[row, column.index] = new
                changes.append(Change(learners[learner], column.item, old, new))
    lines += changes_told(changes, marked)
    lines += [line for what, names in kept.items() for line in listed(what, names)]
    return Filled(csv.changed(cells), (*lines, *matching.lines))


def _new(policy: Policy, learner: MarkedLearner, column: _Column, old: str, comma: bool) -> str | None:
    mark = learner.mark(column.item)
    if mark.points is None:
        return None
    return written(scaled(policy, mark, column.full), old, comma)


class _Sheet:
    """The parts of a Canvas file."""

    def __init__(self, csv: ExactCsv, name: str) -> None:
        self._csv, self._name = csv, name
        self._header = [value.strip() for value in csv.header]
        self._id = 2 if self._header[:2] == ["LastName", "FirstName"] else 1
        begins = self._header[: self._id + 1] in (["Student", "ID"], ["LastName", "FirstName", "ID"])
        if not begins or "Section" not in self._header:
            raise UsageError(
                f"{name} is no gradebook of Canvas: its first row does not begin with Student,ID and go on to Section. "
                "Export it there: Grades, Export, Export Entire Gradebook."
            )
        self.section = self._header.index("Section")
        self._full = next((row for row in self._rows() if "Points Possible" in csv.value(row, 0)), None)

    def _rows(self) -> range:
        return range(1, len(self._csv.rows))

    def students(self) -> list[Row]:
        """The rows that are a student's; the one Canvas has for trying things out is none."""
        return [self._student(row) for row in self._rows() if row != self._full and self._is_student(row)]

    def _is_student(self, row: int) -> bool:
        values = self._csv.values(row)
        is_test = ", ".join(map(str.strip, values[: self._id])).casefold() == _TEST_STUDENT
        return not is_test and not all(_MANUAL_POSTING.fullmatch(value) for value in values)

    def _student(self, row: int) -> Row:
        keys = [self._csv.value(row, self._header.index(key)) for key in _KEYS if key in self._header]
        name = ", ".join(self._csv.values(row)[: self._id])
        own = self._csv.value(row, self._id).strip()
        return Row(row, self._csv.line(row), name, tuple(key for key in keys if key.strip()), participant=own)

    def columns(self, marked: MarkedClass, asked: Mapping[str, str]) -> tuple[list[_Column], list[str]]:
        """Which columns are filled, and what to tell about that."""
        chosen: dict[str, int] = {}
        lines = []
        for spelling, title in asked.items():
            index = find_column(self._header, title, self._name)
            chosen[marked.item(spelling)] = self._checked(index)
        for sheet in () if asked else marked.counting:
            found = self._fitting(sheet)
            if len(found) == 1:
                chosen[sheet.name] = found[0]
            else:
                lines.append(self._not_found(sheet, found))
        if not chosen:
            raise UsageError(
                f"{self._name} has no assignment whose title is that of a lesson. Say which is which: "
                f'--column "LESSON=TITLE", or "{TOTAL}=TITLE". There are: {self._assignments_told()}.'
            )
        if len(set(chosen.values())) < len(chosen):
            raise UsageError(
                f'{self._name}: two lessons go to one column. Say which is which: --column "LESSON=TITLE".'
            )
        made = [_Column(item, index, self._points(index)) for item, index in chosen.items()]
        return made, [*(self._told(column, marked) for column in made), *lines]

    def _checked(self, index: int) -> int:
        points = self._csv.value(self._full, index).strip() if self._full is not None else ""
        if index <= self.section or (points and number(points) is None):
            raise UsageError(
                f"{self._name}: the column {self._header[index]!r} is read-only in Canvas. Name another."
            )
        return index

    def _points(self, index: int) -> Fraction | None:
        return number(self._csv.value(self._full, index)) if self._full is not None else None

    def _assignments(self) -> list[int]:
        return [
            i for i, title in enumerate(self._header) if i > self.section and _ASSIGNMENT.fullmatch(title)
        ]

    def _assignments_told(self) -> str:
        return ", ".join(one_line(self._header[i]) for i in self._assignments()) or "none"

    def _fitting(self, sheet: LessonSheet) -> list[int]:
        """The assignments that fit a lesson best: by its folder's name, else by its title, else by its number."""
        titles = {i: without_id(self._header[i]).casefold() for i in self._assignments()}
        number_of = rf"\blesson\W*0*{int(sheet.name[:2])}\b|^\W*{sheet.name[:2]}\b"
        patterns = [re.escape(sheet.name), re.escape(sheet.title.casefold() or sheet.name), number_of]
        fitting = ([i for i, title in titles.items() if re.search(one, title)] for one in patterns)
        return next((found for found in fitting if found), [])

    def _not_found(self, sheet: LessonSheet, found: list[int]) -> str:
        if found:
            which = ", ".join(one_line(self._header[i]) for i in found)
            return f'{sheet.name} is left out, as several columns fit: {which}. Say which: --column "{sheet.name}=TITLE".'
        return f"{sheet.name} is left out, as no column has its title."

    def _told(self, column: _Column, marked: MarkedClass) -> str:
        out_of, full = marked.out_of(column.item), column.full
        scale = f", scaled from {plain(out_of)} points to {plain(full)}" if full and full != out_of else ""
        return f"{column.item} goes to the column {one_line(self._header[column.index])}{scale}."
