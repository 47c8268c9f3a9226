"""Checks in the background, one at a time; a new one ends the one under way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from checker.check import Checked, KeptRunner, check_with
from checker.copies.progress import key_of, record_check
from checker.course.lessons import Lesson
from checker.course.suite import Suite, own_suite
from checker.engine.run import TIME_LIMIT, Interrupted, Runner
from checker.errors import UsageError, told


@dataclass(frozen=True)
class Begun:
    """A check of `lesson` begins."""

    lesson: Lesson


@dataclass(frozen=True)
class Seen:
    """What the runs so far say, or, where nothing is pending, the verdict."""

    checked: Checked
    notice: str = ""
    """One line beside the verdict, where it could not be remembered."""


@dataclass(frozen=True)
class Failed:
    """The check cannot be made; `reason` is one line."""

    lesson: Lesson
    reason: str


Event = Begun | Seen | Failed


class CheckSession:
    """Checks lessons in a thread of its own and tells `tell` what happens, in that thread."""

    def __init__(self, tell: Callable[[Event], None], limit: float = TIME_LIMIT) -> None:
        self._tell = tell
        self._limit = limit
        self._turn = threading.Condition()
        self._wanted: Lesson | None = None
        self._closed = False
        self._runner: Runner | None = None
        self._kept = KeptRunner()
        self._thread = threading.Thread(target=self._work, name="checks", daemon=True)
        self._thread.start()

    def check(self, lesson: Lesson) -> None:
        """Check `lesson` now; what is under way is given up. Returns at once."""
        with self._turn:
            self._wanted = lesson
            if self._runner:
                self._runner.interrupt()
            self._turn.notify()

    def close(self) -> None:
        """End what is under way, and every process."""
        with self._turn:
            self._closed = True
            if self._runner:
                self._runner.interrupt()
            self._turn.notify()
        self._thread.join()

    def _work(self) -> None:
        while lesson := self._next():
            try:
                self._check(lesson)
            except Interrupted:
                continue
            except Exception as error:  # whatever it is, the next save is checked again, in new processes
                self._kept.close()
                self._tell(Failed(lesson, told(error)))
        self._kept.close()

    def _next(self) -> Lesson | None:
        with self._turn:
            self._turn.wait_for(lambda: self._wanted or self._closed)
            lesson, self._wanted = self._wanted, None
            if self._runner:
                self._runner.resume()
            return None if self._closed else lesson

    def _check(self, lesson: Lesson) -> None:
        self._tell(Begun(lesson))
        if not lesson.home.is_dir():
            raise UsageError(
                f"lessons/{lesson.name} is gone. To have it back: checker reset {lesson.number:02}"
            )
        suite = own_suite(lesson)
        key = key_of(lesson, suite)
        runner = self._runner_for(lesson, suite)
        checked = check_with(
            runner, lesson, suite, limit=self._limit, progress=lambda partial: self._tell(Seen(partial))
        )
        self._tell(Seen(checked, record_check(lesson.home.parents[1], checked, key)))

    def _runner_for(self, lesson: Lesson, suite: Suite) -> Runner:
        """The runner, known from now on to those who would interrupt it."""
        runner = self._kept.ready_for(lesson, suite)
        with self._turn:
            self._runner = runner
            if self._wanted or self._closed:  # it came while there was nothing to interrupt
                raise Interrupted
        return runner
