"""A class and its results: the words that grading, reports and exports are written in. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from checker.course.suite import Suite

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
    """``late``, ``several_attempts``, ``unmatched`` (in no roster), ``refused``."""
    notes: tuple[str, ...] = ()
    """One line each: what was not taken and why, or why all of it was refused."""


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
    """One suite for one lesson, graded."""

    lesson: str
    document: Mapping[str, Any]
    """``checker/verdict/v1`` with every mutant's own id; `status` may also be ``harness_error``."""
    graded_at: datetime
    sandboxed: bool = True

    @property
    def status(self) -> str:
        """The verdict's status, or ``harness_error``: no verdict could be had."""
        return str(self.document["status"])

    @property
    def is_undecided(self) -> bool:
        """Whether a run on a mutant was lost by chance, so that its score may be too low."""
        return any(mutant.get("undecided") for mutant in self.document.get("mutants", ()))

    @property
    def has_verdict(self) -> bool:
        """Whether it may be marked; else it is to be graded again."""
        return self.status != "harness_error" and not self.is_undecided

    @property
    def score(self) -> float:
        """Mutants killed of all mutants, 0 to 1."""
        return float(self.document["score"])

    @property
    def suspect(self) -> tuple[str, ...]:
        """What a person should look at."""
        return tuple(self.document["suspect"])


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


@dataclass(frozen=True)
class Alike:
    """Two learners' suites for a lesson that are more alike than the starter makes them."""

    lesson: str
    one: str
    other: str
    """Both by learner id."""
    likeness: float
    """Shared of all that either has beyond the starter, 0 to 1; 1 is identical but for names and layout."""
    identical: bool = False
    """Whether the files are the same, byte for byte."""


@dataclass(frozen=True)
class ClassResult:
    """The gradebook, read."""

    lessons: tuple[LessonSheet, ...]
    learners: tuple[LearnerResult, ...]
    alike: tuple[Alike, ...] = ()
