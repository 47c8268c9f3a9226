"""What `checker grade` costs on a synthetic class, beside a script that does the same runs.

    python bench/grade.py [--class 200] [--every 5] [--growth 10,100,1000]

In one run, on one machine:

* script: a fresh `pytest` process for each run of one submission a lesson, or for every fifth of them, one after
  the other, with the plugins alone that the suites need;
* grade: the whole class by the command in the sandbox, and a tenth of it without;
* floor: the same runs as the script's by the checker's runner alone: no sandbox, nothing judged, nothing kept;
* skins: what it takes to dress an app for a run, beside a run of the floor's; in every run of grade's it is part of the time;
* again: the same command once more, when nothing has changed;
* growth: seconds a submission and the grader's peak memory, for classes of several sizes, of lesson 01 with one test.

Each submission has one lesson: our solution without some of its tests, in turn over the lessons.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

from check import BenchRun, collected, make_folder, run_scripted

from checker.course.lessons import Course, Lesson
from checker.course.suite import Suite, solution_suite
from checker.course.variants import load_variants
from checker.engine.libraries import all_modules
from checker.engine.run import Request
from checker.engine.runner import open_runner, run_all
from checker.engine.skin import worn
from checker.engine.variant import Variant

ROOT = Path(__file__).parents[1]
T = TypeVar("T")
PLUGINS = "checker.pytest_plugin,pytest_asyncio.plugin,anyio.pytest_plugin,time_machine"
KEPT = 0.7  # of the solution's tests, in a synthetic submission


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--class", type=int, default=200, dest="size")
    parser.add_argument("--every", type=int, default=5, help="of the script's runs")
    parser.add_argument("--growth", default="10,100,1000", help="sizes, with commas; empty: not measured")
    chosen = parser.parse_args()
    lessons = Course(ROOT).lessons
    with tempfile.TemporaryDirectory() as folder:
        if chosen.size:
            compare(Path(folder), lessons, chosen.size, chosen.every)
        if sizes := [int(size) for size in chosen.growth.split(",") if size]:
            grow(Path(folder), lessons[:1], sizes)


def compare(folder: Path, lessons: Sequence[Lesson], size: int, every: int) -> None:
    """Throughput, side by side."""
    submissions = make_class(folder / "class", lessons, size)
    tenth = make_class(folder / "tenth", lessons, size // 10)
    runs = [run for n, lesson in enumerate(lessons) for run in make_runs(lesson, n, folder / "runs" / str(n))]
    some = runs[::every]
    os.environ |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": PLUGINS}
    part = len(runs) / len(some) / len(lessons)
    scripted = timed(partial(run_scripted, [run for run, _ in some], 1))[0] * part
    floor = timed(partial(run_floor, [request for _, request in some]))[0] * part
    boxed, _ = timed(partial(grade, submissions, folder / "boxed"))
    again, _ = timed(partial(grade, submissions, folder / "boxed"))
    open_, _ = timed(partial(grade, tenth, folder / "open", "--no-sandbox"))
    each = {
        "script, one after the other": scripted,
        "checker grade": boxed / size,
        "checker grade --no-sandbox": open_ / (size // 10),
        "floor": floor,
    }
    print(
        f"{size} submissions of one lesson each, {len(runs) / len(lessons):.0f} runs a submission; ", end=""
    )
    print(f"{os.cpu_count()} cores. Script and floor: {len(some)} runs of {len(lessons)} submissions.\n")
    print(f"{'':<30}{'s each':>8}{'a minute':>10}{'÷ grade':>9}")
    for name, seconds in each.items():
        print(f"{name:<30}{seconds:>8.2f}{60 / seconds:>10.0f}{seconds / each['checker grade']:>9.2f}")
    cost_of_skins(lessons, floor * len(lessons) / len(runs))
    print(
        f"\nThe same class again, nothing changed: {again:.1f} s, {again / boxed:.1%} of the first time.\n",
        flush=True,
    )


def cost_of_skins(lessons: Sequence[Lesson], a_run: float) -> None:
    """Milliseconds to dress each variant of each lesson: the first time, when only what it shares has been read, and again."""
    first, later = [], []
    for lesson in lessons:
        variants = load_variants(lesson)
        others = [mutant.files for mutant in variants.mutants]
        for times in (first, later):
            for number, variant in enumerate((*variants.correct, *variants.mutants)):
                dress = partial(worn, variant.files, variants.reference.files, others, number + 1)
                times.append(timed(dress)[0])
    for name, times in (("the first of a variant, others read", first), ("any other", later)):
        print(
            f"A skin, {name}: {median(times) * 1000:.1f} ms, {median(times) / a_run:.1%} of a run of the floor's."
        )


def grow(folder: Path, lessons: Sequence[Lesson], sizes: Sequence[int]) -> None:
    """Classes of several sizes."""
    print(f"{'submissions':>12}{'s each':>8}{'÷ first':>9}{'peak MB':>9}")
    first = None
    for size in sizes:
        submissions = make_class(folder / f"class-{size}", lessons, size, kept=0)
        seconds, peak = timed(partial(grade, submissions, folder / f"out-{size}"))
        first = first or seconds / size
        print(
            f"{size:>12}{seconds / size:>8.2f}{seconds / size / first:>9.2f}{peak / 1024:>9.0f}", flush=True
        )


# -- a synthetic class


def make_class(folder: Path, lessons: Sequence[Lesson], size: int, kept: float = KEPT) -> Path:
    """A folder with an entry a learner."""
    for number in range(size):
        lesson = lessons[number % len(lessons)]
        home = folder / f"learner-{number:04}" / "lessons" / lesson.name
        for path, content in synthetic(lesson, number, kept).files.items():
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_bytes(content)
    return folder


def synthetic(lesson: Lesson, seed: int, kept: float = KEPT) -> Suite:
    """The solution without some of its tests, by a seed; always with at least one."""
    chance = random.Random(seed)
    files = {
        path: without_some(content.decode(), chance, kept).encode()
        for path, content in solution_suite(lesson).files.items()
    }
    return Suite(files)


def without_some(text: str, chance: random.Random, kept: float) -> str:
    """A test file without some of its top-level tests."""
    lines = text.splitlines(keepends=True)
    tests = [
        node
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]
    for node in reversed(tests[1:]):
        if chance.random() > kept:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            del lines[first - 1 : node.end_lineno]
    return "".join(lines) + f"\n# submission {chance.random()}\n"


def make_runs(lesson: Lesson, seed: int, root: Path) -> Iterator[tuple[BenchRun, Request]]:
    """The runs of one grading, for the script and for the floor.

    The reference twice in file order, backwards, and each test alone; each other variant.
    """
    variants = load_variants(lesson)
    suite = synthetic(lesson, seed)

    def request(variant: Variant, order: str = "file", only: str = "") -> Request:
        return Request(lesson.name, variant.files, suite.files, tuple(suite.test_files), order, only)

    reference = make_folder(lesson, variants.reference, root / "reference", suite)
    tests = collected(reference)
    for order, ordered in (("file", tests), ("file", tests), ("reversed", tuple(reversed(tests)))):
        yield BenchRun(reference, ordered, passes=True), request(variants.reference, order)
    for test in tests:
        yield BenchRun(reference, (test,), passes=True), request(variants.reference, "alone", test)
    for variant in (*variants.equivalents, *variants.mutants):
        folder = make_folder(lesson, variant, root / variant.id, suite)
        passes = None if variant.kind == "mutant" else True
        yield BenchRun(folder, tests, passes), request(variant)


# -- measuring


def run_floor(requests: Sequence[Request]) -> None:
    """By the checker's own runner, and nothing else done."""
    with open_runner(all_modules()) as runner:
        for report in run_all(runner, requests, runner.run):
            assert report.sealed or report.stopped


def grade(submissions: Path, out: Path, *options: str) -> int:
    """Grade by the command; the grader's peak memory in KB."""
    command = [sys.executable, "-m", "checker", "grade", str(submissions), "--out", str(out), *options]
    with (out.parent / "log").open("ab") as log:
        pid = os.posix_spawn(
            command[0],
            command,
            {**os.environ, "PYTHONPATH": str(ROOT)},
            file_actions=[(os.POSIX_SPAWN_DUP2, log.fileno(), 1), (os.POSIX_SPAWN_DUP2, log.fileno(), 2)],
        )
        _, status, usage = os.wait4(pid, 0)
    if status != 0:
        raise SystemExit(f"checker grade failed: {(out.parent / 'log').read_text('utf-8')[-2000:]}")
    return usage.ru_maxrss


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds of a call, and what it returned."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


if __name__ == "__main__":
    main()
