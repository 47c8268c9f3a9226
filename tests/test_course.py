"""The course as it is shipped: every lesson keeps every promise, all of them together run as a learner runs them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from checker.check import run_once, warm_runner
from checker.course.lessons import find_course
from checker.course.suite import solution_suite
from checker.course.variants import load_variants

ROOT = Path(__file__).parents[1]
COURSE = find_course(ROOT)
NAMES = [lesson.name for lesson in COURSE.lessons]


def learners_pytest(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
    )


def advice_in(lessons):
    return [f for lesson in lessons for f in lesson["findings"] if f["stage"] == "advice"]


@pytest.mark.parametrize("name", NAMES)
def test_lesson_keeps_every_promise(checker, name):
    done = checker("verify", name)

    assert done.returncode == 0, "\n".join(
        line for line in done.stdout.splitlines() if not line.startswith("ok")
    )


def test_all_solutions_are_complete_in_one_document(checker):
    document = checker.verdict("--all", "--solution")

    assert document["format"] == "checker/verdicts/v1"
    assert {lesson["lesson"]: lesson["status"] for lesson in document["lessons"]} == dict.fromkeys(
        NAMES, "complete"
    )
    assert advice_in(document["lessons"]) == []


def test_all_starters_are_to_do_and_kill_nothing(checker):
    lessons = checker.verdict("--all")["lessons"]

    assert {(lesson["status"], lesson["score"]) for lesson in lessons} == {("todo", 0)}
    assert advice_in(lessons) == []


@pytest.mark.parametrize("more", [[], ["-n", "2"]], ids=["one process", "xdist"])
def test_all_lessons_run_together_and_are_red_because_of_todos_alone(more):
    done = learners_pytest("lessons", *more)

    summary = done.stdout.strip().splitlines()[-1]
    red = sum(map(int, re.findall(r"(\d+) (?:failed|errors?)", summary)))
    assert done.returncode == 1
    assert red == len(re.findall(r"^(?:E +Failed: )?TODO: ", done.stdout, re.MULTILINE)), done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_solution_passes_as_a_plain_pytest_run_with_warnings_as_errors(name, tmp_path):
    lesson = COURSE.find(name)
    for path, text in lesson.app_files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    for path, content in solution_suite(lesson).files.items():
        (tmp_path / path).write_bytes(content)

    done = learners_pytest(
        "-c", str(ROOT / "pyproject.toml"), "-W", "error", "--rootdir", str(tmp_path), str(tmp_path)
    )

    assert done.returncode == 0, done.stdout


def test_solution_of_the_async_lesson_is_complete_on_httpx_too(checker, tmp_path):
    (source,) = solution_suite(COURSE.find("06")).files.values()
    suite = tmp_path / "test_on_httpx.py"
    suite.write_bytes(source.replace(b"httpx2", b"httpx"))

    verdict = checker.verdict("06", "--suite", suite)

    assert b"httpx2" in source
    assert (verdict["status"], verdict["score"]) == ("complete", 1)


def test_race_for_a_seat_is_caught_twenty_times_of_twenty():
    lesson = COURSE.find("06")
    suite = solution_suite(lesson)
    (race,) = [mutant for mutant in load_variants(lesson).mutants if mutant.id == "seat-looked-at-then-taken"]

    with warm_runner([lesson], [suite]) as runner:
        runs = [run_once(runner, lesson, suite, race, "file") for _ in range(20)]

    assert [any(outcome.outcome == "failed" for outcome in run.outcomes) for run in runs] == [True] * 20
