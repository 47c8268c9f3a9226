"""What a learner may read of their own verdict, at a chosen level. Pure.

Nothing that running on a mutant or on another correct app made is repeated here, be it a message, a name or a
file: a suite could print the app it runs on. The sentences are ours; what is quoted comes from the learner's own
files and from runs on the app they have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from checker.grading.model import LearnerResult, LessonSheet, Level, Unit
from checker.grading.report.feedback_words import (
    LEFT_BEHIND,
    QUOTED_FROM,
    invalid_because,
    suite_remarks,
)
from checker.grading.report.marks import MarkView, points_text
from checker.grading.report.stages import Stage, stages
from checker.grading.safely import clean, one_line

_MOST_TESTS = 100
_NO_MARKS: Mapping[str, MarkView] = {}


@dataclass(frozen=True)
class TestLine:
    """One of the learner's tests."""

    __test__ = False

    name: str
    valid: bool
    reasons: tuple[str, ...]
    """Why it is not valid, in our words."""
    message: str
    """What it said on the app; the learner's own text."""


@dataclass(frozen=True)
class MarkLine:
    """One mark, of a lesson or of all."""

    what: str
    points: str
    reasons: tuple[str, ...]
    """How it came about, in our words."""


@dataclass(frozen=True)
class LessonFeedback:
    """One lesson, for the learner who handed it in."""

    title: str
    stages: tuple[Stage, ...]
    tests: tuple[TestLine, ...]
    tests_left_out: int
    remarks: tuple[str, ...]
    """Our sentences."""
    quoted: tuple[str, ...]
    """Sentences with names and paths of the learner's in them."""
    caught: str
    """Empty at level ``none``."""
    areas: tuple[tuple[str, str], ...]
    symptoms: tuple[str, ...]


@dataclass(frozen=True)
class Feedback:
    """All that one learner is told."""

    name: str
    notes: tuple[str, ...]
    """What became of the files: late, what was not taken."""
    own_notes: tuple[str, ...]
    """The same, with names of the learner's files in it."""
    marks: tuple[MarkLine, ...]
    """Also of the lessons that were not handed in; the total comes last."""
    lessons: tuple[LessonFeedback, ...]


_FLAGS = {
    "late": "It was handed in late.",
    "several_attempts": "You handed in more than once: the newest was graded.",
    "refused": "It could not be taken in.",
    "unusable": "Nothing of what you handed in is a test file of a lesson.",
    "untouched": "You handed in the starter as it was shipped: that counts as not handed in.",
}


def feedback(
    result: LearnerResult,
    lessons: Sequence[LessonSheet],
    level: Level,
    marks: Mapping[str, MarkView] = _NO_MARKS,
    total: MarkView | None = None,
) -> Feedback:
    """What `result` may be told at `level`; lessons in the order of `lessons`.

    `marks` are by lesson; they are told whatever the level, as a learner has to know what a mark stands for. Where one
    is missing, none is shown.
    """
    return Feedback(
        one_line(result.learner.name, 80) or one_line(result.learner.id, 80),
        tuple(_FLAGS[flag] for flag in result.flags if flag in _FLAGS),
        tuple(map(clean, result.notes)),
        tuple(_marks(lessons, marks, total)),
        tuple(
            _lesson(result.units[sheet.name], sheet, level) for sheet in lessons if sheet.name in result.units
        ),
    )


def _marks(
    lessons: Sequence[LessonSheet], marks: Mapping[str, MarkView], total: MarkView | None
) -> Iterator[MarkLine]:
    named = [(one_line(sheet.title) or sheet.name, marks.get(sheet.name)) for sheet in lessons]
    for what, mark in (*named, ("Total", total)):
        if mark is not None:
            yield MarkLine(what, points_text(mark), tuple(map(one_line, mark.reasons)))


def _lesson(unit: Unit, sheet: LessonSheet, level: Level) -> LessonFeedback:
    document = unit.document
    tests = document.get("tests", ())
    findings = document.get("findings", ())
    told = tuple(stages(unit, counted=level != "none"))
    return LessonFeedback(
        one_line(sheet.title),
        told,
        tuple(_test(test, findings) for test in tests[:_MOST_TESTS]),
        len(tests[_MOST_TESTS:]),
        tuple(dict.fromkeys([*suite_remarks(findings, level), *_left_behind(findings)])),
        tuple(clean(f["text"]) for f in findings if f["kind"] in QUOTED_FROM[level]),
        "" if level == "none" or not tests else _caught(document["mutants"], so_far=told[-1].word == "later"),
        tuple(_areas(document["mutants"], sheet)) if level in ("areas", "symptoms") and tests else (),
        tuple(_symptoms(document["mutants"], sheet)) if level == "symptoms" and tests else (),
    )


def _test(test: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> TestLine:
    about = [finding for finding in findings if finding["test"] == test["name"]]
    reasons = () if test["valid"] else invalid_because(test, about)
    return TestLine(one_line(test["name"]), bool(test["valid"]), reasons, clean(test["message"], 400))


def _left_behind(findings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    return (LEFT_BEHIND[finding["kind"]] for finding in findings if finding["kind"] in LEFT_BEHIND)


def _caught(mutants: Sequence[Mapping[str, Any]], *, so_far: bool) -> str:
    """How many are caught; `so_far` where there is something to be done before."""
    caught = f"{_killed(mutants)} of {len(mutants)} caught"
    text = f"So far, {caught} by your valid tests." if so_far else f"{caught}."
    muted = sum(bool(mutant["muted_by"]) and not mutant["killed"] for mutant in mutants)
    return f"{text} Muted, as only tests that are not valid notice them: {muted}." if muted else text


def _areas(mutants: Sequence[Mapping[str, Any]], sheet: LessonSheet) -> Iterator[tuple[str, str]]:
    areas = {bug.id: bug.area for bug in sheet.bugs}
    by_area: dict[str, list[Mapping[str, Any]]] = {}
    for mutant in mutants:
        by_area.setdefault(areas.get(mutant["id"], mutant["area"]), []).append(mutant)
    for area, several in by_area.items():
        yield one_line(area), f"{_killed(several)} of {len(several)} caught"


def _symptoms(mutants: Sequence[Mapping[str, Any]], sheet: LessonSheet) -> Iterator[str]:
    symptoms = {bug.id: bug.symptom for bug in sheet.bugs}
    return (one_line(symptoms[m["id"]], 400) for m in mutants if not m["killed"] and m["id"] in symptoms)


def _killed(mutants: Sequence[Mapping[str, Any]]) -> int:
    return sum(bool(mutant["killed"]) for mutant in mutants)
