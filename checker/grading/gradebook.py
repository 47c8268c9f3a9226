"""The gradebook: every verdict of a class, in a database, committed the moment it is known.

All of it can be had again by grading again, so an old layout is refused with a line and never migrated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
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
from checker.grading.model import Bug, ClassResult, Learner, LearnerResult, LessonSheet, Submission, Unit

SCHEMA = 1
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

    def put_submission(self, submission: Submission, graded: Iterable[str]) -> None:
        """Whom a submission is of and what is to be said of it.

        Verdicts of earlier gradings on the `graded` lessons that it no longer has are dropped, and so are learners
        whom it was taken for then: before there was a roster, say.
        """
        with self._session() as session:
            others = select(_Learner.id).where(
                _Learner.source == submission.source,
                _Learner.id.not_in([learner.id for learner in submission.learners]),
            )
            session.execute(delete(_Unit).where(_Unit.learner.in_(others)))
            session.execute(delete(_Learner).where(_Learner.id.in_(list(session.scalars(others)))))
            for learner in submission.learners:
                session.merge(_learner_row(learner, submission.source, submission.flags, submission.notes))
                gone = set(graded) - submission.suites.keys()
                session.execute(delete(_Unit).where(_Unit.learner == learner.id, _Unit.lesson.in_(gone)))

    def put_absent(self, learners: Iterable[Learner]) -> None:
        """Learners who are in the roster and handed in nothing."""
        with self._session() as session:
            for learner in learners:
                if session.get(_Learner, learner.id) is None:
                    session.add(_learner_row(learner, "", (), ()))

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

    # -- reading

    def keys(self) -> dict[tuple[str, str], str]:
        """By learner and lesson, the keys of the verdicts there are; without those that could not be had."""
        with self._session() as session:
            rows = session.execute(select(_Unit.learner, _Unit.lesson, _Unit.key, _Unit.document["status"]))
            return {
                (learner, lesson): key for learner, lesson, key, status in rows if status != "harness_error"
            }

    def read(self) -> ClassResult:
        """All of it, lessons and learners by name; not the lessons that nobody has handed in."""
        with self._session() as session:
            handed_in = select(_Unit.lesson)
            lessons = list(
                session.scalars(select(_Lesson).where(_Lesson.name.in_(handed_in)).order_by(_Lesson.name))
            )
            # Sorted here: databases differ in what they put first.
            learners = sorted(session.scalars(select(_Learner)), key=lambda row: row.id)
            units: dict[str, dict[str, Unit]] = {}
            prints: dict[str, dict[str, Print]] = {}
            for row in session.scalars(select(_Unit).order_by(_Unit.lesson)):
                units.setdefault(row.learner, {})[row.lesson] = _unit(row)
                made = Print(_shapes(row.shapes), row.content)
                prints.setdefault(row.lesson, {})[row.learner] = made
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
                tuple(_learner_result(row, units.get(row.id, {})) for row in learners),
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


def _learner_row(learner: Learner, source: str, flags: Iterable[str], notes: Iterable[str]) -> _Learner:
    return _Learner(
        id=learner.id,
        name=learner.name,
        email=learner.email,
        team=learner.team,
        source=source,
        flags=list(flags),
        notes=list(notes),
    )


def _learner_result(row: _Learner, units: Mapping[str, Unit]) -> LearnerResult:
    learner = Learner(row.id, row.name, row.email, row.team)
    return LearnerResult(learner, row.source, tuple(row.flags), tuple(row.notes), units)


def _unit(row: _Unit) -> Unit:
    # SQLite has no zones, and PostgreSQL answers in the server's.
    at = row.graded_at.astimezone(UTC) if row.graded_at.tzinfo else row.graded_at.replace(tzinfo=UTC)
    return Unit(row.lesson, row.document, at, row.sandboxed)


def _texts(shapes: Shapes) -> list[str]:
    return sorted(shape.hex() for shape in shapes)


def _shapes(texts: Iterable[str]) -> Shapes:
    return frozenset(map(bytes.fromhex, texts))
