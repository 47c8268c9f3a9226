"""The pipeline: a lesson and a suite in, a verdict out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from checker.check.session import Budget, Job, Session, Spent, not_alone
from checker.course.kills import kills_by_test
from checker.course.lessons import Lesson
from checker.course.suite import Suite
from checker.course.tasks import Task, lesson_cells, tasks, worked_examples
from checker.course.variants import load_variants
from checker.engine.libraries import modules_for
from checker.engine.run import TIME_LIMIT, Runner
from checker.engine.runner import CAN_FORK, open_runner
from checker.engine.variant import Variant, VariantSet
from checker.judging.advice import Material, advice, why_nothing
from checker.judging.judge import judge
from checker.judging.reading import read
from checker.judging.verdict import RED, Finding, Run, Verdict

_READABLE = 200_000  # bytes of a suite that is graded: what is larger is not read to explain it
_BUDGET = 180  # times the limit of a test, for all the runs of a suite that is graded: half an hour


@dataclass(frozen=True)
class Checked:
    """A lesson's verdict, and what a report says beside it."""

    lesson: Lesson
    verdict: Verdict
    tasks: tuple[Task, ...] | None
    """None for a suite that is not the lesson's own."""
    seconds: float
    pending: frozenset[str] = frozenset()
    """While a check goes on: the ids of the variants still to be run, and ``order`` for the reference."""
    ours: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The ids of the mutants that each test of the solution catches, by its name."""


def check(
    lesson: Lesson, suite: Suite, *, fork: bool = CAN_FORK, strict: bool = False, limit: float = TIME_LIMIT
) -> Checked:
    """Judge `suite` by the variants of `lesson`; the processes it needs live as long as the call."""
    with warm_runner([lesson], [suite], fork=fork) as runner:
        return check_with(runner, lesson, suite, strict=strict, limit=limit)


class KeptRunner:
    """A runner that is kept from check to check, until one needs a library that it has not imported ahead."""

    def __init__(self) -> None:
        self._modules: set[str] = set()
        self._runner: Runner | None = None
        self._processes = ExitStack()

    def ready_for(self, lesson: Lesson, suite: Suite) -> Runner:
        """The runner there is, or a new one in its place."""
        needed = set(_modules_of([lesson], [suite]))
        if self._runner is None or not needed <= self._modules:
            self.close()
            self._runner = self._processes.enter_context(open_runner(sorted(self._modules | needed)))
            self._modules |= needed
        return self._runner

    def close(self) -> None:
        """End the processes; others are started for the next check."""
        self._runner = None
        self._processes.close()


@contextmanager
def warm_runner(
    lessons: Iterable[Lesson], suites: Iterable[Suite], *, fork: bool = CAN_FORK
) -> Iterator[Runner]:
    """A runner that has imported ahead what these lessons and suites use."""
    with open_runner(_modules_of(lessons, suites), fork=fork) as runner:
        yield runner


def _modules_of(lessons: Iterable[Lesson], suites: Iterable[Suite]) -> list[str]:
    texts = [text for lesson in lessons for text in lesson.app_files.values()]
    texts += [content.decode(errors="replace") for suite in suites for content in suite.files.values()]
    return modules_for(texts)


def check_with(
    runner: Runner,
    lesson: Lesson,
    suite: Suite,
    *,
    strict: bool = False,
    limit: float = TIME_LIMIT,
    progress: Callable[[Checked], None] | None = None,
    variants: VariantSet | None = None,
    graded: bool = False,
) -> Checked:
    """Judge `suite` by the variants of `lesson` on a runner that is already there.

    `strict` makes warnings errors; `limit` is the seconds a test may take. `progress` is told, after each run
    but the last, what the runs so far say. `variants` are the lesson's, where they are loaded already. A verdict
    to be `graded` comes of more runs, in an order that nobody can foresee, and has no advice; where they take longer
    than a class can wait for, it is that of a suite that crashes.

    Raises UsageError where the lesson's variants cannot be made, HarnessError where the runs cannot be carried
    out, Interrupted where the runner was told to stop.
    """
    started = time.perf_counter()
    variants = variants or load_variants(lesson)
    budget = Budget(limit * _BUDGET) if graded else Budget()
    session = Session(runner, lesson, suite, strict, limit, variants if graded else None, budget)
    notices = _notices(lesson, suite)
    own_tasks = tuple(tasks(lesson, suite.files)) if suite.is_own else None
    ours = kills_by_test(lesson) if own_tasks and not graded else {}

    def checked(runs: Sequence[Run], pending: Iterable[Job] = ()) -> Checked:
        waiting = frozenset(_subject(job, variants) for job in pending)
        seconds = time.perf_counter() - started
        return Checked(lesson, judge(variants, runs, notices, plain), own_tasks, seconds, waiting, ours)

    runs: list[Run] = []
    plain: Run | None = None
    try:
        for run, pending in session.all_runs(variants):
            if not runs:
                notices += not_alone(run)
            runs.append(run)
            if progress and pending:
                progress(checked(runs, pending))
        if graded and any(o.outcome in RED for o in runs[0].outcomes):
            # The last of all: it tells what kind of red a test is, and counts for nothing.
            plain = session.settled(Job(variants.reference))
    except Spent:
        return checked([_crash_of_suite(variants, limit, runs)])
    if graded:
        whole = checked([runs[0], *sorted(runs[1:], key=lambda run: run.key)])
        return replace(whole, verdict=_explained(whole.verdict, session, variants))
    whole = checked(runs)
    verdict = _advised(whole.verdict, session, variants, runs, own_tasks or ())
    return replace(whole, verdict=verdict, seconds=time.perf_counter() - started)


def run_once(
    runner: Runner,
    lesson: Lesson,
    suite: Suite,
    variant: Variant,
    order: str = "file",
    *,
    strict: bool = True,
    limit: float = TIME_LIMIT,
) -> Run:
    """One run of `suite` against one variant, in an order of `checker.engine.inside.selection`."""
    return Session(runner, lesson, suite, strict, limit).settled(Job(variant, order))


def _crash_of_suite(variants: VariantSet, limit: float, runs: Iterable[Run]) -> Run:
    """In the place of all runs of a suite that takes longer than a class can wait for; what is suspect stays so."""
    message = f"All runs together took more than {limit * _BUDGET / 60:g} minutes (--time-limit)"
    suspect = ("takes_too_long", *(flag for run in runs for flag in run.suspect))
    return Run(variants.reference.id, ended="crash", message=message, suspect=suspect)


def _subject(job: Job, variants: VariantSet) -> str:
    return "order" if job.variant is variants.reference else job.variant.id


def _notices(lesson: Lesson, suite: Suite) -> list[Finding]:
    """What is worth saying before anything runs."""
    edited = lesson.edited_app_files() if suite.is_own else []
    return [
        *(
            Finding(
                "notice",
                "app_edited",
                f"{path} is not as it was shipped. The shipped one is judged; to have it back: "
                f"checker reset {lesson.number:02}",
            )
            for path in edited
        ),
        *(
            Finding("notice", "file_ignored", f"{path} is left aside: its name shadows another module.")
            for path in suite.ignored
        ),
    ]


def _advised(
    verdict: Verdict, session: Session, variants: VariantSet, runs: list[Run], own_tasks: Iterable[Task]
) -> Verdict:
    """The verdict with advice among its findings; nothing else of it changes."""
    material = _material(session, runs[0], own_tasks)
    found = [*advice(verdict, material), *session.without_asserts(variants, verdict, runs, material.reading)]
    return replace(verdict, findings=(*verdict.findings, *found))


def _explained(verdict: Verdict, session: Session, variants: VariantSet) -> Verdict:
    """Why valid tests of a suite that is graded catch nothing, or how they may catch anything without asking the app.

    It is found out by one more run: the judged ones are over.
    """
    size = sum(map(len, session.suite.files.values()))
    if not any(test.valid for test in verdict.tests) or size > _READABLE:
        return verdict
    try:
        run = session.settled(Job(variants.reference, evidence=True))
    except Spent:
        return verdict
    if not any(mutant.killed_by for mutant in verdict.mutants):
        found = why_nothing(verdict, _material(session, run))
        return replace(verdict, findings=(*verdict.findings, *found))
    if not any(seen.kind == "asked" for seen in run.seen):
        return replace(verdict, suspect=tuple(sorted({*verdict.suspect, "asks_nothing"})))
    return verdict


def _material(session: Session, first: Run, own_tasks: Iterable[Task] = ()) -> Material:
    lesson = session.lesson
    return Material(
        first,
        read(session.suite.files, (path.split("/")[0].removesuffix(".py") for path in lesson.app_files)),
        lesson_cells(lesson),
        {task.name: task.promises for task in own_tasks},
        worked_examples(lesson),
        any("dependency_overrides" in text for text in lesson.app_files.values()),
        lesson.app_files,
    )
