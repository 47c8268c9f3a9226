"""Carry out runs, several at a time, in processes that are warmed ahead.

Two ways, one interface: forks of a warm parent, and, where there is no fork, single-use warmed processes.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from checker.engine.forking import ForkingRunner
from checker.engine.gate import Gate
from checker.engine.run import Runner
from checker.engine.single_use import SingleUseRunner

CAN_FORK = hasattr(os, "fork") and sys.platform != "win32"


def default_workers() -> int:
    """One a core that this process may use, and one more: a run often waits while client and app hand over."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return usable + 1


@contextlib.contextmanager
def open_runner(
    modules: Iterable[str], workers: int | None = None, fork: bool = CAN_FORK, gate: Gate | None = None
) -> Iterator[Runner]:
    """A runner with `modules` imported ahead; it ends with the block."""
    workers = workers or default_workers()
    runner = (
        ForkingRunner(list(modules), workers, gate=gate)
        if fork
        else SingleUseRunner(list(modules), workers, gate)
    )
    try:
        yield runner
    finally:
        runner.close()


def run_all(runner: Runner, jobs: Iterable[Any], carry_out: Any) -> Iterator[Any]:
    """`carry_out` each of the jobs, as many at a time as the runner has workers; results in order, as they come."""
    with ThreadPoolExecutor(runner.workers) as pool:
        yield from pool.map(carry_out, jobs)
