"""The pipeline: a lesson and a suite in, a verdict out."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from checker.course.kills import kills_by_test
from checker.course.lessons import Lesson
from checker.course.suite import Suite
from checker.course.tasks import Task, lesson_cells, tasks, worked_examples
from checker.course.variants import load_variants
from checker.engine.libraries import modules_for
from checker.engine.run import TIME_LIMIT, Request, Runner
from checker.engine.runner import CAN_FORK, open_runner, run_all
from checker.engine.skin import Worn, worn
from checker.engine.variant import Variant, VariantSet
from checker.errors import HarnessError
from checker.judging import counterfactual
from checker.judging.advice import Material, advice, why_nothing
from checker.judging.judge import doubtful, judge
from checker.judging.lost import may_be_lost_by_chance, settled_by
from checker.judging.reading import Reading, read
from checker.judging.reported import run_of
from checker.judging.verdict import NOT_RUN, RED, TOO_SLOW_TOGETHER, Finding, Outcome, Run, Verdict, base_name

_MOST_STUCK = 3  # tests that hang or crash before the rest of the file is given up
_MOST_ALONE = 100  # tests that are each run alone; of more, one case of each function, and no more than these
_REPEATS = 2  # of a doubtful run
_MOST_DOUBTFUL = 10  # runs that are repeated, beside the first
_READABLE = 200_000  # bytes of a suite that is graded: what is larger is not read to explain it
_CHANCE = random.SystemRandom()
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


class _Spent(Exception):
    """A suite that is graded has taken all the time that it may."""


@dataclass
class _Budget:
    """Seconds that the runs of a suite may take together, those aside in which they waited for a core."""

    left: float = math.inf

    def spend(self, seconds: float) -> None:
        """Raises _Spent where nothing is left. Threads may call: a moment too late is early enough."""
        self.left -= seconds
        if self.left < 0:
            raise _Spent


@dataclass(frozen=True)
class _Job:
    """One run to be carried out."""

    variant: Variant
    order: str = "file"
    only: str = ""
    without: tuple[str, ...] = ()
    evidence: bool = False
    skin: int = 0
    """The number of the skin that the app is in; 0 for the plain app."""

    def in_a_skin(self, graded: bool) -> _Job:
        """The same in a skin that no other run has, where the suite is graded."""
        return replace(self, skin=_CHANCE.randrange(1, 2**32)) if graded else self


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
    budget = _Budget(limit * _BUDGET) if graded else _Budget()
    session = _Session(runner, lesson, suite, strict, limit, variants if graded else None, budget)
    notices = _notices(lesson, suite)
    own_tasks = tuple(tasks(lesson, suite.files)) if suite.is_own else None

    def checked(runs: Sequence[Run], pending: Iterable[_Job] = ()) -> Checked:
        waiting = frozenset(_subject(job, variants) for job in pending)
        seconds = time.perf_counter() - started
        ours = kills_by_test(lesson) if own_tasks else {}
        return Checked(lesson, judge(variants, runs, notices, plain), own_tasks, seconds, waiting, ours)

    runs: list[Run] = []
    plain: Run | None = None
    try:
        for run, pending in session.all_runs(variants):
            if not runs:
                notices += _not_alone(run)
            runs.append(run)
            if progress and pending:
                progress(checked(runs, pending))
        if graded and any(o.outcome in RED for o in runs[0].outcomes):
            # The last of all: it tells what kind of red a test is, and counts for nothing.
            plain = session.settled(_Job(variants.reference))
    except _Spent:
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
    return _Session(runner, lesson, suite, strict, limit).settled(_Job(variant, order))


@dataclass(frozen=True)
class _Session:
    """All the runs of one suite."""

    runner: Runner
    lesson: Lesson
    suite: Suite
    strict: bool
    limit: float
    dressed: VariantSet | None = None
    """What skins are made from, where the suite is graded."""
    budget: _Budget = field(default_factory=_Budget)

    @property
    def graded(self) -> bool:
        """Whether nothing of a run may tell which one it is."""
        return self.dressed is not None

    def all_runs(self, variants: VariantSet) -> Iterator[tuple[Run, Sequence[_Job]]]:
        """Every run that can matter, as they come, each with the jobs after it that are known by then.

        The one on the reference in file order is the first.
        """
        # In a suite that is graded all runs are watched, and none for advice: they must not be told apart.
        first = self.settled(_Job(variants.reference, evidence=not self.graded).in_a_skin(self.graded))
        if first.ended != "finished":
            yield first, ()
            return
        stuck = tuple(o.test for o in first.outcomes if o.outcome in ("timeout", "crash"))
        jobs = [replace(job, without=stuck) for job in _worth_running(variants, first)]
        if self.graded:  # a run must not tell by its place what it is; and correct apps come more than once
            jobs += [replace(job, only="", order="file") for job in jobs if job.order == "reversed"]
            jobs = [job.in_a_skin(True) for job in jobs]
            _CHANCE.shuffle(jobs)
        yield first, jobs
        runs = []
        for number, run in enumerate(run_all(self.runner, jobs, self.settled), 1):
            runs.append(run)
            yield run, jobs[number:]
        correct = {variant.id for variant in variants.correct}
        in_order = sorted(runs, key=lambda run: run.key)
        in_doubt = doubtful((run for run in in_order if run.variant in correct), first)[: 1 + _MOST_DOUBTFUL]
        again = [
            job
            for job in [_Job(variants.reference, without=stuck, skin=first.skin), *jobs]
            for run in in_doubt
            if (*_key(job), job.skin) == (*run.key, run.skin)
        ]
        for run in run_all(self.runner, again * _REPEATS, self.settled):
            yield run, ()

    def without_asserts(
        self, variants: VariantSet, verdict: Verdict, runs: list[Run], reading: Reading
    ) -> list[Finding]:
        """What tests that over-read in one assertion are worth without it; runs them to find out."""
        tried = counterfactual.attempts(verdict, variants, runs, reading)
        if not tried:
            return []
        files = counterfactual.without_asserts(self.suite.files, tried)
        session = replace(self, suite=replace(self.suite, files=files))
        correct, mutants = counterfactual.worth_running(verdict, variants, tried)
        names = {attempt.test.name for attempt in tried}
        others = tuple(o.test for o in runs[0].outcomes if base_name(o.test) not in names)
        jobs = [_Job(variant, without=others) for variant in (*correct, *mutants)]
        again = list(run_all(self.runner, jobs, session.settled))
        return list(counterfactual.outcome(tried, again[: len(correct)], again[len(correct) :]))

    def settled(self, job: _Job) -> Run:
        """The run of a job; on correct apps without the tests that hang or crash, which are reported as such.

        One hanging test must not hide what the others do.
        """
        stuck: list[Outcome] = []
        suspect: list[str] = []
        while True:
            run = self._sure(replace(job, without=(*job.without, *(o.test for o in stuck))))
            suspect += run.suspect
            if job.variant.kind == "mutant" or run.ended in ("finished", "broken") or not run.running:
                return replace(run, outcomes=(*run.outcomes, *stuck), suspect=tuple(suspect))
            if run.stopped in TOO_SLOW_TOGETHER:
                stuck += [
                    Outcome(test, run.ended, NOT_RUN, run.message)
                    for test in run.planned[len(run.outcomes) :]
                ]
            else:
                stuck.append(Outcome(run.running, run.ended, message=run.message))
            if run.stopped in TOO_SLOW_TOGETHER or len(stuck) == _MOST_STUCK:
                seen = {outcome.test for outcome in (*run.outcomes, *stuck)}
                stuck += [
                    Outcome(test, run.ended, message="not run: earlier tests hang or crash")
                    for test in run.planned
                    if test not in seen
                ]
                return replace(
                    run, ended="finished", outcomes=(*run.outcomes, *stuck), suspect=tuple(suspect)
                )

    def _sure(self, job: _Job) -> Run:
        """The run of a job; one that is lost is repeated with nothing beside it, before that counts."""
        on_mutant = job.variant.kind == "mutant"
        run = self._run(job)
        if not may_be_lost_by_chance(run, on_mutant=on_mutant):
            return run
        run = settled_by(run, self._run(job, alone=True), on_mutant=on_mutant)
        if run.ended == "starved" and not on_mutant:
            raise HarnessError(
                f"This machine is too busy to run the tests of lesson {self.lesson.number:02}. "
                "Try again when less runs beside it."
            )
        return run

    def _run(self, job: _Job, *, alone: bool = False) -> Run:
        skin = self._skin(job)
        request = Request(
            lesson=self.lesson.name,
            app=skin.files if skin else job.variant.files,
            suite=self.suite.files,
            paths=tuple(self.suite.test_files),
            order=job.order,
            only=self._node_id(job.only),
            without=tuple(map(self._node_id, job.without)),
            strict=self.strict,
            evidence=job.evidence,
            watched=job.evidence or self.graded,
            limit=self.limit,
        )
        ran = Run(job.variant.id, job.order, job.only, skin=job.skin)
        report = self.runner.run(request, alone=alone)
        self.budget.spend(report.took)
        run = run_of(ran, report, self._display, self.limit)
        return _in_plain_words(run, skin) if skin else run

    def _skin(self, job: _Job) -> Worn | None:
        if self.dressed is None or not job.skin:
            return None
        others = [mutant.files for mutant in self.dressed.mutants]
        return worn(job.variant.files, self.dressed.reference.files, others, job.skin)

    def _display(self, node_id: str) -> str:
        """A test's name for people: its file is left out where there is only one."""
        files = self.suite.test_files
        return node_id.removeprefix(f"{files[0]}::") if len(files) == 1 else node_id

    def _node_id(self, test: str) -> str:
        files = self.suite.test_files
        return f"{files[0]}::{test}" if test and len(files) == 1 else test


