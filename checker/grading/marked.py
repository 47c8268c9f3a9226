"""A class with its marks: what the exports and the report are made from. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.grading.model import ClassResult, LearnerResult, LessonSheet, Unit
from checker.grading.policy import Mark, Policy, Total, mark, total


@dataclass(frozen=True)
class MarkedLearner:
    """One learner with a mark for every lesson of the class, by name, and their total."""

    result: LearnerResult
    marks: Mapping[str, Mark]
    total: Total

    @property
    def id(self) -> str:
        """What they are graded under."""
        return self.result.learner.id


@dataclass(frozen=True)
class MarkedClass:
    """A class under a policy."""

    policy: Policy
    lessons: tuple[LessonSheet, ...]
    learners: tuple[MarkedLearner, ...]

    @property
    def counting(self) -> tuple[LessonSheet, ...]:
        """The lessons that are part of the total."""
        return tuple(sheet for sheet in self.lessons if self.policy.counts(sheet.name))

    def notices(self) -> list[str]:
        """What to tell about the marks as such: lessons nobody has, and marks that are to come."""
        unknown = self.policy.unknown(sheet.name for sheet in self.lessons)
        lines = [f"The policy names lesson {name}, which this class has no grades for." for name in unknown]
        blank = [
            f"{one.id} ({name})" for one in self.learners for name, m in one.marks.items() if m.points is None
        ]
        if blank:
            lines.append(f"Left blank, as the harness failed; to be graded again: {', '.join(blank)}.")
        return lines


def mark_class(policy: Policy, result: ClassResult) -> MarkedClass:
    """Every mark of the class, learners in the order they have there."""
    learners = []
    for one in result.learners:
        marks = {sheet.name: mark(policy, sheet.name, one.units.get(sheet.name)) for sheet in result.lessons}
        learners.append(MarkedLearner(one, marks, total(policy, marks)))
    return MarkedClass(policy, result.lessons, tuple(learners))


def caught_by_area(unit: Unit) -> dict[str, tuple[int, int]]:
    """For each area of the app: how many of its mutants are killed, and of how many. It names no mutant."""
    areas: dict[str, tuple[int, int]] = {}
    for mutant in unit.document.get("mutants", ()):
        killed, known = areas.get(mutant["area"], (0, 0))
        areas[mutant["area"]] = (killed + bool(mutant["killed"]), known + 1)
    return areas
