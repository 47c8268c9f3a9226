"""The gradebook: every verdict of a class, in a database, committed the moment it is known.

All of it can be had again by grading again, so an old layout is refused with a line and never migrated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    URL,
    DateTime,
    Engine,
    String,
    create_engine,
    delete,
    event,
    func,
    inspect,
    select,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from checker.errors import UsageError
from checker.grading.likeness import Print, Shapes, alike
from checker.grading.model import (
    NOT_GRADED,
    UNUSABLE,
    Bug,
    ClassResult,
    HandMark,
    Learner,
    LearnerResult,
    LessonSheet,
    Submission,
    Unit,
    without_verdict,
)

SCHEMA = 2
_LOCK = 1_095_914_836  # a number for PostgreSQL: of all gradings into one database
_NAME = String(200)


class _Base(DeclarativeBase):
    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON, datetime: DateTime(timezone=True)}  # noqa: RUF012


class _Info(_Base):
    __tablename__ = "gradebook"
    schema: Mapped[int] = mapped_column(primary_key=True)


class _Lesson(_Base):
    __tablename__ = "lessons"
    name: Mapped[str] = mapped_column(_NAME, primary_key=True)
    title: Mapped[str]
    bugs: Mapped[list[Any]]
    starter: Mapped[list[Any]]
    """The shapes of its starter, in hexadecimal."""


class _Learner(_Base):
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


class _Mark(_Base):
    __tablename__ = "marks"
    learner: Mapped[str] = mapped_column(String(500), primary_key=True)
    lesson: Mapped[str] = mapped_column(_NAME, primary_key=True)
    points: Mapped[str]
    """As a fraction."""
    because: Mapped[str]
    set_at: Mapped[datetime]


class _Unit(_Base):
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


class Gradebook:
    """Reads and writes one database; for one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # -- writing

    def put_lessons(self, sheets: Iterable[tuple[LessonSheet, Shapes]]) -> None:
        """Lessons as they are graded now, each with the shapes of its starter."""
        with self._session() as session:
            for sheet, starter in sheets:
                bugs = [[bug.id, bug.area, bug.promise, bug.symptom] for bug in sheet.bugs]
                session.merge(_Lesson(name=sheet.name, title=sheet.title, bugs=bugs, starter=_texts(starter)))

    def begin(
        self, handed_in: Iterable[Submission], absent: Iterable[Learner], lessons: Iterable[str]
    ) -> None:
        """What a grading of these `lessons` finds: who handed in and who did not, before anything is read.

        From here on nothing that was handed in counts as not handed in, or by a verdict on what it was before.
        Learners whom a submission was taken for earlier, before there was a roster, say, are dropped.
        """
        names = sorted(lessons)
        with self._session() as session:
            for submission in handed_in:
                self._drop_others(session, submission)
                for learner in submission.learners:
                    row = _learner_row(learner, submission, taken_in=False, waiting=names)
                    self._put_learner(session, row, names)
            for learner in absent:
                if session.get(_Learner, learner.id) is None:
                    session.add(_learner_row(learner, Submission((learner,), "")))

    def _drop_others(self, session: Session, submission: Submission) -> None:
        others = select(_Learner.id).where(
            _Learner.source == submission.source,
            _Learner.id.not_in([learner.id for learner in submission.learners]),
        )
        gone = list(session.scalars(others))
        session.execute(delete(_Unit).where(_Unit.learner.in_(gone)))
        session.execute(delete(_Learner).where(_Learner.id.in_(gone)))

    def put_submission(self, submission: Submission, graded: Iterable[str], waiting: Iterable[str]) -> None:
        """What a submission has turned out to be: of the lessons `graded`, those that are `waiting` for a verdict.

        Verdicts of earlier gradings on lessons that it no longer has are dropped.
        """
        names = set(graded)
        unusable = names if submission.has_nothing_usable else submission.unusable & names
        to_come = sorted(waiting)
        with self._session() as session:
            for learner in submission.learners:
                row = _learner_row(learner, submission, waiting=to_come, unusable=sorted(unusable))
                self._put_learner(session, row, names)
                gone = names - submission.suites.keys()
                session.execute(delete(_Unit).where(_Unit.learner == learner.id, _Unit.lesson.in_(gone)))

    def _put_learner(self, session: Session, row: _Learner, graded: Collection[str]) -> None:
        """Put `row` in, with what an earlier grading of other lessons has left to be said."""
        if old := session.get(_Learner, row.id):
            row.waiting = [*row.waiting, *(name for name in old.waiting if name not in graded)]
            row.unusable = [*row.unusable, *(name for name in old.unusable if name not in graded)]
        session.merge(row)

    def put_unit(self, learners: Iterable[Learner], unit: Unit, key: str, made: Print) -> None:
        """A verdict, for all whom it counts for; on disk when this returns. What is no verdict is graded again."""
        with self._session() as session:
            for learner in learners:
                session.merge(
                    _Unit(
                        learner=learner.id,
                        lesson=unit.lesson,
                        key=key if unit.has_verdict else "",  # nothing to be kept
                        document=dict(unit.document),
                        shapes=_texts(made.shapes),
                        content=made.content,
                        sandboxed=unit.sandboxed,
                        graded_at=unit.graded_at,
                    )
                )
                if row := session.get(_Learner, learner.id):
                    row.waiting = [name for name in row.waiting if name != unit.lesson]

    def set_mark(self, learner: str, lesson: str, mark: HandMark | None) -> None:
        """The mark that an instructor gives, in place of what is graded; None takes it back."""
        with self._session() as session:
            session.execute(delete(_Mark).where(_Mark.learner == learner, _Mark.lesson == lesson))
            if mark:
                points, at = str(mark.points), mark.set_at
                session.add(
                    _Mark(learner=learner, lesson=lesson, points=points, because=mark.because, set_at=at)
                )

    # -- reading

    def keys_of(self, learners: Iterable[Learner]) -> dict[tuple[str, str], str]:
        """By learner and lesson, the keys of the verdicts that these learners have."""
        ids = [learner.id for learner in learners]
        with self._session() as session:
            rows = session.execute(
                select(_Unit.learner, _Unit.lesson, _Unit.key).where(_Unit.learner.in_(ids), _Unit.key != "")
            )
            return {(learner, lesson): key for learner, lesson, key in rows}

    def lessons(self) -> list[str]:
        """The names of all lessons that have been graded, handed in or not."""
        with self._session() as session:
            return sorted(session.scalars(select(_Lesson.name)))

    def handed_in(self) -> dict[str, str]:
        """Who handed in something in this or an earlier grading, by id, and where that came from."""
        with self._session() as session:
            rows = session.execute(select(_Learner.id, _Learner.source).where(_Learner.source != ""))
            return {row.id: row.source for row in rows}

    def read(self) -> ClassResult:
        """All of it, lessons and learners by name; not the lessons that nobody has handed in."""
        with self._session() as session:
            # Sorted here: databases differ in what they put first.
            learners = sorted(session.scalars(select(_Learner)), key=lambda row: row.id)
            units: dict[str, dict[str, Unit]] = {}
            prints: dict[str, dict[str, Print]] = {}
            for row in session.scalars(select(_Unit).order_by(_Unit.lesson)):
                units.setdefault(row.learner, {})[row.lesson] = _unit(row)
                made = Print(_shapes(row.shapes), row.content)
                prints.setdefault(row.lesson, {})[row.learner] = made
            marks: dict[str, dict[str, HandMark]] = {}
            for given in session.scalars(select(_Mark).order_by(_Mark.lesson)):
                marks.setdefault(given.learner, {})[given.lesson] = _hand_mark(given)
            seen = {lesson for of_one in units.values() for lesson in of_one}
            seen |= {lesson for of_one in marks.values() for lesson in of_one}
            seen |= {lesson for row in learners if row.taken_in for lesson in row.waiting}
            lessons = [
                row for row in session.scalars(select(_Lesson).order_by(_Lesson.name)) if row.name in seen
            ]
            teams = {row.id: row.team for row in learners}
            pairs = [
                pair
                for lesson in lessons
                for pair in alike(lesson.name, prints.get(lesson.name, {}), _shapes(lesson.starter))
                if not (teams.get(pair.one) and teams.get(pair.one) == teams.get(pair.other))
            ]
            return ClassResult(
                tuple(
                    LessonSheet(row.name, row.title, tuple(Bug(*bug) for bug in row.bugs)) for row in lessons
                ),
                tuple(
                    _learner_result(row, units.get(row.id, {}), marks.get(row.id, {}), seen)
                    for row in learners
                ),
                tuple(pairs),
            )

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with Session(self._engine) as session, session.begin():
            yield session


