"""`checker verify`: every promise the course makes about its lessons, each a named check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property

from checker.check import Checked, check_with, run_once, warm_runner
from checker.course.lessons import Course, Lesson
from checker.course.suite import Suite, solution_suite
from checker.course.variants import load_variants
from checker.engine.run import Runner
from checker.engine.runner import run_all
from checker.engine.variant import Variant, VariantSet
from checker.errors import UsageError
from checker.judging.verdict import MutantVerdict, Run
from checker.verify import record

DRAFT = "*Draft*"
TIME_LIMIT = 60.0  # seconds a test may take: a busy machine says nothing of a lesson


@dataclass
class Subject:
    """One lesson under verification, with what several checks need, worked out once."""

    course: Course
    lesson: Lesson
    runner: Runner

    @cached_property
    def readme(self) -> str:
        """The lesson's README; empty where there is none."""
        path = self.lesson.shipped / "README.md"
        return path.read_text("utf-8") if path.is_file() else ""

    @property
    def is_draft(self) -> bool:
        """Whether the README says so: then numbers that a whole lesson must reach are not asked for."""
        return DRAFT in self.readme

    @cached_property
    def variants(self) -> VariantSet:
        """The lesson's variants. Raises UsageError."""
        return load_variants(self.lesson)

    @cached_property
    def shipped_variants(self) -> VariantSet:
        """Those of them that the course ships: an instructor's own are not counted against it. Raises UsageError."""
        return load_variants(replace(self.lesson, unpublished=None))

    @cached_property
    def solution(self) -> Suite:
        """Our suite. Raises UsageError."""
        return solution_suite(self.lesson)

    @cached_property
    def solved(self) -> Checked:
        """The verdict on the solution, with warnings as errors."""
        return self.judge(self.solution)

    def judge(self, suite: Suite) -> Checked:
        """The verdict on any suite, with warnings as errors."""
        return check_with(
            self.runner, self.lesson, suite, strict=True, limit=TIME_LIMIT, variants=self.variants
        )

    @property
    def tests(self) -> list[str]:
        """The solution's tests, each case by itself."""
        return [test.name for test in self.solved.verdict.tests]

    @property
    def mutants(self) -> list[MutantVerdict]:
        """What became of the mutants that the course ships."""
        shipped = {mutant.id for mutant in self.shipped_variants.mutants}
        return [mutant for mutant in self.solved.verdict.mutants if mutant.variant.id in shipped]

    @cached_property
    def kills(self) -> record.Kills:
        """Which of these each of the solution's tests catches, and how."""
        return record.kills_of(self.tests, self.mutants)

    @cached_property
    def again(self) -> dict[str, Run]:
        """A second run of the solution on each variant, in file order."""
        every = (*self.variants.correct, *self.variants.mutants)
        runs = run_all(self.runner, every, lambda variant: self.run(self.solution, variant))
        return {run.variant: run for run in runs}

    def run(self, suite: Suite, variant: Variant, order: str = "file") -> Run:
        """One run, with warnings as errors."""
        return run_once(self.runner, self.lesson, suite, variant, order, limit=TIME_LIMIT)


Finder = Callable[[Subject], Iterable[str]]


@dataclass(frozen=True)
class Check:
    """One promise: its name, and what finds where it does not hold."""

    name: str
    find: Finder
    is_warning: bool = False


def _unpublished_can_be_made(subject: Subject) -> Iterable[str]:
    """Raises UsageError where an instructor's own variants cannot; those that ship have checks of their own."""
    if subject.lesson.unpublished:
        _ = subject.variants
    return ()


UNPUBLISHED = Check("variants of your own can be made", _unpublished_can_be_made)


def all_checks() -> list[Check]:
    """The checks in the order they are made: what the files say first, then what runs show."""
    from checker.verify import ablation, files, notebooks, runs

    return [*files.CHECKS, *notebooks.CHECKS, *runs.CHECKS, *ablation.CHECKS]


def records(course: Course, lessons: list[Lesson]) -> Iterator[tuple[Lesson, str]]:
    """The record of each lesson's solution, to be written beside it. Raises UsageError where it is not complete."""
    with _warm(lessons) as runner:
        for lesson in lessons:
            subject = Subject(course, replace(lesson, unpublished=None), runner)
            if (status := subject.solved.verdict.status) != "complete":
                raise UsageError(
                    f"The solution of {lesson.name} is {status}: checker verify {lesson.number:02}."
                )
            yield lesson, record.written(subject.kills, lesson.number)


def verify(course: Course, lessons: list[Lesson]) -> Iterator[tuple[Lesson, Check, list[str]]]:
    """Every check of every lesson, with the problems it found, as they are known."""
    with _warm(lessons) as runner:
        for lesson in lessons:
            subject = Subject(course, lesson, runner)
            if unpublished := list(_problems(subject, UNPUBLISHED)):
                yield lesson, UNPUBLISHED, unpublished
                continue  # every other check would say the same
            for check in all_checks():
                yield lesson, check, list(dict.fromkeys(_problems(subject, check)))


def _warm(lessons: list[Lesson]) -> AbstractContextManager[Runner]:
    suites = [solution_suite(lesson) for lesson in lessons if any(lesson.solution.glob("test_*.py"))]
    return warm_runner(lessons, suites)


def _problems(subject: Subject, check: Check) -> Iterator[str]:
    """A lesson that cannot be read fails the check that needed to read it."""
    try:
        yield from check.find(subject)
    except (UsageError, FileNotFoundError, SyntaxError) as error:
        yield str(error)
