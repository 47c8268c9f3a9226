"""Judging from a notebook: the warm processes stay from one cell to the next, and end with the kernel."""

from __future__ import annotations

import atexit
from concurrent.futures import ThreadPoolExecutor, wait

from checker.check import Checked, KeptRunner, check_with
from checker.course.lessons import Lesson
from checker.course.suite import Suite
from checker.engine.run import TIME_LIMIT


class Session:
    """Checks suites of one lesson after the other, in processes of their own: never in the kernel."""

    def __init__(self, limit: float = TIME_LIMIT) -> None:
        self.limit = limit
        self._kept = KeptRunner()
        atexit.register(self.close)

    def check(self, lesson: Lesson, suite: Suite) -> Checked:
        """The verdict. Raises what `check_with` raises; interrupting the kernel ends the runs under way."""
        runner = self._kept.ready_for(lesson, suite)
        with ThreadPoolExecutor(1) as pool:
            verdict = pool.submit(check_with, runner, lesson, suite, limit=self.limit)
            try:
                return verdict.result()
            except BaseException:
                runner.interrupt()
                try:
                    wait([verdict])
                finally:
                    self.close()
                raise

    def close(self) -> None:
        """End the processes; the next check starts others."""
        self._kept.close()
