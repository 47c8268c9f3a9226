"""A mark set by hand: checked against the class before it is kept. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction

from checker.errors import UsageError
from checker.grading.model import ClassResult, HandMark
from checker.grading.policy import Policy, is_spelt, plain
from checker.grading.safely import one_line


@dataclass(frozen=True)
class Change:
    """What is to be kept of one learner's lesson."""

    learner: str
    lesson: str
    mark: HandMark | None
    """None: what is graded counts again."""

    def line(self) -> str:
        """What to tell about it."""
        what = f"{one_line(self.learner)}, {self.lesson}"
        if self.mark is None:
            return f"{what}: no longer set by hand; what is graded counts."
        return f"{what}: {plain(self.mark.points)}, set by hand: {self.mark.because}"


def changed(
    result: ClassResult,
    lessons: Sequence[str],
    policy: Policy,
    learner: str,
    lesson: str,
    points: str | None,
    because: str,
    *,
    clear: bool,
) -> Change:
    """The change that an instructor asks for; `lessons` are all that were graded, by name.

    Raises UsageError where there is no such learner or lesson, or the mark is none.
    """
    name = _lesson(lessons, lesson)
    one = next((one for one in result.learners if one.learner.id == learner), None)
    if one is None:
        raise UsageError(f"There is no learner {learner!r} in this gradebook. Their ids stand in grades.csv.")
    if clear:
        if points is not None or because:
            raise UsageError("--clear takes a mark back; it goes without --points and --because.")
        if name not in one.by_hand:
            raise UsageError(f"{one_line(learner)} has no mark set by hand for {name}.")
        return Change(learner, name, None)
    if points is None or not because.strip():
        raise UsageError('A mark by hand needs --points and --because "…"; --clear takes one back.')
    return Change(learner, name, HandMark(_points(points, policy), one_line(because), datetime.now(UTC)))


def _lesson(lessons: Sequence[str], spelling: str) -> str:
    found = next((name for name in lessons if is_spelt(spelling, name)), None)
    if found is None:
        raise UsageError(
            f"This gradebook has no lesson {spelling!r}. It has: {', '.join(lessons) or 'none'}."
        )
    return found


def _points(text: str, policy: Policy) -> Fraction:
    try:
        points = Fraction(text.strip().replace(",", "."))
    except (ValueError, ZeroDivisionError):
        raise UsageError(f"--points {text!r} is no number.") from None
    if not 0 <= points <= policy.points:
        raise UsageError(
            f"--points {text}: a lesson is out of {plain(policy.points)}, and no mark is below 0."
        )
    return points
