"""Where a gradebook is, and how it is opened: a file, or a database at a URL, of the layout that is written now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, func, inspect, select
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session

from checker.errors import UsageError
from checker.grading.gradebook import Gradebook
from checker.grading.tables import SCHEMA, Base, InfoRow

_LOCK = 1_095_914_836  # a number for PostgreSQL: of all gradings into one database


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
        Base.metadata.create_all(engine)
    elif not inspect(engine).has_table(InfoRow.__tablename__):
        raise UsageError(f"There is no gradebook at {_without_password(name)}.")
    with Session(engine) as session, session.begin():
        found = session.scalars(select(InfoRow.schema)).first()
        if found is None and not new:
            raise UsageError(f"There is no gradebook at {_without_password(name)} yet.")
        if found is None:  # a new one, or one whose making was interrupted
            found = SCHEMA
            session.add(InfoRow(schema=SCHEMA))
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
