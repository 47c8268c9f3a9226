"""Looks at a run from outside, now and then, and says when it has taken too much."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from checker.engine.family import Family
from checker.engine.limits import Limits

LOOK_AROUND = 0.1  # seconds between two looks at what a run takes
_AT_MOST = 20  # of so many parts of the time, one goes into looking: thousands of processes take a while


class Stopwatch:
    """Of one run, from the moment that it is made."""

    def __init__(
        self, first: int, limit: float, key: str, holds_too_much: Callable[[Family], bool] = lambda _: False
    ) -> None:
        """`first` is the process that all others of the run are below; `key` is the run's."""
        self._family = Family(first)
        self._limits = Limits(limit)
        self._holds_too_much = holds_too_much
        self._begins = json.dumps([key, "start"])[:-1].encode()
        self._rest = b""
        self._started = time.monotonic()
        self._next_look = self._started + LOOK_AROUND
        self._ran = self._waited = 0.0

    @property
    def took(self) -> float:
        """Seconds on the wall so far, without those that the run waited for a core, as far as anybody has looked.

        Never less than it ran: of many processes all but a few wait.
        """
        return max(time.monotonic() - self._started - self._waited, self._ran)

    def hear(self, data: bytes) -> None:
        """Take note of a part of the report: of the tests that begin in it."""
        heard = self._rest + data
        for _ in range(heard.count(self._begins)):
            self._limits.begin_test()
        self._rest = heard[-(len(self._begins) - 1) :]

    def look(self) -> str:
        """What the run is to be stopped for, as `Report.stopped` has it; empty where it may go on, or not long ago."""
        now = time.monotonic()
        if now < self._next_look:  # by the clock: a run that keeps reporting is looked at too
            return ""
        usage = self._family.usage()
        self._ran, self._waited = usage.ran, usage.waited
        late = max(now - self._next_look - LOOK_AROUND, 0.0)
        stopped = self._limits.look(now - self._started, usage, late)
        if not stopped and self._holds_too_much(self._family):
            stopped = "memory"
        took = time.monotonic() - now
        self._next_look = now + max(LOOK_AROUND, _AT_MOST * took)
        return stopped