def _in_plain_words(run: Run, skin: Worn) -> Run:
    """The run, with every place in the app told as it is in the plain one."""
    outcomes = (
        replace(o, message=skin.plain(o.message), detail=skin.plain(o.detail)) if o.message or o.detail else o
        for o in run.outcomes
    )
    return replace(run, outcomes=tuple(outcomes), message=skin.plain(run.message))


def _crash_of_suite(variants: VariantSet, limit: float, runs: Iterable[Run]) -> Run:
    """In the place of all runs of a suite that takes longer than a class can wait for; what is suspect stays so."""
    message = f"All runs together took more than {limit * _BUDGET / 60:g} minutes (--time-limit)"
    suspect = ("takes_too_long", *(flag for run in runs for flag in run.suspect))
    return Run(variants.reference.id, ended="crash", message=message, suspect=suspect)


def _worth_running(variants: VariantSet, first: Run) -> list[_Job]:
    """The runs after the first: order for what ran at all, other apps only if a test could be valid."""
    jobs = [_Job(variants.reference, "alone", only=test) for test in _to_be_alone(_ran(first))]
    if any(o.outcome == "passed" for o in first.outcomes):
        jobs.append(_Job(variants.reference, "reversed"))
        jobs += [_Job(variant) for variant in (*variants.equivalents, *variants.mutants)]
    return jobs


