"""Grade one suite for one lesson: in a sandbox, once more if the harness fails, and always with an answer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import checker
from checker.check import check_with
from checker.course.lessons import Lesson
from checker.course.suite import Suite, own_suite, solution_suite
from checker.course.variants import load_variants
from checker.engine.run import Runner
from checker.engine.variant import VariantSet
from checker.errors import HarnessError, told
from checker.grading.likeness import Print, equals, shapes
from checker.grading.model import HARNESS_ERROR, Bug, LessonSheet, Unit, without_verdict
from checker.judging.findings import HONEST_HOOKS
from checker.showing.as_json import one_document

_WINGS = ("check", "course", "engine", "judging")  # of the checker, what a verdict depends on
_LIBRARIES = (
    "fastapi",
    "starlette",
    "pydantic",
    "httpx",
    "httpx2",
    "anyio",
    "sqlalchemy",
    "aiosqlite",
    "pyjwt",
    "libpass",
    "python-multipart",
    "pytest",
    "pytest-asyncio",
    "time-machine",
)
_TRIES = 2
_UNITS = 100  # of one sandbox, before a new one takes its place


@dataclass(frozen=True)
class Subject:
    """A lesson to be graded, and all that is worth having ready."""

    lesson: Lesson
    variants: VariantSet
    starter: Suite
    solution: Suite
    content: str
    """A hash of all that a verdict on this lesson depends on, but for the suite."""

    @property
    def sheet(self) -> LessonSheet:
        """What the gradebook keeps of it."""
        bugs = tuple(Bug(m.id, m.area, m.promise, m.symptom) for m in self.variants.mutants)
        return LessonSheet(self.lesson.name, self.lesson.title, bugs)


def subject_of(lesson: Lesson, limit: float, sandboxed: bool) -> Subject:
    """The lesson, ready to be graded. Raises UsageError where its variants cannot be made."""
    variants = load_variants(lesson)
    every = (variants.reference, *variants.equivalents, *variants.mutants)
    solution = solution_suite(lesson)
    depends = [*_software(), lesson.name, limit, sandboxed, sorted(lesson.starter_files.items())]
    depends += [sorted(solution.files.items()), *((v, sorted(v.files.items())) for v in every)]
    content = sha256(repr(depends).encode("utf-8", "replace")).hexdigest()
    return Subject(lesson, variants, own_suite(lesson, lesson.shipped), solution, content)


@cache
def _software() -> tuple[str, ...]:
    """Of what a run goes through, the versions; of the checker, which may be a checkout, the source."""
    package = Path(checker.__file__).parent
    parts = (package.glob("*.py"), *((package / wing).rglob("*.py") for wing in _WINGS))
    source = b"".join(file.read_bytes() for part in parts for file in sorted(part))
    return checker.__version__, sha256(source).hexdigest(), sys.version, *map(version, _LIBRARIES)


def content_of(suite: Suite) -> str:
    """A hash of a suite's files."""
    return sha256(repr(sorted(suite.files.items())).encode()).hexdigest()


def key_of(subject: Subject, suite: Suite) -> str:
    """What tells whether a verdict has to be had again."""
    told_of = repr((subject.content, content_of(suite), sorted(suite.ignored)))
    return sha256(told_of.encode("utf-8", "replace")).hexdigest()


def print_of(suite: Suite) -> Print:
    """What the gradebook keeps to compare a suite by."""
    return Print(shapes(suite), content_of(suite))


@dataclass
class Grader:
    """Grades units one after the other, in a sandbox that is kept while it is well."""

    open_box: Callable[[], AbstractContextManager[Runner]]
    sandboxed: bool
    limit: float
    _box: ExitStack = field(default_factory=ExitStack)
    _runner: Runner | None = None
    _graded: int = 0
    _stopped: bool = False

    def grade(self, subject: Subject, suite: Suite) -> Unit:
        """The verdict on `suite`. Where none can be had, the unit's status is ``harness_error``."""
        failed = ""
        for _ in range(_TRIES):
            try:
                return self._unit(subject, self._document(subject, suite))
            except Exception as error:  # whatever one submission provokes: the others are still to be graded
                if self._stopped:
                    break
                failed = (
                    told(error)
                    if isinstance(error, HarnessError)
                    else f"{type(error).__name__}: {told(error)}"
                )
                self.close()
        failure = without_verdict(subject.lesson.name, HARNESS_ERROR, failed)
        return self._unit(subject, {**failure, "suspect": [HARNESS_ERROR]})

    def stop(self) -> None:
        """End the unit under way, from another thread: nobody waits for it."""
        self._stopped = True
        if self._runner is not None:
            self._runner.close()

    def close(self) -> None:
        """End the sandbox; the next unit gets another one."""
        self._runner, self._graded = None, 0
        self._box.close()

    def _document(self, subject: Subject, suite: Suite) -> dict[str, Any]:
        if self._graded == _UNITS:
            self.close()
        if self._runner is None:
            self._runner = self._box.enter_context(self.open_box())
        if self._stopped:  # while the box was opened, when there was nothing to be closed
            raise HarnessError("Grading was stopped.")
        self._graded += 1
        checked = check_with(
            self._runner, subject.lesson, suite, limit=self.limit, variants=subject.variants, graded=True
        )
        document = one_document(checked, reveal=True)
        flags = set(document["suspect"])
        if any(map(_is_worth_a_look, document["findings"])):
            flags.add("hook_ignored")
        if equals(suite, subject.solution, subject.starter):
            flags.add("equals_solution")
        return {**document, "suspect": sorted(flags)}

    def _unit(self, subject: Subject, document: dict[str, Any]) -> Unit:
        return Unit(subject.lesson.name, document, datetime.now(UTC), self.sandboxed)


def _is_worth_a_look(finding: Mapping[str, Any]) -> bool:
    """Whether it tells of a hook that is not loaded, and is none that honest suites have."""
    return finding["kind"] == "hook_ignored" and not finding["text"].startswith(HONEST_HOOKS)