def place(out: Path, url: str) -> Path | str:
    """Where the gradebook of a grading into `out` is: at the `url`, if one is given."""
    return url or out / "gradebook.db"


@contextmanager
def open_gradebook(where: Path | str, *, new: bool = False) -> Iterator[Gradebook]:
    """The gradebook in a file, or at a database's URL; with `new`, it is made where there is none.

    Raises UsageError where there is none, where it cannot be opened, or where it is of another version.
    """
    name = str(where)
    if isinstance(where, Path) and not new and not where.is_file():
        raise UsageError(
            f"There is no gradebook at {where}. First: checker grade SUBMISSIONS --out {where.parent}"
        )
    with ExitStack() as opened:
        try:
            engine = _engine(where)
            opened.callback(engine.dispose)
            if new and engine.dialect.name == "postgresql":
                opened.enter_context(_locked(engine, name))
            _check_schema(engine, name, new)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise UsageError(f"No gradebook can be kept at {_without_password(name)}: {error}.") from None
        except DBAPIError as error:
            raise UsageError(
                f"The gradebook at {_without_password(name)} cannot be opened: {_first_line(error)}."
            ) from None
        try:
            yield Gradebook(engine)
        except DBAPIError as error:
            raise UsageError(
                f"The gradebook at {_without_password(name)} cannot be used: {_first_line(error)}. "
                "What was graded is kept; the same command goes on from there."
            ) from None


