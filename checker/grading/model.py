"""A class and its results: the words that grading, reports and exports are written in. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any, Literal

from checker.course.suite import Suite

NOT_GRADED = "not_graded"
"""Handed in, and the grading has not come to it."""
UNUSABLE = "unusable"
"""Handed in, and nothing of it is a suite."""
HARNESS_ERROR = "harness_error"
"""The checker itself failed."""
NO_VERDICTS = frozenset({NOT_GRADED, UNUSABLE, HARNESS_ERROR})
"""Statuses beside a verdict's own: none of them is a mark."""

Level = Literal["none", "count", "areas", "symptoms"]
"""How much the learners' pages tell."""


@dataclass(frozen=True)
class Learner:
    """One person of a class, as the roster or a submission's name has them."""

    id: str
    """What they are graded under; unique in a class."""
    name: str = ""
    email: str = ""
    team: str = ""


@dataclass(frozen=True)
class Submission:
    """One learner's handed-in files, or one team's: any number of lessons."""

    learners: tuple[Learner, ...]
    """Whom it counts for; more than one for a team."""
    source: str
    """The folder or archive it came from, below the folder of all submissions."""
    suites: Mapping[str, Suite] = field(default_factory=dict)
    """The learner-owned files, by the lesson's name."""
    flags: tuple[str, ...] = ()
    """``late``, ``several_attempts``, ``unmatched`` (in no roster), ``refused``, ``unusable``, ``untouched``."""
    notes: tuple[str, ...] = ()
    """One line each: what was not taken and why, or why all of it was refused."""
    unusable: frozenset[str] = frozenset()
    """The lessons for which files were handed in, and none of them is a suite, by name."""

    @property
    def has_nothing_usable(self) -> bool:
        """Whether all of it is of no use: nobody can say for which lesson it was meant."""
        return "unusable" in self.flags


@dataclass(frozen=True)
class Bug:
    """A mutant, as an instructor may see it."""

    id: str
    area: str
    promise: str
    symptom: str


@dataclass(frozen=True)
class LessonSheet:
    """A lesson as it was graded."""

    name: str
    title: str
    bugs: tuple[Bug, ...]


@dataclass(frozen=True)
class Unit:
    """One suite for one lesson: graded, or still to be graded."""

    lesson: str
    document: Mapping[str, Any]
    """``checker/verdict/v1`` with every mutant's own id; `status` may also be one of `NO_VERDICTS`."""
    graded_at: datetime | None
    """None where nothing has been graded."""
    sandboxed: bool = True

    @property
    def status(self) -> str:
        """The verdict's status, or one of `NO_VERDICTS`."""
        return str(self.document["status"])

    @property
    def is_undecided(self) -> bool:
        """Whether a run on a mutant was lost by chance, so that its score may be too low."""
        return any(mutant.get("undecided") for mutant in self.document.get("mutants", ()))

    @property
    def has_verdict(self) -> bool:
        """Whether it may be marked; else it is to be graded, again or at all, or somebody has to look."""
        return self.status not in NO_VERDICTS and not self.is_undecided

    @property
    def score(self) -> float:
        """Mutants killed of all mutants, 0 to 1."""
        return float(self.document["score"])

    @property
    def suspect(self) -> tuple[str, ...]:
        """What a person should look at."""
        return tuple(self.document["suspect"])


def without_verdict(lesson: str, status: str, why: str = "") -> dict[str, Any]:
    """The document of a unit that has no verdict, and, where there is one, the reason."""
    found = [{"stage": "notice", "kind": status, "test": None, "promise": None, "text": why}] if why else []
    return {
        "format": "checker/verdict/v1",
        "lesson": lesson,
        "status": status,
        "suspect": [],
        "score": 0.0,
        "seconds": 0.0,
        "tasks": None,
        "tests": [],
        "mutants": [],
        "equivalents": [],
        "findings": found,
    }


@dataclass(frozen=True)
class HandMark:
    """A mark that an instructor has set: it stands whatever is graded."""

    points: Fraction
    because: str
    set_at: datetime


@dataclass(frozen=True)
class LearnerResult:
    """All that is known of one learner."""

    learner: Learner
    source: str = ""
    """Where the submission came from; empty for somebody of the roster who handed in nothing."""
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    units: Mapping[str, Unit] = field(default_factory=dict)
    """By the lesson's name; a lesson that was not handed in is not there."""
    is_waiting: bool = False
    """Whether something of what was handed in is not graded yet."""
    by_hand: Mapping[str, HandMark] = field(default_factory=dict)
    """The marks that were set by hand, by the lesson's name."""

    @property
    def has_nothing_usable(self) -> bool:
        """Whether something was handed in, and none of it is a suite."""
        return "unusable" in self.flags


@dataclass(frozen=True)
class Alike:
    """Two learners' suites for a lesson that are more alike than the starter makes them."""

    lesson: str
    one: str
    other: str
    """Both by learner id."""
    likeness: float
    """Shared of all that either, or the smaller, has beyond the starter, 0 to 1; 1 is identical but for names and layout."""
    identical: bool = False
    """Whether the files are the same, byte for byte."""


@dataclass(frozen=True)
class ClassResult:
    """The gradebook, read."""

    lessons: tuple[LessonSheet, ...]
    learners: tuple[LearnerResult, ...]
    alike: tuple[Alike, ...] = ()

    def not_graded_yet(self) -> str:
        """A line on the work that has no verdict yet; empty where all has been looked at."""
        waiting = sum(learner.is_waiting for learner in self.learners)
        if not waiting:
            return ""
        handed_in = sum(bool(learner.source) for learner in self.learners)
        return (
            f"{waiting} of {handed_in} not graded yet: learners with work that has no verdict, and no mark. "
            "The same grade command goes on from there."
        )
