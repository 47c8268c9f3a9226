"""Moodle: the teacher's own grading worksheet of one assignment, filled in. Pure.

Its headers, and the ``Participant`` before each number, are in the language of whoever downloaded it. So columns are
recognised by what stands in them: the first is a word and a number in every row; the grade is what stands before the
one number that is the same in all of them, the maximum. Known titles decide where that is not enough.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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
    written,
)
from checker.grading.marked import TOTAL, MarkedClass
from checker.grading.policy import plain, scaled
from checker.grading.safely import inert, one_line
from checker.text import count, listed

FEEDBACK = "feedback"
_PARTICIPANT = re.compile(r"[^\d]+(\d+)", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_GRADES = {"grade", "bewertung", "note", "calificación", "nota", "valutazione", "cijfer", "ocena", "оценка"}
# Moodle's word for "no", in the languages it is most used in: the grade of such a row may not be changed.
_NO = {
    *("no", "nein", "non", "não", "nee", "nej", "nei", "ei", "nie", "ne", "nu", "hayır", "nem", "jo"),
    *("нет", "ні", "не", "όχι", "לא", "لا", "いいえ", "否", "아니오", "không", "tidak"),
}
_YES = {
    *("yes", "ja", "oui", "sí", "si", "sim", "kyllä", "tak", "ano", "áno", "da", "evet", "igen", "po"),
    *("да", "так", "ναι", "כן", "نعم", "はい", "是", "예", "có", "ya"),
}
_FEEDBACKS = {"feedback comments", "feedback als kommentar"}


def fill_moodle(
    content: bytes,
    marked: MarkedClass,
    columns: Mapping[str, str],
    name: str,
    feedback: Mapping[str, str] | None = None,
    *,
    keep_comments: bool = False,
) -> Filled:
    """The teacher's file with marks in it and, where there is some for a learner's id, feedback, which is HTML.

    Rows whose grade may not be changed stay as they are; with `keep_comments`, so do comments that are there.

    A worksheet has one grade. It gets the total or, with one lesson in `columns`, that lesson's mark; the title may
    be left empty, to find the column as ever. ``feedback`` in `columns` names the column for comments. Raises UsageError
    where `content`, the file `name`, is no such file, or a column is not there.
    """
    csv = read_exactly(content, name)
    sheet = _Worksheet(csv, name)
    item, grade = sheet.grade(marked, columns)
    full = sheet.full(grade)
    lines = [_told(marked, item, csv.header[grade], full)]
    matching = match_rows(sheet.students(grade), (one.result.learner for one in marked.learners))
    learners = {one.id: one for one in marked.learners}
    comma = has_decimal_commas(csv.value(row, column) for row in sheet.rows for column in (grade, grade + 1))
    cells: dict[tuple[int, int], str] = {}
    changes: list[Change] = []
    locked, left = sheet.locked(grade), []
    for row, learner in matching.learner_of.items():
        mark, old = learners[learner].mark(item), csv.value(row, grade)
        new = None if mark.points is None else written(scaled(marked.policy, mark, full), old, comma)
        if new is not None and row in locked:
            left.append(sheet.who(row))
        elif new is not None:
            cells[row, grade] = new
            changes.append(Change(learners[learner], item, old, new))
    lines += changes_told(changes, marked)
    lines += listed("The grade may not be changed, left as it was", left)
    if feedback:
        comments = sheet.comments(columns)
        if comments is None:
            lines.append(f'No column for feedback was recognised. Say which: --column "{FEEDBACK}=TITLE".')
        else:
            said = {
                row: inert(text.strip())
                for row, learner in matching.learner_of.items()
                if row not in locked and (text := feedback.get(learner))
            }
            others = [row for row, text in said.items() if csv.value(row, comments).strip() not in ("", text)]
            done = "kept" if keep_comments else "replaced (--keep-comments leaves them)"
            lines += listed(f"{count(len(others), 'comment')} {done}", [sheet.who(row) for row in others])
            kept = set(others) if keep_comments else set()
            cells |= {(row, comments): text for row, text in said.items() if row not in kept}
    return Filled(csv.changed(cells), (*lines, *matching.lines))


def _told(marked: MarkedClass, item: str, title: str, full: Fraction | None) -> str:
    what = "The total" if item == TOTAL else item
    out_of = marked.out_of(item)
    if full is None:
        scale = f", in points out of {plain(out_of)}, as no maximum stands after it"
    else:
        scale = "" if full == out_of else f", scaled from {plain(out_of)} points to {plain(full)}"
    return f"{what} goes to the column {one_line(title)}{scale}."


class _Worksheet:
    """The parts of a worksheet."""

    def __init__(self, csv: ExactCsv, name: str) -> None:
        self._csv, self._name = csv, name
        self.rows = [row for row in range(1, len(csv.rows)) if any(csv.values(row))]
        ids = [self._csv.value(row, 0).strip() for row in self.rows]
        words = {re.sub(r"\d+$", "", one) for one in ids}
        if not ids or not all(map(_PARTICIPANT.fullmatch, ids)) or len(words) > 1 or len(csv.header) < 3:
            raise UsageError(
                f"{name} is no grading worksheet of Moodle: its first column is not “Participant 123” or the like in "
                "every row. Download it from the assignment: its submissions, then Download grading worksheet."
            )

    def students(self, grade: int) -> list[Row]:
        """Every row with what it can be recognised by, all of it before the grade: what comes after, learners write."""
        email = next((column for column in range(2, grade) if self._is_email(column)), None)
        keys = [column for column in range(2, grade) if column != email and self._tells_apart(column)]
        has_names = email is not None or self._tells_apart(
            1
        )  # else the marking is blind, and the status stands there
        return [self._student(row, email, keys, has_names) for row in self.rows]

    def _student(self, row: int, email: int | None, keys: list[int], has_names: bool) -> Row:
        identifier = self._csv.value(row, 0).strip()
        given = [value for column in keys if (value := self._csv.value(row, column).strip())]
        return Row(
            row,
            self._csv.line(row),
            self._csv.value(row, 1) if has_names else "",
            (identifier, *given),
            participant=re.sub(r"\D", "", identifier),
            email="" if email is None else self._csv.value(row, email).strip(),
        )

    def _is_email(self, column: int) -> bool:
        return all(map(_EMAIL.fullmatch, self._given(column))) and bool(self._given(column))

    def _tells_apart(self, column: int) -> bool:
        """Whether no two rows say the same there, as in an ID number or a log-in name, which the site may show."""
        given = self._given(column)
        return len(set(given)) == len(given)

    def _given(self, column: int) -> list[str]:
        values = (self._csv.value(row, column).strip() for row in self.rows)
        return [value for value in values if value]

    def grade(self, marked: MarkedClass, columns: Mapping[str, str]) -> tuple[str, int]:
        """What is filled in, and the column."""
        asked = {marked.item(spelling): title for spelling, title in columns.items() if spelling != FEEDBACK}
        if len(asked) > 1:
            raise UsageError(f"{self._name} has one grade, and --column names {', '.join(asked)}. Name one.")
        item, title = next(iter(asked.items()), (TOTAL, ""))
        if title:
            column = find_column(self._csv.header, title, self._name)
            if not self._has_grades(column):
                raise UsageError(
                    f"{self._name}: the column {title!r} has more than points in it. Name another."
                )
            return item, column
        if (found := self._guessed()) is None:
            raise UsageError(
                f"{self._name}: no column is clearly the grade, in points with a maximum after it. "
                f'Say which: --column "{item}=TITLE". Its columns: {", ".join(map(one_line, self._csv.header))}.'
            )
        return item, found

    def _guessed(self) -> int | None:
        found = [column for column in range(1, len(self._csv.header) - 1) if self._is_grade(column)]
        titled = [column for column in found if self._csv.header[column].strip().casefold() in _GRADES]
        best = titled or found
        return best[0] if len(best) == 1 else None

    def _is_grade(self, column: int) -> bool:
        """Whether it may be the grade, and the next one is the same positive number in every row."""
        return self._has_grades(column) and self.full(column) is not None

    def _has_grades(self, column: int) -> bool:
        return all(value == "-" or number(value) is not None for value in self._given(column))

    def full(self, grade: int) -> Fraction | None:
        """The maximum, which stands after the grade."""
        values = {number(self._csv.value(row, grade + 1)) for row in self.rows}
        only = values.pop() if len(values) == 1 else None
        return only if only and only > 0 else None

    def locked(self, grade: int) -> set[int]:
        """The rows whose grade may not be changed, as the column after the maximum says in the site's language."""
        said = {row: self._csv.value(row, grade + 2).strip().casefold() for row in self.rows}
        return (
            {row for row, word in said.items() if word in _NO} if set(said.values()) <= _NO | _YES else set()
        )

    def who(self, row: int) -> str:
        """The person of a row, as a line names them."""
        return f"{one_line(self._csv.value(row, 1))} (line {self._csv.line(row)})"

    def comments(self, columns: Mapping[str, str]) -> int | None:
        """The column for feedback comments."""
        if title := columns.get(FEEDBACK):
            return find_column(self._csv.header, title, self._name)
        titles = [title.strip().casefold() for title in self._csv.header]
        return next((index for index, title in enumerate(titles) if title in _FEEDBACKS), None)
