"""The gradebook's tables, and their rows from and to the words of `checker.grading.model`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import JSON, DateTime, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from checker.grading.likeness import Shapes
from checker.grading.model import (
    NOT_GRADED,
    UNUSABLE,
    HandMark,
    Learner,
    LearnerResult,
    Submission,
    Unit,
    without_verdict,
)

SCHEMA = 3
_NAME = String(200)


class Base(DeclarativeBase):
    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON, datetime: DateTime(timezone=True)}  # noqa: RUF012


class InfoRow(Base):
    __tablename__ = "gradebook"
    schema: Mapped[int] = mapped_column(primary_key=True)


class LessonRow(Base):
    __tablename__ = "lessons"
    name: Mapped[str] = mapped_column(_NAME, primary_key=True)
    title: Mapped[str]
    bugs: Mapped[list[Any]]
    starter: Mapped[list[Any]]
    """The shapes of its starter, in hexadecimal."""


class LearnerRow(Base):
    __tablename__ = "learners"
    id: Mapped[str] = mapped_column(String(500), primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    team: Mapped[str]
    source: Mapped[str]
    flags: Mapped[list[Any]]
    notes: Mapped[list[Any]]
    taken_in: Mapped[bool]
    """Whether the grading under way, or the last one, has read what they handed in."""
    waiting: Mapped[list[Any]]
    """The lessons they handed in, or may have, that have no verdict yet."""
    unusable: Mapped[list[Any]]
    """The lessons for which what they handed in is no suite."""


class MarkRow(Base):
    __tablename__ = "marks"
    learner: Mapped[str] = mapped_column(String(500), primary_key=True)
    lesson: Mapped[str] = mapped_column(_NAME, primary_key=True)
    points: Mapped[str]
    """As a fraction."""
    because: Mapped[str]
    set_at: Mapped[datetime]


class UnitRow(Base):
    __tablename__ = "units"
    learner: Mapped[str] = mapped_column(String(500), primary_key=True)
    lesson: Mapped[str] = mapped_column(_NAME, primary_key=True)
    key: Mapped[str]
    """What the verdict depends on; the same key, the same verdict."""
    document: Mapped[dict[str, Any]]
    shapes: Mapped[list[Any]]
    content: Mapped[str]
    sandboxed: Mapped[bool]
    graded_at: Mapped[datetime]


class SuiteRow(Base):
    __tablename__ = "suites"
    learner: Mapped[str] = mapped_column(String(500), primary_key=True)
    lesson: Mapped[str] = mapped_column(_NAME, primary_key=True)
    files: Mapped[dict[str, Any]]
    """Each file's text, by its path in the lesson's folder."""


# -- rows


def learner_row(
    learner: Learner,
    submission: Submission,
    *,
    taken_in: bool = True,
    waiting: Iterable[str] = (),
    unusable: Iterable[str] = (),
) -> LearnerRow:
    return LearnerRow(
        id=learner.id,
        name=learner.name,
        email=learner.email,
        team=learner.team,
        source=submission.source,
        flags=list(submission.flags),
        notes=list(submission.notes),
        taken_in=taken_in,
        waiting=list(waiting),
        unusable=list(unusable),
    )


def learner_result(
    row: LearnerRow, units: Mapping[str, Unit], marks: Mapping[str, HandMark], lessons: Collection[str]
) -> LearnerResult:
    """What is known of a learner; an earlier verdict says nothing about work that waits for a new one."""
    learner = Learner(row.id, row.name, row.email, row.team)
    unusable = {name: _without(name, UNUSABLE) for name in row.unusable if name in lessons}
    waiting = {name: _without(name, NOT_GRADED) for name in row.waiting if name in lessons}
    return LearnerResult(
        learner,
        row.source,
        tuple(row.flags),
        tuple(row.notes),
        {**unusable, **units, **waiting},
        is_waiting=bool(row.waiting) or not row.taken_in,
        by_hand=marks,
    )


def _without(lesson: str, status: str) -> Unit:
    return Unit(lesson, without_verdict(lesson, status), None)


def hand_mark(row: MarkRow) -> HandMark:
    return HandMark(Fraction(row.points), row.because, _in_utc(row.set_at))


def unit_of(row: UnitRow) -> Unit:
    return Unit(row.lesson, row.document, _in_utc(row.graded_at), row.sandboxed)


def _in_utc(at: datetime) -> datetime:
    """SQLite has no zones, and PostgreSQL answers in the server's."""
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def texts(shapes: Shapes) -> list[str]:
    return sorted(shape.hex() for shape in shapes)


def shapes(texts: Iterable[str]) -> Shapes:
    return frozenset(map(bytes.fromhex, texts))
