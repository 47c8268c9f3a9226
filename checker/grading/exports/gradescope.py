"""Gradescope: a ``results.json`` for each learner, as its autograders leave one. Pure.

Learners see it. So it says how many mutants of each area are caught, and never which.
"""

from __future__ import annotations

from typing import Any

from checker.grading.marked import MarkedClass, MarkedLearner, caught_by_area
from checker.grading.model import LessonSheet
from checker.grading.policy import exact, unrounded


def results_document(
    learner: MarkedLearner, marked: MarkedClass, feedback: str = ""
) -> dict[str, Any] | None:
    """The learner's document; None as long as something is to be graded again, as Gradescope has no blank.

    `feedback`, where there is some, is the text above the lessons.
    """
    if learner.total.points is None:
        return None
    return {
        "score": learner.total.points,
        "output": feedback or "\n".join(learner.total.reasons),
        "output_format": "md" if feedback else "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_lesson(learner, sheet, marked) for sheet in marked.counting],
    }


def _lesson(learner: MarkedLearner, sheet: LessonSheet, marked: MarkedClass) -> dict[str, Any]:
    """The lesson as one test, its points as often as they count, so that the tests add up to the score."""
    mark, weight = learner.marks[sheet.name], marked.policy.weight(sheet.name)
    unit = learner.result.units.get(sheet.name)
    areas = caught_by_area(unit) if unit else {}
    lines = [
        *mark.reasons,
        *(f"{area}: {caught} of {known} caught" for area, (caught, known) in areas.items()),
    ]
    return {
        "name": f"{sheet.name[:2]} · {sheet.title}",
        "score": float(weight * unrounded(mark)),
        "max_score": float(weight * exact(mark.out_of)),
        "status": "passed" if unit and unit.status == "complete" else "failed",
        "output": "\n".join(lines),
        "output_format": "text",
        "visibility": "visible",
        "tags": [sheet.name],
    }
