"""All the runs of one suite: which are worth having, in which order, and which of them are had again."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from checker.course.lessons import Lesson
from checker.course.suite import Suite
from checker.engine.run import Request, Runner
from checker.engine.runner import run_all
from checker.engine.skin import Worn, worn
from checker.engine.variant import Variant, VariantSet
from checker.errors import HarnessError
from checker.judging import counterfactual
from checker.judging.judge import doubtful
from checker.judging.lost import may_be_lost_by_chance, settled_by
from checker.judging.reading import Reading
from checker.judging.reported import run_of
from checker.judging.verdict import NOT_RUN, TOO_SLOW_TOGETHER, Finding, Outcome, Run, Verdict, base_name

_MOST_STUCK = 3  # tests that hang or crash before the rest of the file is given up
_MOST_ALONE = 100  # tests that are each run alone; of more, one case of each function, and no more than these
_REPEATS = 2  # of a doubtful run
_MOST_DOUBTFUL = 10  # runs that are repeated, beside the first
_CHANCE = random.SystemRandom()


class Spent(Exception):
    """A suite that is graded has taken all the time that it may."""


@dataclass
class Budget:
    """Seconds that the runs of a suite may take together, those aside in which they waited for a core."""

    left: float = math.inf

    def spend(self, seconds: float) -> None:
        """Raises Spent where nothing is left. Threads may call: a moment too late is early enough."""
        self.left -= seconds
        if self.left < 0:
            raise Spent


@dataclass(frozen=True)
class Job:
    """One run to be carried out."""

    variant: Variant
    order: str = "file"
    only: str = ""
    without: tuple[str, ...] = ()
    evidence: bool = False
    skin: int = 0
    """The number of the skin that the app is in; 0 for the plain app."""

    def in_a_skin(self, graded: bool) -> Job:
        """The same in a skin that no other run has, where the suite is graded."""
        return replace(self, skin=_CHANCE.randrange(1, 2**32)) if graded else self


@dataclass(frozen=True)
class Session:
    """All the runs of one suite."""

    runner: Runner
    lesson: Lesson
    suite: Suite
    strict: bool
    limit: float
    dressed: VariantSet | None = None
    """What skins are made from, where the suite is graded."""
    budget: Budget = field(default_factory=Budget)

    @property
    def graded(self) -> bool:
        """Whether nothing of a run may tell which one it is."""
        return self.dressed is not None

    def all_runs(self, variants: VariantSet) -> Iterator[tuple[Run, Sequence[Job]]]:
        """Every run that can matter, as they come, each with the jobs after it that are known by then.

        The one on the reference in file order is the first.
        """
        # In a suite that is graded all runs are watched, and none for advice: they must not be told apart.
        first = self.settled(Job(variants.reference, evidence=not self.graded).in_a_skin(self.graded))
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
            for job in [Job(variants.reference, without=stuck, skin=first.skin), *jobs]
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
        jobs = [Job(variant, without=others) for variant in (*correct, *mutants)]
        again = list(run_all(self.runner, jobs, session.settled))
        return list(counterfactual.outcome(tried, again[: len(correct)], again[len(correct) :]))

    def settled(self, job: Job) -> Run:
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

    def _sure(self, job: Job) -> Run:
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

    def _run(self, job: Job, *, alone: bool = False) -> Run:
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

    def _skin(self, job: Job) -> Worn | None:
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


def _worth_running(variants: VariantSet, first: Run) -> list[Job]:
    """The runs after the first: order for what ran at all, other apps only if a test could be valid."""
    jobs = [Job(variants.reference, "alone", only=test) for test in _to_be_alone(_ran(first))]
    if any(o.outcome == "passed" for o in first.outcomes):
        jobs.append(Job(variants.reference, "reversed"))
        jobs += [Job(variant) for variant in (*variants.equivalents, *variants.mutants)]
    return jobs


def _ran(first: Run) -> list[str]:
    return [o.test for o in first.outcomes if o.outcome in ("passed", "failed", "error")]


def not_alone(first: Run) -> list[Finding]:
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


def _key(job: Job) -> tuple[str, str, str]:
    return job.variant.id, job.order, job.only
