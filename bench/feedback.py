"""How long after a save `checker watch` shows something, beside pytest-watcher on the same lesson.

    python bench/feedback.py [--repeats 40]

In one run, on one machine, each program in a terminal of its own (a pseudo-terminal of 110 columns):

* save → first result: the learner's own tests on the app. Each save puts a number that was never there into a failing
  test; the result is on screen when the number is.
* save → full board: the same suite, now passing, is saved with and without one assertion; the board is there when the
  verdict is.

Medians and 95th percentiles over all saves, programs in turns, a pause before each save.
"""

from __future__ import annotations

import argparse
import fcntl
import itertools
import os
import pty
import re
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
LESSON = "01_test_client"
TEST_FILE = f"lessons/{LESSON}/test_test_client.py"
PAUSE = 0.7  # seconds in which a program comes to rest
PATIENCE = 30.0  # seconds until a program that shows nothing is given up


class Terminal:
    """A program in a pseudo-terminal, and all that it has written since `forget`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._written = b""

    def forget(self, seconds: float) -> None:
        """Let the program come to rest, and forget what it wrote."""
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            self._read(left)
        self._written = b""

    def seconds_until(self, pattern: bytes, since: float) -> float:
        """Seconds from `since` until the program has written `pattern`."""
        while not re.search(pattern, self._written):
            if time.perf_counter() - since > PATIENCE:
                raise SystemExit(
                    f"It never wrote {pattern!r}:\n{self._written.decode(errors='replace')[-3000:]}"
                )
            self._read(0.05)
        return time.perf_counter() - since

    def _read(self, timeout: float) -> None:
        if select.select([self._descriptor], [], [], timeout)[0]:
            self._written += os.read(self._descriptor, 65_536)


@contextmanager
def terminal(command: list[str], folder: Path) -> Iterator[Terminal]:
    """Run `command` in `folder`, in a terminal; ended with the block."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 34, 110, 0, 0))
    # pytest-watcher runs the `pytest` that it finds first: the one of this environment.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "PATH": path, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(ours)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        os.close(ours)  # before the wait: nobody reads any more, and a full terminal would hold up its end
        process.wait()


def course(folder: Path) -> Path:
    """A working copy of the course with the lesson solved."""
    for part in ("lessons", "solutions"):
        shutil.copytree(ROOT / part / LESSON, folder / part / LESSON)
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copy(ROOT / "solutions" / LESSON / "test_test_client.py", folder / TEST_FILE)
    return folder


def first_results(shown: Terminal, folder: Path, numbers: Iterator[int]) -> float:
    """Save a suite in which one test fails with a number of its own; seconds until the number is shown."""
    number = next(numbers)
    suite = (ROOT / "solutions" / LESSON / "test_test_client.py").read_text("utf-8")
    suite = suite.replace('== {"detail": "User not found"}', f"== {number}", 1)
    shown.forget(PAUSE)
    since = time.perf_counter()
    (folder / TEST_FILE).write_text(suite, "utf-8")
    seconds = shown.seconds_until(str(number).encode(), since)
    shown.forget(2 * PAUSE)
    return seconds


def full_board(shown: Terminal, folder: Path, weak: bool) -> float:
    """Save a passing suite; seconds until its verdict is shown."""
    suite = (ROOT / "solutions" / LESSON / "test_test_client.py").read_text("utf-8")
    if weak:
        suite = suite.replace('.json()["job"] == "Tailor"', ".status_code == 200")
    shown.forget(PAUSE)
    since = time.perf_counter()
    (folder / TEST_FILE).write_text(suite, "utf-8")
    return shown.seconds_until(rb"11 of 12 caught\. Missed" if weak else rb"Lesson 01 is complete", since)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=40)
    repeats = parser.parse_args().repeats
    python = [sys.executable, "-m"]
    watch = [*python, "checker", "watch", "01"]
    peer = [*python, "pytest_watcher", ".", "--now", "--", f"lessons/{LESSON}", "--no-board", "-q"]
    numbers = itertools.count(700_001)
    seconds: dict[str, list[float]] = {
        "watch, first result": [],
        "pytest-watcher": [],
        "watch, full board": [],
    }
    with ExitStack() as stack:
        folders = [course(Path(stack.enter_context(tempfile.TemporaryDirectory()))) for _ in range(2)]
        ours = stack.enter_context(terminal(watch, folders[0]))
        theirs = stack.enter_context(terminal(peer, folders[1]))
        # Each has shown its first run before anything is saved: pytest-watcher loses a save that comes during its own.
        ours.seconds_until(rb"checked in", time.perf_counter())
        theirs.seconds_until(rb"Press w", time.perf_counter())
        for turn in range(repeats):
            seconds["watch, first result"].append(first_results(ours, folders[0], numbers))
            seconds["pytest-watcher"].append(first_results(theirs, folders[1], numbers))
            seconds["watch, full board"].append(full_board(ours, folders[0], weak=bool(turn % 2)))
    print_table(seconds, repeats)


def print_table(seconds: dict[str, list[float]], repeats: int) -> None:
    """Medians and 95th percentiles, each as a ratio to watch's first result."""
    print(f"Lesson 01, {repeats} saves each, {os.cpu_count()} cores; seconds after the save.\n")
    print(f"{'':<22}{'median':>8}{'95 %':>8}{'÷ first result':>16}{'at 95 %':>9}")
    own = seconds["watch, first result"]
    for name, values in seconds.items():
        median, high = statistics.median(values), percentile(values)
        ratios = f"{median / statistics.median(own):>16.2f}{high / percentile(own):>9.2f}"
        print(f"{name:<22}{median:>8.3f}{high:>8.3f}{ratios}")
    fast = sum(value < 0.3 for value in own) / len(own)
    print(f"\n{fast:.0%} of watch's first results came within 0.3 s.")


def percentile(values: list[float]) -> float:
    """The value that 95 of 100 stay below or reach."""
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


if __name__ == "__main__":
    main()
