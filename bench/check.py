"""What `checker check 01 --solution` costs, beside what a person would script and beside the floor.

    python bench/check.py [--repeats 5]

In one run, on one machine, medians over repeats of the same runs of the same tests on the same variants:

* script: a fresh `pytest` process for each run, one after the other, and two at a time;
* check: the `checker` command, from start to exit;
* floor: everything imported, a fork for each run, the test functions called without pytest, two at a time;

and what one more mutant adds to a check.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from checker.course.lessons import Course, Lesson
from checker.course.suite import Suite, solution_suite
from checker.course.variants import load_variants
from checker.engine.variant import Variant
from checker.engine.workspace import put_files

ROOT = Path(__file__).parents[1]
NUMBER = "01"
LARGER = "91"
PARALLEL = 2


@dataclass(frozen=True)
class BenchRun:
    """One run: a folder with a variant and the suite, and the tests in their order."""

    folder: Path
    tests: tuple[str, ...]
    passes: bool | None
    """None where either will do."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as folder:
        lesson = Course(ROOT).find(NUMBER)
        runs = list(make_runs(lesson, Path(folder)))
        larger = course_with_more_mutants(lesson, Path(folder) / "larger")
        contenders = {
            "script, one after the other": functools.partial(run_scripted, runs, 1),
            f"script, {PARALLEL} at a time": functools.partial(run_scripted, runs, PARALLEL),
            "checker check": functools.partial(run_checker, ROOT, NUMBER),
            "checker check, more mutants": functools.partial(run_checker, larger, LARGER),
            "floor": functools.partial(run_floor, runs),
        }
        seconds = measure(contenders, repeats)
    print_table(seconds, len(runs), repeats)


def make_runs(lesson: Lesson, root: Path) -> Iterator[BenchRun]:
    """The runs of a check: the reference in file order, backwards and each test alone; every other variant."""
    variants, suite = load_variants(lesson), solution_suite(lesson)
    reference = make_folder(lesson, variants.reference, root / "reference", suite)
    tests = collected(reference)
    yield BenchRun(reference, tests, passes=True)
    yield BenchRun(reference, tuple(reversed(tests)), passes=True)
    yield from (BenchRun(reference, (test,), passes=True) for test in tests)
    for variant in (*variants.equivalents, *variants.mutants):
        folder = make_folder(lesson, variant, root / variant.id, suite)
        yield BenchRun(folder, tests, passes=variant.kind == "equivalent")


def make_folder(lesson: Lesson, variant: Variant, folder: Path, suite: Suite) -> Path:
    """A folder with a variant's app and a suite."""
    put_files(folder, {**suite.files, **{path: text.encode() for path, text in variant.files.items()}})
    return folder


def collected(folder: Path) -> tuple[str, ...]:
    """The node ids of a folder's tests."""
    listing = subprocess.run(
        pytest_command("--collect-only"), cwd=folder, capture_output=True, text=True, check=True
    )
    return tuple(line for line in listing.stdout.splitlines() if "::" in line)


def pytest_command(*arguments: str) -> list[str]:
    """pytest as a person would start it, without caches on disk."""
    return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-board", *arguments]


def run_scripted(runs: list[BenchRun], at_a_time: int) -> None:
    """A fresh pytest process for each run."""

    def one(run: BenchRun) -> int:
        return subprocess.run(pytest_command(*run.tests), cwd=run.folder, capture_output=True).returncode

    with ThreadPoolExecutor(at_a_time) as pool:
        codes = list(pool.map(one, runs))
    if any(
        (code == 0) != run.passes for code, run in zip(codes, runs, strict=True) if run.passes is not None
    ):
        raise SystemExit(f"The scripted runs did not pass where they should: {codes}")


def run_checker(course: Path, number: str) -> None:
    """The command, as a learner would run it."""
    command = [sys.executable, "-m", "checker", "check", number, "--solution"]
    subprocess.run(
        command, cwd=course, capture_output=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )


def run_floor(runs: list[BenchRun]) -> None:
    """A process that has imported everything, and a fork for each run that calls the tests by hand."""
    subprocess.run(
        [sys.executable, __file__, "--floor", *(f"{r.folder}|{' '.join(r.tests)}" for r in runs)], check=True
    )


def floor(specifications: list[str]) -> None:
    """The inside of `run_floor`."""
    for library in ("pytest", "fastapi.testclient", "anyio._backends._asyncio"):
        importlib.import_module(library)
    waiting, running = list(specifications), 0
    while waiting or running:
        while waiting and running < PARALLEL:
            if os.fork() == 0:
                call_tests(*waiting[0].split("|"))
            waiting.pop(0)
            running += 1
        os.wait()
        running -= 1


def call_tests(folder: str, tests: str) -> None:
    """Import one folder's test file and call its tests; then end the process."""
    sys.path.insert(0, folder)
    sys.dont_write_bytecode = True
    module = importlib.import_module(tests.split("::")[0].removesuffix(".py"))
    for name in dict.fromkeys(node.split("::")[1].split("[")[0] for node in tests.split() if "::" in node):
        for arguments in cases_of(getattr(module, name)):
            try:
                getattr(module, name)(*arguments)
            except Exception:  # on a mutant a test may fail, in any way
                continue
    os._exit(0)


def cases_of(function: Callable[..., object]) -> list[tuple[object, ...]]:
    """The arguments of each case of a test with one `parametrize`, or of a test without."""
    marks = getattr(function, "pytestmark", [])
    if not marks:
        return [()]
    names, values = marks[0].args
    return [tuple(v) if isinstance(names, tuple) else (v,) for v in values]


def course_with_more_mutants(lesson: Lesson, root: Path) -> Path:
    """A copy of the lesson, under another number, with each of its mutants twice."""
    name = f"{LARGER}_{lesson.slug}"
    for part, source in (("lessons", lesson.shipped), ("solutions", lesson.solution)):
        shutil.copytree(source, root / part / name)
    toml = root / "solutions" / name / "variants.toml"
    text = toml.read_text("utf-8")
    mutants = text[text.index("[[mutant]]") :]
    toml.write_text(text + "\n" + mutants.replace('id = "', 'id = "again-'), "utf-8")
    return root


def measure(contenders: dict[str, Callable[[], None]], repeats: int) -> dict[str, list[float]]:
    """Seconds of each contender, repeat by repeat, in turns: a slow minute hits all of them."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _, (name, contender) in itertools.product(range(repeats), contenders.items()):
        started = time.perf_counter()
        contender()
        seconds[name].append(time.perf_counter() - started)
    return seconds


def print_table(seconds: dict[str, list[float]], runs: int, repeats: int) -> None:
    """Medians, and each as a ratio to the check."""
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    check = medians["checker check"]
    print(
        f"Lesson {NUMBER}, its solution: {runs} runs; medians of {repeats} repeats; {os.cpu_count()} cores.\n"
    )
    print(f"{'':<30}{'seconds':>9}{'(min - max)':>17}{'÷ check':>9}")
    for name, median in medians.items():
        spread = f"({min(seconds[name]):.2f} - {max(seconds[name]):.2f})"
        print(f"{name:<30}{median:>9.2f}{spread:>17}{median / check:>9.2f}")
    mutants = len(load_variants(Course(ROOT).find(NUMBER)).mutants)
    added = (medians["checker check, more mutants"] - check) / mutants
    print(f"\nOne more mutant adds {added * 1000:.0f} ms to a check.")
    print(f"check ÷ floor: {check / medians['floor']:.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--floor"]:
        floor(sys.argv[2:])
    else:
        main()
