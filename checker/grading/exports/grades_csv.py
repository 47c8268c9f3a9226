"""``grades.csv``: a row for each learner, a column for each lesson that counts, the total. Pure."""

from __future__ import annotations

import re

from checker.grading.marked import TOTAL, MarkedClass
from checker.grading.policy import plain
from checker.grading.safely import inert

_NEEDS_NO_QUOTES = re.compile(r"[\w.@+ -]*")


def grades_csv(marked: MarkedClass) -> str:
    """The table as CSV. What is to be graded again is blank; an id that looks like a formula is made inert."""
    items = [*(sheet.name for sheet in marked.counting), TOTAL]
    rows = [["learner", *items]]
    rows += [
        [inert(learner.id), *(_points(learner.mark(item).points) for item in items)]
        for learner in marked.learners
    ]
    return "".join(",".join(map(_cell, row)) + "\r\n" for row in rows)


def _points(points: float | None) -> str:
    return "" if points is None else plain(points)


def _cell(text: str) -> str:
    """In quotes wherever a reader may take something in it for the end of the cell.

    The standard library's writer sees to its own separator; where a spreadsheet's is the semicolon, an id of ``x;=1``
    would be two cells, the second a formula.
    """
    return text if _NEEDS_NO_QUOTES.fullmatch(text) else '"' + text.replace('"', '""') + '"'
