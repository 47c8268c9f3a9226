"""A made-up class for the tests of marks and exports."""

from dataclasses import replace
from datetime import UTC, datetime

from checker.grading.model import Bug, ClassResult, Learner, LearnerResult, LessonSheet, Unit

ONE, TWO = "01_test_client", "02_cookie_sessions"
SECRET = "survivor-that-nobody-may-read"


def unit(killed=9, of=12, status="survivors", lesson=ONE, findings=(), suspect=(), areas=("read", "create")):
    """A graded suite: the first mutants are killed, the others survive under an id that must not leak."""
    mutants = [
        {
            "id": f"killed-{n}" if n < killed else f"{SECRET}-{n}",
            "area": areas[n % len(areas)],
            "promise": "P1",
            "killed": n < killed,
            "muted_by": [],
            "killed_by": [{"test": "test_x", "how": "assertion"}] if n < killed else [],
        }
        for n in range(of)
    ]
    document = {
        "format": "checker/verdict/v1",
        "lesson": lesson,
        "status": status,
        "suspect": list(suspect),
        "score": round(killed / of, 4) if of else 0.0,
        "tasks": None,
        "tests": [{"name": "test_x", "outcome": "passed", "valid": True, "message": ""}],
        "mutants": mutants,
        "findings": [
            {"stage": stage, "kind": kind, "test": "test_x", "promise": None, "text": SECRET}
            for stage, kind in findings
        ],
    }
    return Unit(lesson, document, datetime(2026, 3, 1, 12, 0, tzinfo=UTC))


def failed_harness(lesson=ONE):
    """What is no verdict: a document that says so, and no more."""
    return Unit(lesson, {"status": "harness_error"}, datetime(2026, 3, 1, 12, 0, tzinfo=UTC))


def undecided(lesson=ONE, status="undecided", **more):
    """A suite of which one run on a mutant was lost by chance."""
    one = unit(lesson=lesson, status=status, **more)
    mutants = [{**mutant, "undecided": True} for mutant in one.document["mutants"][-1:]]
    return replace(one, document={**one.document, "mutants": [*one.document["mutants"][:-1], *mutants]})


def learner(id, units=(), name="", email="", **more):
    """One learner with these units."""
    return LearnerResult(
        Learner(id, name=name, email=email), units={one.lesson: one for one in units}, **more
    )


def class_of(*learners, lessons=(ONE, TWO)):
    """These learners, and the lessons of the class."""
    titles = {ONE: "A request is a function call", TWO: "The client remembers"}
    sheets = tuple(
        LessonSheet(name, titles[name], (Bug(f"{SECRET}-x", "read", "P1", SECRET),)) for name in lessons
    )
    return ClassResult(sheets, learners)
