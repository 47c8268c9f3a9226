"""Verdicts as JSON documents, for programs. Pure."""

from __future__ import annotations

from typing import Any

from checker.check import Checked
from checker.judging.verdict import MutantVerdict


def one_document(checked: Checked, reveal: bool) -> dict[str, Any]:
    """The document of one lesson, ``checker/verdict/v1``. Survivors keep their stand-in unless `reveal`."""
    return {"format": "checker/verdict/v1", **_lesson(checked, reveal)}


def several_document(several: list[Checked], reveal: bool) -> dict[str, Any]:
    """The document of several lessons, ``checker/verdicts/v1``."""
    return {"format": "checker/verdicts/v1", "lessons": [_lesson(checked, reveal) for checked in several]}


def _lesson(checked: Checked, reveal: bool) -> dict[str, Any]:
    verdict, tasks = checked.verdict, checked.tasks
    return {
        "lesson": checked.lesson.name,
        "status": verdict.status,
        "suspect": list(verdict.suspect),
        "score": round(verdict.score, 4),
        "seconds": round(checked.seconds, 3),
        "tasks": None if tasks is None else {"done": sum(task.done for task in tasks), "total": len(tasks)},
        "tests": [
            {"name": test.name, "outcome": test.outcome, "valid": test.valid, "message": test.message}
            for test in verdict.tests
        ],
        "mutants": [_mutant(mutant, reveal) for mutant in verdict.mutants],
        "equivalents": [
            {"id": e.variant.id, "passed": e.passed, "failed_tests": list(e.failed_tests)}
            for e in verdict.equivalents
        ],
        "findings": [
            {"stage": f.stage, "kind": f.kind, "test": f.test, "promise": f.promise, "text": f.text}
            for f in verdict.findings
        ],
    }


def _mutant(mutant: MutantVerdict, reveal: bool) -> dict[str, Any]:
    shown = reveal or mutant.killed
    document: dict[str, Any] = {
        "id": mutant.variant.id if shown else mutant.stand_in,
        "area": mutant.variant.area,
        "promise": mutant.variant.promise if shown else None,
        "killed": mutant.killed,
        "muted_by": list(mutant.muted_by) if mutant.muted else [],
        "killed_by": [{"test": kill.test, "how": kill.how} for kill in mutant.killed_by],
    }
    return {**document, "undecided": True} if mutant.undecided else document
