"""A class with its marks: what the exports and the report are made from. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from checker.errors import UsageError
from checker.grading.model import HARNESS_ERROR, UNUSABLE, ClassResult, LearnerResult, LessonSheet, Unit
from checker.grading.policy import Mark, Policy, Total, is_spelt, mark, plain, total
from checker.grading.safely import one_line
from checker.text import listed

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

    def what_counts(self) -> list[str]:
        """A line on the lessons that the total is of, and how many handed them in."""
        told = [
            f"{sheet.name[:2]}: {sum(sheet.name in one.result.units for one in self.learners)} of {len(self.learners)}"
            for sheet in self.counting
        ]
        if not told:
            return []
        told[0] += " handed in"
        numbers = ", ".join(f'"{sheet.name[:2]}"' for sheet in self.counting[:1])
        choose = "" if self.policy.lessons else f" To choose: lessons = [{numbers}] in a --policy file."
        return [f"In the total: {' · '.join(told)}.{choose}"]

    def notices(self) -> list[str]:
        """What to tell about the marks as such: lessons nobody has, and marks that are to come."""
        unknown = self.policy.unknown(sheet.name for sheet in self.lessons)
        lines = [f"The policy names lesson {name}, which this class has no grades for." for name in unknown]
        lines += [
            f"{one_line(one.id)}, {name}: left blank, as {why}; to be graded again."
            for one in self.learners
            for name, given in one.marks.items()
            if given.points is None and (why := _why_again(one.result.units[name]))
        ]
        unusable = [one_line(one.id) for one in self.learners if _is_blank_as_unusable(one)]
        lines += listed("Handed in, nothing usable, left blank (--zero-unusable gives 0)", unusable)
        by_hand = [
            f"{one_line(one.id)} ({name[:2]}: {plain(mark.points)})"
            for one in self.learners
            for name, mark in one.result.by_hand.items()
        ]
        return [*lines, *listed("Set by hand", by_hand)]


def _why_again(unit: Unit) -> str:
    if unit.is_undecided:
        return "it is undecided"
    return "the harness failed" if unit.status == HARNESS_ERROR else ""


def _is_blank_as_unusable(one: MarkedLearner) -> bool:
    units = one.result.units
    blank = (name for name, given in one.marks.items() if given.points is None and name in units)
    return any(units[name].status == UNUSABLE for name in blank) or (
        one.result.has_nothing_usable and not one.marks
    )


def mark_class(policy: Policy, result: ClassResult) -> MarkedClass:
    """Every mark of the class, learners in the order they have there."""
    learners = []
    for one in result.learners:
        marks = {
            sheet.name: mark(policy, sheet.name, one.units.get(sheet.name), one.by_hand.get(sheet.name))
            for sheet in result.lessons
        }
        learners.append(MarkedLearner(one, marks, total(policy, marks)))
    return MarkedClass(policy, result.lessons, tuple(learners))


def caught_by_area(unit: Unit) -> dict[str, tuple[int, int]]:
    """For each area of the app: how many of its mutants are killed, and of how many. It names no mutant."""
    areas: dict[str, tuple[int, int]] = {}
    for mutant in unit.document.get("mutants", ()):
        killed, known = areas.get(mutant["area"], (0, 0))
        areas[mutant["area"]] = (killed + bool(mutant["killed"]), known + 1)
    return areas
