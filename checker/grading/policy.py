"""From verdicts to marks: what each lesson earns, and why, in plain words. Pure.

Due dates and dropping the lowest mark are left to the learning platform, which knows the calendar.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from checker.grading.model import HARNESS_ERROR, NOT_GRADED, UNUSABLE, HandMark, Unit

Award = Literal["score", "complete", "thresholds"]

NOT_HANDED_IN = "not handed in"
NO_VERDICT = "no verdict: the harness failed; to be graded again, and not counted until then"

UNDECIDED = (
    "undecided: a run was lost, and not in the same way again; to be graded again, and not counted until then"
)
NOTHING_USABLE = "handed in, nothing usable"
_NO_MARK = {
    HARNESS_ERROR: NO_VERDICT,
    NOT_GRADED: "not graded yet",
    UNUSABLE: f"{NOTHING_USABLE}: somebody has to look at what it is",
}

_FINEST = Fraction(1, 100)
_LEAKS = {
    "override_left": "an override left behind",
    "lifespan_not_stopped": "an app started and never stopped",
    "lifespan_nested": "an app started again while it runs",
    "clock_left": "the clock left at another time",
    "env_changed": "an environment variable left changed",
    "file_left": "a file left behind",
    "file_gone": "a file removed",
}
_NOTHING_RAN = {"broken": "the tests do not collect", "empty": "no test ran"}


@dataclass(frozen=True)
class Threshold:
    """From so much caught, so much of a lesson's points; both in percent."""

    caught: Fraction
    earns: Fraction


@dataclass(frozen=True)
class Costs:
    """What a lesson loses, once each, in percent of its points. Invalid tests earn nothing in any case."""

    order: Fraction = Fraction(0)
    leak: Fraction = Fraction(0)
    invalid: Fraction = Fraction(0)


@dataclass(frozen=True)
class Policy:
    """How verdicts become marks. As it is by default: every lesson counts alike, 10 points each, by the score."""

    lessons: tuple[str, ...] = ()
    """Those that count, as ``01`` or by their full names; none named: all."""
    weights: Mapping[str, Fraction] = field(default_factory=dict)
    """How often a lesson counts in the total; once where it is not named."""
    points: Fraction = Fraction(10)
    """What each lesson is out of."""
    award: Award = "score"
    thresholds: tuple[Threshold, ...] = ()
    """With award ``thresholds``; from the lowest up."""
    costs: Costs = Costs()
    round_to: Fraction = _FINEST
    """Marks are multiples of this; halves go up."""
    zero_unusable: bool = False
    """Whether what was handed in and is of no use earns 0; else it has no mark."""

    def counts(self, lesson: str) -> bool:
        """Whether the lesson of this folder name is part of the total."""
        return not self.lessons or any(is_spelt(spelling, lesson) for spelling in self.lessons)

    def weight(self, lesson: str) -> Fraction:
        """How often it counts."""
        return next((w for spelling, w in self.weights.items() if is_spelt(spelling, lesson)), Fraction(1))

    def unknown(self, lessons: Iterable[str]) -> list[str]:
        """The lessons that the policy names and that are not among these folder names."""
        names = list(lessons)
        named = dict.fromkeys((*self.lessons, *self.weights))
        return [spelling for spelling in named if not any(is_spelt(spelling, name) for name in names)]


@dataclass(frozen=True)
class Mark:
    """What one lesson earns, and how that came about."""

    points: float | None
    """None: without a verdict; exports leave it blank."""
    out_of: float
    reasons: tuple[str, ...]
    unrounded: Fraction | None = None
    """The points before rounding, to compute with: what is rounded twice is wrong. None where the points are exact."""


@dataclass(frozen=True)
class Total:
    """What all lessons that count earn together."""

    points: float | None
    """None as long as one of the marks is."""
    out_of: float
    reasons: tuple[str, ...] = ()
    unrounded: Fraction | None = None
    """As in `Mark`."""


def mark(policy: Policy, lesson: str, unit: Unit | None, by_hand: HandMark | None = None) -> Mark:
    """What `unit`, or having handed in nothing, earns for the lesson of this folder name.

    A mark `by_hand` stands in its place, whatever is graded. Flags for a person to look at change no mark.
    """
    points, reasons = _earned(policy, unit)
    if by_hand:
        graded = "no mark" if points is None else plain(rounded(points, policy.round_to))
        said = f"set by hand on {by_hand.set_at:%Y-%m-%d}: {by_hand.because}"
        points, reasons = by_hand.points, [said, f"graded: {graded} ({'; '.join(reasons)})"]
    if not policy.counts(lesson):
        reasons = [*reasons, "not part of the total"]
    return Mark(_shown(points, policy), float(policy.points), tuple(reasons), points)


def total(policy: Policy, marks: Mapping[str, Mark]) -> Total:
    """The sum of the marks that count, by lesson name, each times its weight; rounded once."""
    counted = {name: one for name, one in marks.items() if policy.counts(name)}
    out_of = sum(policy.weight(name) * exact(one.out_of) for name, one in counted.items())
    if not counted:
        return Total(None, float(out_of), ("no lesson that counts is graded yet",))
    if missing := [name for name, one in counted.items() if one.points is None]:
        return Total(None, float(out_of), (f"without a mark: {', '.join(missing)}",))
    points = sum((policy.weight(name) * unrounded(one) for name, one in counted.items()), Fraction(0))
    return Total(_shown(points, policy), float(out_of), _weights_told(policy, counted), points)


