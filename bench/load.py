"""Whether load moves a verdict: the same suites judged on an idle machine, and beside busy loops.

    python bench/load.py [--seconds 900] [--quick]

Lesson 06's solution, two golden suites whose tests do not end (all of a test, and on a mutant), and a graded class of twelve
are judged once as the machine is, which is taken for the truth; then five times beside eight busy loops, and once beside so
many that the load is thirty. The table says how many verdicts differ, times and wording aside, and what each round cost. Busy
loops end with this program, whatever ends it.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grade import make_class

from checker.course.lessons import Course
from checker.grading.opening import open_gradebook

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"
SUITES = {
    "06, solution": ("06", "--solution"),
    "never_ends": ("01", "--suite", str(GOLDEN / "never_ends"), "--time-limit", "3"),
    "never_ends_on_a_mutant": ("01", "--suite", str(GOLDEN / "never_ends_on_a_mutant"), "--time-limit", "3"),
}
CLASS, SIZE = "a class of 12, graded", 12
EIGHT, THIRTY = 8, 30
_DIE_WITH_PARENT = 1  # linux/prctl.h


@dataclass(frozen=True)
class Round:
    """Some judgements of a suite beside so many busy loops."""

    suite: str
    loops: int
    times: int


def main() -> int:
    """Judge, print the table; 1 where a verdict differs, or where time did not suffice."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=900, help="no judgement begins after so many")
    parser.add_argument(
        "--quick", action="store_true", help="once beside two busy loops: does this program work?"
    )
    options = parser.parse_args()
    deadline = time.monotonic() + options.seconds
    rounds = [(2, 1)] if options.quick else [(EIGHT, 5), (THIRTY, 1)]
    truths = {suite: verdict(suite) for suite in (*SUITES, CLASS)}
    if failed := [suite for suite, truth in truths.items() if isinstance(truth, str)]:
        print(f"No verdict on {failed[0]}: {truths[failed[0]]}", file=sys.stderr)
        return 1
    print(f"{'suite':<26}{'busy loops':>10}{'judged':>8}{'differ':>8}{'seconds each':>14}")
    is_fine = True
    for loops, times in rounds:
        with busy(loops):
            for suite in truths:
                is_fine &= tell(Round(suite, loops, times), truths[suite], deadline)
    return 0 if is_fine else 1


def tell(one: Round, truth: object, deadline: float) -> bool:
    """Print a line of the table; False where a verdict differs or was not had."""
    seconds: list[float] = []
    different = 0
    while len(seconds) < one.times and time.monotonic() < deadline:
        started = time.monotonic()
        different += verdict(one.suite) != truth
        seconds.append(time.monotonic() - started)
    each = f"{sum(seconds) / len(seconds):.1f}" if seconds else "–"
    print(
        f"{one.suite:<26}{one.loops:>10}{f'{len(seconds)} of {one.times}':>8}{different:>8}{each:>14}",
        flush=True,
    )
    return not different and len(seconds) == one.times


def verdict(suite: str) -> object:
    """What `checker check` says of a suite, without times and without sentences; of the class, its gradebook."""
    if suite == CLASS:
        return gradebook()
    command = [sys.executable, "-m", "checker", "check", *SUITES[suite], "--reveal", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    if not done.stdout:
        return done.stderr  # no verdict: different from each that is one
    document = json.loads(done.stdout)
    tests = [(test["name"], test["outcome"], test["valid"]) for test in document["tests"]]
    mutants = [
        (m["id"], m["killed"], m.get("undecided", False), sorted(kill["test"] for kill in m["killed_by"]))
        for m in document["mutants"]
    ]
    found = sorted((f["kind"], f["test"] or "") for f in document["findings"])
    return document["status"], document["score"], document["suspect"], tests, mutants, found


def gradebook() -> object:
    """Every verdict and every flag of a synthetic class, graded in the sandbox, but for times."""
    with tempfile.TemporaryDirectory() as folder:
        submissions = make_class(Path(folder) / "class", Course(ROOT).lessons, SIZE)
        out = Path(folder) / "out"
        command = [sys.executable, "-m", "checker", "grade", str(submissions), "--out", str(out)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
        if done.returncode:
            return done.stderr  # no verdict: different from each that is one
        with open_gradebook(out / "gradebook.db") as book:
            result = book.read()
    units = {one.learner.id: dict(one.units) for one in result.learners}
    verdicts = {
        learner: [{**unit.document, "seconds": None} for unit in of_one.values()]
        for learner, of_one in units.items()
    }
    return verdicts, {one.learner.id: one.flags for one in result.learners}, result.alike


@contextmanager
def busy(loops: int) -> Iterator[None]:
    """So many processes that do nothing but compute."""
    started = [_busy_loop() for _ in range(loops)]
    try:
        yield
    finally:
        for pid in started:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _busy_loop() -> int:
    pid = os.fork()
    if pid == 0:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        while True:
            pass
    return pid


if __name__ == "__main__":
    sys.exit(main())
