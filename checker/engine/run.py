"""One run of a suite against one app: what is asked for, what comes back, and who carries it out."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Protocol

from checker.engine.events import MOST_TESTS, Event, read_events
from checker.engine.limits import TIME_LIMIT as TIME_LIMIT
from checker.engine.limits import most_for as most_for


@dataclass(frozen=True)
class Request:
    """One run: which files, which of their tests, in which order."""

    lesson: str
    """The name of the folder that the files are put in."""
    app: Mapping[str, str]
    """The app's files, by their paths in that folder."""
    suite: Mapping[str, bytes]
    """The learner's files, likewise; an app's file goes before one of the same path."""
    paths: tuple[str, ...]
    """The test files."""
    order: str = "file"
    only: str = ""
    without: tuple[str, ...] = ()
    strict: bool = False
    """Whether warnings are errors."""
    evidence: bool = False
    """Whether what happens in the tests is watched for `checker.judging.advice`."""
    watched: bool = False
    """Whether tampering is looked for."""
    limit: float = TIME_LIMIT
    """Seconds that a test may take, and what a run's are made from, as `checker.engine.limits` says."""
    most_tests: int = MOST_TESTS
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    """Marks the lines of this run's report."""

    @property
    def files(self) -> dict[str, bytes]:
        """All that a run's folder holds."""
        return {**self.suite, **{path: text.encode() for path, text in self.app.items()}}

    def message(self, **where: Any) -> dict[str, Any]:
        """What the process that carries the run out is told: all but the files' contents, and `where` they are."""
        rest = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("app", "suite")}
        return {**rest, "app": sorted(self.app), **where}


@dataclass(frozen=True)
class Report:
    """What came back from a run, before anything is made of it."""

    events: tuple[Event, ...]
    sealed: bool
    stopped: str
    """What the run was ended for: ``memory``, or one of `checker.engine.limits.Limits`; else empty."""
    status: int
    seconds: float
    took: float = 0.0
    """Of these seconds, those in which the run was not waiting for a core."""
    left: tuple[str, ...] = ()
    """Files that the run left in its folder."""
    gone: tuple[str, ...] = ()
    """Files that it took away."""
    is_app_gone: bool = False
    """Whether the app's are among them, or the whole folder is another one."""


class Interrupted(Exception):
    """The run was ended by `Runner.interrupt`: nobody waits for it any more."""


class Runner(Protocol):
    """Carries out runs."""

    workers: int

    def run(self, request: Request, *, alone: bool = False) -> Report:
        """Carry out one run; several threads may call at a time. `alone`: with no other run beside it.

        That is no part of the request: a suite must not know which of its runs is repeated.

        Raises HarnessError where it cannot, Interrupted where `interrupt` ended it.
        """
        ...

    def interrupt(self) -> None:
        """End every run under way and begin no other, until `resume`. From any thread."""
        ...

    def resume(self) -> None:
        """Carry out runs again; every call of `run` from before must have ended."""
        ...

    def close(self) -> None:
        """End every run under way, and the processes; a call of `run` then raises HarnessError."""
        ...


def report_of(request: Request, data: bytes, header: Mapping[str, Any], seconds: float) -> Report:
    """What a run's process wrote, read; `header` is what was seen from outside."""
    events = read_events(data, request.key)
    gone = tuple(header.get("gone", ()))
    return Report(
        events,
        sealed=bool(events) and events[-1] == ("seal",),
        stopped=header["stopped"],
        status=header["status"],
        seconds=seconds,
        took=header["took"],
        left=tuple(header.get("left", ())),
        gone=gone,
        is_app_gone=not set(request.app).isdisjoint(gone),
    )
