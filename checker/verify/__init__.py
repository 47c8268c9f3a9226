"""`checker verify`: every promise the course makes about its lessons, each a named check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from checker.check import Checked, check_with, warm_runner
from checker.course.lessons import Course, Lesson
from checker.course.suite import Suite, solution_suite
from checker.course.variants import load_variants
from checker.engine.run import Runner
from checker.engine.variant import VariantSet
from checker.errors import UsageError

DRAFT = "*Draft*"


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
    def solved(self) -> Checked:
        """The verdict on the solution, with warnings as errors."""
        return self.judge(solution_suite(self.lesson))

    def judge(self, suite: Suite) -> Checked:
        """The verdict on any suite, with warnings as errors."""
        return check_with(self.runner, self.lesson, suite, strict=True)


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


def verify(course: Course, lessons: list[Lesson]) -> Iterator[tuple[Lesson, Check, list[str]]]:
    """Every check of every lesson, with the problems it found, as they are known."""
    suites = [solution_suite(lesson) for lesson in lessons if any(lesson.solution.glob("test_*.py"))]
    with warm_runner(lessons, suites) as runner:
        for lesson in lessons:
            subject = Subject(course, lesson, runner)
            if unpublished := list(_problems(subject, UNPUBLISHED)):
                yield lesson, UNPUBLISHED, unpublished
                continue  # every other check would say the same
            for check in all_checks():
                yield lesson, check, list(dict.fromkeys(_problems(subject, check)))


def _problems(subject: Subject, check: Check) -> Iterator[str]:
    """A lesson that cannot be read fails the check that needed to read it."""
    try:
        yield from check.find(subject)
    except (UsageError, FileNotFoundError, SyntaxError) as error:
        yield str(error)
