"""``grades.csv``: a row for each learner, a column for each lesson that counts, the total. Pure."""

from __future__ import annotations

import csv
import io

from checker.grading.marked import TOTAL, MarkedClass
from checker.grading.policy import plain
from checker.grading.safely import inert


def grades_csv(marked: MarkedClass) -> str:
    """The table as CSV. What is to be graded again is blank; an id that looks like a formula is made inert."""
    items = [*(sheet.name for sheet in marked.counting), TOTAL]
    text = io.StringIO(newline="")
    table = csv.writer(text)  # rows end in CR LF, so that both are quoted inside a cell
    table.writerow(["learner", *items])
    for learner in marked.learners:
        table.writerow([inert(learner.id), *(_cell(learner.mark(item).points) for item in items)])
    return text.getvalue()


def _cell(points: float | None) -> str:
    return "" if points is None else plain(points)
