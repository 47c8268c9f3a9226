"""What a class looks like from above: numbers, the bugs it misses, suites alike, what to look at first. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import mean

from checker.grading.model import (
    HARNESS_ERROR,
    UNUSABLE,
    Alike,
    Bug,
    ClassResult,
    LearnerResult,
    LessonSheet,
    Unit,
)
from checker.grading.report.cells import KILLS, class_row, is_judged
from checker.grading.report.words import FLAGS, MISSING, ORDINARY, suspect_words


@dataclass(frozen=True)
class BugTally:
    """How a class does with one bug."""

    bug: Bug
    column: int
    """Where it is in its lesson's sheet."""
    caught: int
    crashed: int
    """Of these, by no assertion: noticed, not understood."""
    muted: int
    judged: int
    """The suites that were run against it."""

    @property
    def missed(self) -> int:
        """The suites that earn nothing for it."""
        return self.judged - self.caught


@dataclass(frozen=True)
class LessonTally:
    """How a class does in one lesson."""

    sheet: LessonSheet
    statuses: Counter[str]
    """How many learners are where, ``missing`` among it."""
    mean_score: float | None
    bugs: tuple[BugTally, ...]
    """Those that most suites miss first."""
    rows: tuple[tuple[int, str], ...]
    """Of each judged suite: its learner's place, and its letters in the order of `bugs`."""


@dataclass(frozen=True)
class Flagged:
    """One thing to look at: who, where, and what there is to say of it."""

    learners: tuple[str, ...]
    lesson: str = ""
    detail: str = ""


@dataclass(frozen=True)
class AlikeGroup:
    """Suites that are alike, each to another one of them, or all identical."""

    lesson: str
    learners: tuple[str, ...]
    likeness: float
    """The least that links two of them."""
    identical: bool


def lesson_tallies(result: ClassResult) -> list[LessonTally]:
    """A tally for each lesson of the class."""
    return [_tally(sheet, result.learners) for sheet in result.lessons]


def _tally(sheet: LessonSheet, learners: Sequence[LearnerResult]) -> LessonTally:
    units = [learner.units.get(sheet.name) for learner in learners]
    letters = [(at, class_row(unit, sheet.bugs)) for at, unit in enumerate(units) if unit and is_judged(unit)]
    scores = [unit.score for unit in units if unit and unit.has_verdict]
    bugs = [
        _bug_tally(bug, column, [row[column] for _, row in letters]) for column, bug in enumerate(sheet.bugs)
    ]
    bugs.sort(key=lambda tally: -tally.missed)
    return LessonTally(
        sheet,
        Counter(unit.status if unit else MISSING for unit in units),
        mean(scores) if scores else None,
        tuple(bugs),
        tuple((at, "".join(row[tally.column] for tally in bugs)) for at, row in letters),
    )


def _bug_tally(bug: Bug, column: int, letters: Sequence[str]) -> BugTally:
    count = Counter(letters)
    caught = sum(count[letter] for letter in KILLS)
    return BugTally(bug, column, caught, caught - count["A"], count["m"], len(letters) - count["?"])


def mean_score(learner: LearnerResult, result: ClassResult) -> float:
    """Over all lessons of the class; one without a verdict counts as nothing."""
    units = (learner.units.get(sheet.name) for sheet in result.lessons)
    return mean(unit.score if unit and unit.has_verdict else 0.0 for unit in units) if result.lessons else 0.0


def alike_groups(alike: Sequence[Alike]) -> list[AlikeGroup]:
    """Identical suites together, however many; then those that are alike, the likest first."""
    identical = _linked([pair for pair in alike if pair.identical], is_identical=True)
    similar = _linked([pair for pair in alike if not pair.identical], is_identical=False)
    return [*identical, *sorted(similar, key=lambda group: (-group.likeness, group.lesson, group.learners))]


def _linked(pairs: Sequence[Alike], *, is_identical: bool) -> list[AlikeGroup]:
    groups: dict[tuple[str, str], set[str]] = {}
    for pair in pairs:
        one, other = (groups.get((pair.lesson, id), {id}) for id in (pair.one, pair.other))
        together = one | other
        groups |= {(pair.lesson, id): together for id in together}
    distinct = {(lesson, tuple(sorted(ids))) for (lesson, _), ids in groups.items()}
    return [
        AlikeGroup(
            lesson, ids, min(p.likeness for p in pairs if p.lesson == lesson and p.one in ids), is_identical
        )
        for lesson, ids in sorted(distinct)
    ]


def flags_of(learner: LearnerResult) -> tuple[str, ...]:
    """What is to be looked at about one learner, by kinds of flags."""
    units = learner.units.values()
    found = {
        *learner.flags,
        *(["suspect"] if any(unit.suspect for unit in units) else ()),
        *(["undecided"] if any(unit.is_undecided for unit in units) else ()),
        *({unit.status for unit in units} & {HARNESS_ERROR, UNUSABLE}),
        *(["not_graded"] if learner.is_waiting else ()),
        *(["nothing"] if not learner.source and not units else ()),
    }
    return tuple(sorted(found, key=_urgency))


def needs_a_look(flags: Sequence[str]) -> bool:
    """Whether a person should look before the marks count."""
    return not set(flags) <= ORDINARY


def flagged(result: ClassResult) -> dict[str, list[Flagged]]:
    """What to look at, by kind, the most urgent kind first."""
    found: dict[str, list[Flagged]] = {}
    for kind, one in _all_flagged(result):
        found.setdefault(kind, []).append(one)
    return {kind: found[kind] for kind in sorted(found, key=_urgency)}


def _all_flagged(result: ClassResult) -> Iterator[tuple[str, Flagged]]:
    for learner in result.learners:
        id = learner.learner.id
        for flag in flags_of(learner):
            if flag not in ("suspect", "harness_error", "undecided"):
                yield flag, Flagged((id,))
        for unit in learner.units.values():
            if unit.is_undecided:
                yield "undecided", Flagged((id,), unit.lesson)
            if unit.status == "harness_error":
                yield "harness_error", Flagged((id,), unit.lesson)
            if unit.suspect:
                yield "suspect", Flagged((id,), unit.lesson, "; ".join(map(suspect_words, unit.suspect)))
    for group in alike_groups(result.alike):
        if group.identical:
            yield "identical", Flagged(group.learners, group.lesson)


def unsandboxed(result: ClassResult) -> list[Unit]:
    """The verdicts that were made without a sandbox."""
    return [unit for unit in graded(result) if not unit.sandboxed]


def graded(result: ClassResult) -> list[Unit]:
    """All that was graded, whatever came of it."""
    units = (unit for learner in result.learners for unit in learner.units.values())
    return [unit for unit in units if unit.graded_at]


def _urgency(flag: str) -> tuple[int, str]:
    order = list(FLAGS)
    return (order.index(flag) if flag in order else order.index("late"), flag)
