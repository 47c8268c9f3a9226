"""Kill a grading again and again, and see that nothing is lost and nothing is graded twice.

    python bench/kill_grading.py [--class 60] [--kills 50] [--seed 1]

A synthetic class is graded undisturbed. Then it is graded once more, into another folder, by a command that is
killed (SIGKILL) at random moments and started again. After each kill, before it is started again, `report` and `export` must
leave nobody out, and give no mark to work without a verdict. At the end each submission must have exactly one verdict, the
one of the undisturbed grading, and no verdict that was committed before a kill may have been had again.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from grade import ROOT, make_class

from checker.course.lessons import Course
from checker.errors import UsageError
from checker.grading.opening import open_gradebook

LONGEST = 8.0  # seconds until a kill

Verdicts = dict[tuple[str, str], tuple[datetime, Any]]


def main() -> None:
    """Grade, kill, compare, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--class", type=int, default=60, dest="size")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        submissions = make_class(Path(folder) / "class", Course(ROOT).lessons, chosen.size)
        undisturbed = Path(folder) / "undisturbed"
        start(submissions, undisturbed).wait()
        expected = verdicts(undisturbed)
        disturbed = Path(folder) / "disturbed"
        killed, again, wrong = kill_and_resume(
            submissions, disturbed, chosen.kills, random.Random(chosen.seed)
        )
        found = verdicts(disturbed)
    same = sum(found.get(key, (None, None))[1] == document for key, (_, document) in expected.items())
    print(
        f"{len(expected)} verdicts undisturbed; after {killed} kills and a resume {len(found)}, {same} of them equal."
    )
    print(f"Verdicts had again although they were committed: {again}.")
    print(f"After kills: learners left out, or marks without a verdict: {len(wrong)}.", *wrong[:5])
    if len(found) != len(expected) or same != len(expected) or again or wrong or len(expected) != chosen.size:
        raise SystemExit("That is not as it should be.")


def kill_and_resume(
    submissions: Path, out: Path, kills: int, chance: random.Random
) -> tuple[int, int, list[str]]:
    """How often the command was killed before it had ended, how many committed verdicts were had again, and wrong marks."""
    killed = again = 0
    wrong: list[str] = []
    committed: Verdicts = {}
    while killed < kills:
        process = start(submissions, out)
        time.sleep(chance.uniform(0, LONGEST))
        if process.poll() is not None:
            print(f"Everything was graded after {killed} kills: a larger --class takes more.")
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed += 1
        now = verdicts(out)
        again += changed(committed, now)
        committed = now
        wrong += wrong_marks(submissions, out, committed)
    start(submissions, out).wait()
    return killed, again + changed(committed, verdicts(out)), wrong


def wrong_marks(submissions: Path, out: Path, committed: Verdicts) -> list[str]:
    """What `report` and `export` say of a grading that was killed and should not: empty where there is no gradebook yet."""
    if run("report", out).returncode != 0:
        return []
    run("export", out, "--format", "csv", "--to", out / "exported")
    handed_in = {home.parents[1].name: home.name for home in submissions.glob("*/lessons/*")}
    found = []
    for file in (out / "grades.csv", out / "exported" / "grades.csv"):
        with file.open(newline="", encoding="utf-8") as opened:
            rows = {row["learner"]: row for row in csv.DictReader(opened)}
        for learner, lesson in handed_in.items() if rows else ():
            points = rows.get(learner, {lesson: "left out"}).get(lesson, "")
            if points and (learner, lesson) not in committed:
                found.append(f"{learner}, {lesson}: {points}")
    return found


def run(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    """Another command of the checker's."""
    return subprocess.run(
        [sys.executable, "-m", "checker", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )


def changed(before: Verdicts, after: Verdicts) -> int:
    """Verdicts that are not the very ones from before."""
    return sum(after.get(key) != verdict for key, verdict in before.items())


def start(submissions: Path, out: Path) -> subprocess.Popen[bytes]:
    """The command, as an instructor starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "checker", "grade", str(submissions), "--out", str(out)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def verdicts(out: Path) -> Verdicts:
    """By learner and lesson, when each verdict was had and what it is, but for how long it took."""
    try:
        with open_gradebook(out / "gradebook.db") as book:
            learners = book.read().learners
    except UsageError:  # killed before there was one
        return {}
    return {
        (one.learner.id, lesson): (unit.graded_at, {**unit.document, "seconds": None})
        for one in learners
        for lesson, unit in one.units.items()
        if unit.graded_at
    }


if __name__ == "__main__":
    main()