def _engine(where: Path | str) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(where)) if isinstance(where, Path) else where)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


@contextmanager
def _locked(engine: Engine, name: str) -> Iterator[None]:
    """Keep a second grading out of the database; an OUT folder has a lock of its own, but may be another one."""
    with engine.connect() as connection:
        if not connection.scalar(select(func.pg_try_advisory_lock(_LOCK))):
            raise UsageError(f"A grading into {_without_password(name)} is under way. Wait for it to end.")
        connection.commit()  # the lock stays with the connection
        yield


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")  # readers, such as a report, do not wait for the grader
    connection.execute("PRAGMA synchronous=FULL")  # and what is committed survives a power cut
    connection.execute("PRAGMA busy_timeout=10000")


def _check_schema(engine: Engine, name: str, new: bool) -> None:
    if new:
        _Base.metadata.create_all(engine)
    elif not inspect(engine).has_table(_Info.__tablename__):
        raise UsageError(f"There is no gradebook at {_without_password(name)}.")
    with Session(engine) as session, session.begin():
        found = session.scalars(select(_Info.schema)).first()
        if found is None and not new:
            raise UsageError(f"There is no gradebook at {_without_password(name)} yet.")
        if found is None:  # a new one, or one whose making was interrupted
            found = SCHEMA
            session.add(_Info(schema=SCHEMA))
    if found != SCHEMA:
        raise UsageError(
            f"The gradebook at {_without_password(name)} has layout {found}, and this version writes {SCHEMA}. "
            "Grade into a new --out folder: every verdict can be had again."
        )


def _first_line(error: DBAPIError) -> str:
    """What the database says, of which PostgreSQL's goes on."""
    return str(error.orig).splitlines()[0].rstrip(".")


def _without_password(name: str) -> str:
    before, at, after = name.rpartition("@")
    return f"{before.rpartition(':')[0]}:…@{after}" if at and before.count(":") > 1 else name


# -- rows


def _learner_row(
    learner: Learner,
    submission: Submission,
    *,
    taken_in: bool = True,
    waiting: Iterable[str] = (),
    unusable: Iterable[str] = (),
) -> _Learner:
    return _Learner(
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


def _learner_result(
    row: _Learner, units: Mapping[str, Unit], marks: Mapping[str, HandMark], lessons: Collection[str]
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


def _hand_mark(row: _Mark) -> HandMark:
    return HandMark(Fraction(row.points), row.because, _in_utc(row.set_at))


def _unit(row: _Unit) -> Unit:
    return Unit(row.lesson, row.document, _in_utc(row.graded_at), row.sandboxed)


def _in_utc(at: datetime) -> datetime:
    """SQLite has no zones, and PostgreSQL answers in the server's."""
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _texts(shapes: Shapes) -> list[str]:
    return sorted(shape.hex() for shape in shapes)


def _shapes(texts: Iterable[str]) -> Shapes:
    return frozenset(map(bytes.fromhex, texts))
