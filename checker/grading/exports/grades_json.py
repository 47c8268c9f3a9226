"""``gradebook.json``: the whole class with its marks, for programs of the instructor's own. Pure."""

from __future__ import annotations

from typing import Any

from checker.grading.marked import MarkedClass, MarkedLearner, caught_by_area
from checker.grading.model import LessonSheet, Unit
from checker.grading.policy import Mark, Total

FORMAT = "checker/gradebook/v1"


def grades_document(marked: MarkedClass) -> dict[str, Any]:
    """The document, ``checker/gradebook/v1``. It counts mutants by area and names none."""
    return {
        "format": FORMAT,
        "lessons": [_lesson(sheet, marked) for sheet in marked.lessons],
        "learners": [_learner(learner) for learner in marked.learners],
    }


def _lesson(sheet: LessonSheet, marked: MarkedClass) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "title": sheet.title,
        "mutants": len(sheet.bugs),
        "counts": marked.policy.counts(sheet.name),
        "weight": float(marked.policy.weight(sheet.name)),
    }


def _learner(learner: MarkedLearner) -> dict[str, Any]:
    result = learner.result
    person = result.learner
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "team": person.team,
        "source": result.source,
        "flags": list(result.flags),
        "notes": list(result.notes),
        "total": _mark(learner.total),
        "lessons": {name: _unit(result.units.get(name), mark) for name, mark in learner.marks.items()},
    }


def _mark(mark: Mark | Total) -> dict[str, Any]:
    return {"points": mark.points, "out_of": mark.out_of, "reasons": list(mark.reasons)}


def _unit(unit: Unit | None, mark: Mark) -> dict[str, Any]:
    if unit is None:
        return {"status": None, "score": None, "mark": _mark(mark)}
    has_verdict = mark.points is not None
    areas = {area: {"caught": n, "of": of} for area, (n, of) in caught_by_area(unit).items()}
    return {
        "status": unit.status,
        "score": unit.score if has_verdict else None,
        "mark": _mark(mark),
        "suspect": list(unit.suspect) if has_verdict else [],
        "areas": areas,
        "sandboxed": unit.sandboxed,
        "graded_at": unit.graded_at.isoformat() if unit.graded_at else None,
    }
