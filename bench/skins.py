"""Whether a skin ever changes a verdict: our solutions and the golden suites, plain and in skins.

    python bench/skins.py [--gradings 8] [--every 1]

Each suite is judged once on the apps as they are and then, as in grading, so many times with every run in a skin that no other
run has: with some thirty runs in a grading, eight of them are over two hundred skins. A verdict is the same if its status, its
score, its tests and what kills which mutant are.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checker.check import check_with
from checker.course.lessons import Course, Lesson
from checker.course.suite import Suite, solution_suite, suite_at
from checker.course.variants import load_variants
from checker.engine.libraries import all_modules
from checker.engine.runner import open_runner
from checker.showing.as_json import one_document

ROOT = Path(__file__).parents[1]
# What happens to these depends on chance or on a clock of its own, with or without a skin.
_BY_CHANCE = {"flaky", "ids_that_change"}


def main() -> int:
    """Judge and compare; 1 where a verdict differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gradings", type=int, default=8)
    parser.add_argument("--every", type=int, default=1, help="of the golden suites")
    chosen = parser.parse_args()
    different = 0
    for lesson, name, suite in suites(chosen.every):
        plain = judged(lesson, suite, graded=False)
        found = [judged(lesson, suite, graded=True) for _ in range(chosen.gradings)]
        differing = sum(one != plain for one in found)
        different += bool(differing)
        print(f"{lesson.number:02}  {differing} of {chosen.gradings} differ  {name}", flush=True)
    return 1 if different else 0


def suites(every: int) -> Iterator[tuple[Lesson, str, Suite]]:
    course = Course(ROOT)
    for lesson in course.lessons:
        yield lesson, "the solution", solution_suite(lesson)
    golden = sorted(path for path in (ROOT / "tests/golden").iterdir() if path.name not in _BY_CHANCE)
    for folder in golden[::every]:
        if list(folder.glob("test_*.py")):
            lesson = course.find("01")
            yield lesson, folder.name, suite_at(folder, lesson)


def judged(lesson: Lesson, suite: Suite, *, graded: bool) -> Any:
    """The verdict, but for times and sentences."""
    with open_runner(all_modules()) as runner:
        checked = check_with(runner, lesson, suite, limit=3.0, variants=load_variants(lesson), graded=graded)
    document = one_document(checked, reveal=True)
    tests = [(test["name"], test["outcome"], test["valid"]) for test in document["tests"]]
    kills = {m["id"]: sorted((k["test"], k["how"]) for k in m["killed_by"]) for m in document["mutants"]}
    return document["status"], document["score"], tests, kills


if __name__ == "__main__":
    sys.exit(main())
