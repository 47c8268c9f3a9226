"""A class with its marks: what the exports and the report are made from. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from checker.errors import UsageError
from checker.grading.model import ClassResult, LearnerResult, LessonSheet, Unit
from checker.grading.policy import Mark, Policy, Total, is_spelt, mark, total
from checker.grading.safely import one_line

TOTAL = "total"
"""What the sum is called wherever it stands beside the lessons' names."""


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

    def mark(self, item: str) -> Mark | Total:
        """The mark for the lesson of this name, or the total."""
        return self.total if item == TOTAL else self.marks[item]


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

    def item(self, spelling: str) -> str:
        """The lesson's name that ``01`` or a full name means, or ``total``. Raises UsageError."""
        names = [sheet.name for sheet in self.lessons]
        for name in names:
            if is_spelt(spelling, name):
                return name
        if spelling == TOTAL:
            return TOTAL
        there = ", ".join([*names, TOTAL])
        raise UsageError(f"--column: there is no lesson {spelling!r} in this class. There are: {there}.")

    def out_of(self, item: str) -> Fraction:
        """What the lesson of this name, or the total, is out of."""
        if item != TOTAL:
            return self.policy.points
        weights = (self.policy.weight(sheet.name) for sheet in self.counting)
        return sum(weights, Fraction(0)) * self.policy.points

    def check_total(self) -> None:
        """Raise UsageError where there are lessons, and none is part of the total."""
        if self.lessons and not self.out_of(TOTAL):
            raise UsageError(
                "No lesson of this class counts under this policy. See its lessons and its weights."
            )

    def notices(self) -> list[str]:
        """What to tell about the marks as such: lessons nobody has, and marks that are to come."""
        unknown = self.policy.unknown(sheet.name for sheet in self.lessons)
        lines = [f"The policy names lesson {name}, which this class has no grades for." for name in unknown]
        lines += [
            f"{one_line(one.id)}, {name}: left blank, as {_why_blank(one.result.units[name])}; to be graded again."
            for one in self.learners
            for name, given in one.marks.items()
            if given.points is None
        ]
        return lines


def _why_blank(unit: Unit) -> str:
    return "it is undecided" if unit.is_undecided else "the harness failed"


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