def unrounded(one: Mark | Total) -> Fraction:
    """The points to compute with; only for what has points."""
    return exact(one.points or 0) if one.unrounded is None else one.unrounded


def scaled(policy: Policy, one: Mark | Total, full: Fraction | None) -> Fraction:
    """The points as points out of `full`, to the hundredth; as they are where nobody knows what that is.

    Where the policy has steps that are coarser than that, the step is scaled, else the points, and rounded once.
    """
    points, out_of = exact(one.points or 0), exact(one.out_of)
    if not full or full == out_of:
        return points
    exactly = unrounded(one) if policy.round_to == _FINEST else points
    return rounded(exactly * full / out_of, _FINEST)


def _shown(points: Fraction | None, policy: Policy) -> float | None:
    return None if points is None else float(rounded(points, policy.round_to))


def rounded(number: Fraction, step: Fraction) -> Fraction:
    """The multiple of `step` that is nearest; halves go up."""
    return (number / step + Fraction(1, 2)).__floor__() * step


def exact(number: float) -> Fraction:
    """The number as it is written, not as binary has it."""
    return Fraction(str(number))


def plain(number: float | Fraction) -> str:
    """The number with as many decimals as it needs, at most four: ``10``, ``7.5``."""
    return f"{float(number):.4f}".rstrip("0").rstrip(".")


def caught(unit: Unit) -> tuple[int, int]:
    """How many mutants the suite kills, and of how many."""
    mutants = unit.document.get("mutants", ())
    return sum(bool(mutant["killed"]) for mutant in mutants), len(mutants)


def is_spelt(spelling: str, lesson: str) -> bool:
    """Whether ``01``, ``1`` or the full name means the lesson of this folder name."""
    return spelling == lesson or (
        spelling.isdecimal() and lesson[:2].isdecimal() and int(spelling) == int(lesson[:2])
    )


def _earned(policy: Policy, unit: Unit | None) -> tuple[Fraction | None, list[str]]:
    """The points before rounding, and the reasons."""
    if unit is None:
        return Fraction(0), [NOT_HANDED_IN]
    if unit.status == UNUSABLE and policy.zero_unusable:
        return Fraction(0), [NOTHING_USABLE]
    if why := _NO_MARK.get(unit.status):
        return None, [why]
    if unit.is_undecided:
        return None, [UNDECIDED]
    awarded, why = _awarded(policy, unit)
    reasons, percent = [why], Fraction(0)
    for cost, what in _problems(policy.costs, unit):
        if cost and awarded:
            reasons.append(f"{what}: −{plain(cost)} %")
            percent += cost
    left = awarded - policy.points * percent / 100
    if left < 0:
        reasons.append("no mark is below 0")
    return max(left, Fraction(0)), reasons


def _awarded(policy: Policy, unit: Unit) -> tuple[Fraction, str]:
    if policy.award == "complete":
        if unit.status == "complete":
            return policy.points, "complete: full marks"
        return Fraction(0), f"not complete, but {unit.status}: no marks"
    score, found = _score(unit)
    if policy.award == "score":
        points = policy.points * score
        reached = ""
    else:
        best = [one for one in policy.thresholds if score * 100 >= one.caught]
        points = policy.points * best[-1].earns / 100 if best else Fraction(0)
        reached = f", at least {plain(best[-1].caught)} %" if best else ", below every threshold"
    shown = rounded(points, policy.round_to)
    return points, f"{found}{reached}: {plain(shown)} of {plain(policy.points)}"


def _score(unit: Unit) -> tuple[Fraction, str]:
    """The score, and the words for it."""
    if "takes_too_long" in unit.suspect:
        return Fraction(0), "took longer than a suite may"
    if unit.status in _NOTHING_RAN:
        return Fraction(0), _NOTHING_RAN[unit.status]
    killed, mutants = caught(unit)
    score = Fraction(killed, mutants) if mutants else exact(unit.score)
    told = f"{killed} of {mutants} mutants caught" if mutants else f"score {plain(unit.score)}"
    return score, told if killed else f"{told}{_why_none(unit)}"


def _why_none(unit: Unit) -> str:
    """Why nothing is caught, where that is known."""
    kinds = [finding["kind"] for finding in unit.document.get("findings", ())]
    if "asks_nothing" in kinds:
        return ", as no test touches the lesson's app"
    silent, valid = (
        kinds.count("asserts_nothing"),
        sum(test["valid"] for test in unit.document.get("tests", ())),
    )
    if silent and silent >= valid:
        return ", as there is no assertion that could fail"
    return ""


def _problems(costs: Costs, unit: Unit) -> Iterator[tuple[Fraction, str]]:
    findings = unit.document.get("findings", ())
    stages = {finding["stage"] for finding in findings}
    if "order" in stages:
        yield costs.order, "tests that depend on their order"
    if stages & {"reference", "equivalent"}:
        yield costs.invalid, "invalid tests"
    leaks = dict.fromkeys(finding["kind"] for finding in findings if finding["stage"] == "leak")
    if leaks:
        yield costs.leak, ", ".join(_LEAKS.get(kind, kind) for kind in leaks)


def _weights_told(policy: Policy, counted: Mapping[str, Mark]) -> tuple[str, ...]:
    return tuple(
        f"{name} counts {plain(policy.weight(name))} times" for name in counted if policy.weight(name) != 1
    )
