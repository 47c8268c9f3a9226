"""Classroom 50: a ``result.json`` for each learner and lesson, in whole points, as its results have no halves. Pure."""

from __future__ import annotations

from datetime import UTC
from fractions import Fraction
from typing import Any

from checker.grading.marked import MarkedLearner, caught_by_area
from checker.grading.model import LessonSheet, Unit
from checker.grading.policy import exact, rounded

SCHEMA = "classroom50/result/v1"


def result_document(learner: MarkedLearner, sheet: LessonSheet, classroom: str) -> dict[str, Any] | None:
    """The document of one lesson; None where nothing was handed in, or it is to be graded again.

    There is no commit behind it. As in a mark that a teacher gives by hand, the submission stands for it.
    """
    unit, mark = learner.result.units.get(sheet.name), learner.marks[sheet.name]
    by_hand = learner.result.by_hand.get(sheet.name)
    at = by_hand.set_at if by_hand else unit.graded_at if unit else None
    if at is None or mark.points is None:
        return None
    when = at.astimezone(UTC)
    submission = f"submit/manual-{when:%Y-%m-%dT%H-%M-%SZ}"
    return {
        "schema": SCHEMA,
        "classroom": classroom,
        "assignment": sheet.name,
        "usernames": [learner.id],
        "submission": submission,
        "commit": submission,
        "release": submission,
        "review": submission,
        "datetime": f"{when:%Y-%m-%dT%H:%M:%SZ}",
        "score": int(rounded(exact(mark.points), Fraction(1))),
        "max-score": int(rounded(exact(mark.out_of), Fraction(1))),
        "tests": _tests(unit, mark.points, mark.out_of),
    }


def _tests(unit: Unit | None, points: float, out_of: float) -> list[dict[str, Any]]:
    """One test, the lesson, whose name says how many of each area are caught; the parts have no points of their own."""
    areas = (
        [f"{area} {caught} of {known}" for area, (caught, known) in caught_by_area(unit).items()]
        if unit
        else []
    )
    return [
        {
            "test-name": f"mutants caught: {', '.join(areas) or 'none'}",
            "passed": unit is not None and unit.status == "complete",
            "score": int(rounded(exact(points), Fraction(1))),
            "max-score": int(rounded(exact(out_of), Fraction(1))),
        }
    ]
