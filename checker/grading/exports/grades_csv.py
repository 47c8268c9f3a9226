"""``grades.csv``: a row for each learner, a column for each lesson that counts, the total and the most there is. Pure."""

from __future__ import annotations

import re

from checker.grading.marked import TOTAL, MarkedClass
from checker.grading.policy import plain
from checker.grading.safely import inert

_NEEDS_NO_QUOTES = re.compile(r"[\w.@+ -]*")


def grades_csv(marked: MarkedClass) -> str:
    """The table as CSV. What is to be graded again is blank; an id or a name that looks like a formula is made inert."""
    items = [*(sheet.name for sheet in marked.counting), TOTAL]
    rows = [["learner", "name", "email", *items, "maximum"]]
    for learner in marked.learners:
        who = learner.result.learner
        points = [_points(learner.mark(item).points) for item in items]
        rows.append([*map(inert, (who.id, who.name, who.email)), *points, plain(learner.total.out_of)])
    return "".join(",".join(map(_cell, row)) + "\r\n" for row in rows)


def _points(points: float | None) -> str:
    return "" if points is None else plain(points)


def _cell(text: str) -> str:
    """In quotes wherever a reader may take something in it for the end of the cell.

    The standard library's writer sees to its own separator; where a spreadsheet's is the semicolon, an id of ``x;=1``
    would be two cells, the second a formula.
    """
    return text if _NEEDS_NO_QUOTES.fullmatch(text) else '"' + text.replace('"', '""') + '"'