def _ran(first: Run) -> list[str]:
    return [o.test for o in first.outcomes if o.outcome in ("passed", "failed", "error")]


def _not_alone(first: Run) -> list[Finding]:
    ran = _ran(first)
    alone = len(_to_be_alone(ran))
    text = f"Of {len(ran)} tests {alone} are run alone too, and the others only with the rest."
    return [Finding("notice", "too_many_tests", text)] if alone < len(ran) else []


def _to_be_alone(tests: list[str]) -> list[str]:
    if len(tests) <= _MOST_ALONE:
        return tests
    first_cases: dict[str, str] = {}
    for test in tests:
        first_cases.setdefault(base_name(test), test)
    return list(first_cases.values())[:_MOST_ALONE]


def _subject(job: _Job, variants: VariantSet) -> str:
    return "order" if job.variant is variants.reference else job.variant.id


def _key(job: _Job) -> tuple[str, str, str]:
    return job.variant.id, job.order, job.only


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
    verdict: Verdict, session: _Session, variants: VariantSet, runs: list[Run], own_tasks: Iterable[Task]
) -> Verdict:
    """The verdict with advice among its findings; nothing else of it changes."""
    material = _material(session, runs[0], own_tasks)
    found = [*advice(verdict, material), *session.without_asserts(variants, verdict, runs, material.reading)]
    return replace(verdict, findings=(*verdict.findings, *found))


def _explained(verdict: Verdict, session: _Session, variants: VariantSet) -> Verdict:
    """Why valid tests of a suite that is graded catch nothing, found out by one more run: the judged ones are over."""
    size = sum(map(len, session.suite.files.values()))
    if (
        any(m.killed_by for m in verdict.mutants)
        or not any(t.valid for t in verdict.tests)
        or size > _READABLE
    ):
        return verdict
    try:
        run = session.settled(_Job(variants.reference, evidence=True))
    except _Spent:
        return verdict
    return replace(verdict, findings=(*verdict.findings, *why_nothing(verdict, _material(session, run))))


def _material(session: _Session, first: Run, own_tasks: Iterable[Task] = ()) -> Material:
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
