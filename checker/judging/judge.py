"""From runs to a verdict. Pure: no files, no processes, no printing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from checker.engine.variant import VariantSet, stand_in
from checker.judging import findings as find
from checker.judging.verdict import (
    INVALIDATING,
    RED,
    STUCK,
    UNDECIDED,
    EquivalentVerdict,
    Finding,
    Kill,
    MutantVerdict,
    Run,
    TestVerdict,
    Verdict,
)


def doubtful(runs: Iterable[Run], first: Run) -> list[Run]:
    """The runs on correct apps worth repeating: where a test's outcome is not what it was in the `first` one.

    A repeat tells a flaky test from one that depends on its order or on the app's internals.
    """
    usual = {outcome.test: outcome.outcome for outcome in first.outcomes if outcome.outcome not in STUCK}
    differing = [
        run
        for run in runs
        if any(run.outcome_of(test) != usual[test] for test in ([run.only] if run.only else usual))
    ]
    return [first, *differing] if differing else []


def judge(
    variants: VariantSet, runs: Sequence[Run], notices: Sequence[Finding] = (), plain: Run | None = None
) -> Verdict:
    """The verdict on a suite.

    `runs` holds, in any order but for the first, which is the suite on the reference in file order: the
    reference reversed and each test alone, each equivalent and each mutant in file order, and repeats of
    doubtful runs. What was not run, because nothing could come of it, is not there. `notices` are findings
    made before any run. Where apps were in skins, `plain` is the suite on the reference without one.
    """
    first = runs[0]
    findings = [*notices, *find.ignored_hooks(runs), *find.capped(first)]
    suspect = tuple(sorted({flag for run in runs for flag in run.suspect}))
    if first.ended != "finished":
        broken = Finding("collection", "not_collected", find.uncollected(first))
        return _nothing_killed("broken", variants, (*findings, broken), suspect)

    disorder = find.order(runs, first)
    over_reads = find.over_reading(variants, runs, first)
    on_app = find.reference(first, disorder)
    reading = find.reading_the_app(runs, first, plain)
    findings += find.told_as_reading([*on_app, *disorder, *over_reads], reading)
    flaky = {finding.test for finding in disorder if finding.kind == "flaky"}
    of_all = [*runs, *([plain] if plain else [])]
    if find.left_to_chance(variants, of_all, flaky | reading):
        suspect = tuple(sorted({*suspect, "left_to_chance"}))
        findings.append(find.nothing_counts())
    tests = _test_verdicts(first, findings)
    mutants = _mutant_verdicts(variants, runs, tests, flaky)
    findings += [*find.leaks(variants, runs), *find.lost_runs(mutants, runs)]
    equivalents = _equivalent_verdicts(variants, runs, first, flaky)
    verdict = Verdict("", tests, mutants, equivalents, tuple(findings), suspect)
    return replace(verdict, status=_status(verdict))


def _status(verdict: Verdict) -> str:
    outcomes = [test.outcome for test in verdict.tests]
    if all(outcome in ("skipped", "xfailed") for outcome in outcomes):
        return "empty"
    if "todo" in outcomes:
        return "todo"
    stages = {finding.stage for finding in verdict.findings}
    if stages & INVALIDATING:
        return "invalid"
    if any(mutant.undecided for mutant in verdict.mutants):
        return "undecided"
    if not all(mutant.killed for mutant in verdict.mutants):
        return "survivors"
    return "leaky" if "leak" in stages else "complete"


def _nothing_killed(
    status: str, variants: VariantSet, findings: tuple[Finding, ...], suspect: tuple[str, ...]
) -> Verdict:
    mutants = tuple(MutantVerdict(m, stand_in(m, variants.mutants), (), ()) for m in variants.mutants)
    equivalents = tuple(EquivalentVerdict(e, (), False) for e in variants.equivalents)
    return Verdict(status, (), mutants, equivalents, findings, suspect)


def _test_verdicts(first: Run, findings: Sequence[Finding]) -> tuple[TestVerdict, ...]:
    whole_suite = any(f.test is None and f.kind in ("over_reads", "left_to_chance") for f in findings)
    blamed = {f.test for f in findings if f.stage in INVALIDATING}
    return tuple(
        TestVerdict(
            o.test,
            o.outcome,
            o.outcome == "passed" and o.test not in blamed and not whole_suite,
            o.message,
            o.detail,
        )
        for o in first.outcomes
    )


def _mutant_verdicts(
    variants: VariantSet, runs: Sequence[Run], tests: Sequence[TestVerdict], flaky: set[str | None]
) -> tuple[MutantVerdict, ...]:
    valid = {test.name for test in tests if test.valid}
    muting = {test.name for test in tests if test.outcome == "passed"} - valid - flaky
    verdicts = []
    for mutant in variants.mutants:
        red = [
            o
            for run in runs
            if run.variant == mutant.id and run.ended == "finished"
            for o in run.outcomes
            if o.outcome in RED
        ]
        kills = tuple(Kill(o.test, o.how) for o in red if o.test in valid)
        muted_by = tuple(o.test for o in red if o.test in muting)
        undecided = any(run.variant == mutant.id and run.ended in UNDECIDED for run in runs)
        name = stand_in(mutant, variants.mutants)
        verdicts.append(MutantVerdict(mutant, name, kills, muted_by, undecided))
    return tuple(verdicts)


def _equivalent_verdicts(
    variants: VariantSet, runs: Sequence[Run], first: Run, flaky: set[str | None]
) -> tuple[EquivalentVerdict, ...]:
    verdicts = []
    for equivalent in variants.equivalents:
        run = next((run for run in runs if run.variant == equivalent.id), None)
        failed = tuple(test for test in find.failing(run, first) if test not in flaky) if run else ()
        verdicts.append(EquivalentVerdict(equivalent, failed, passed=run is not None and not failed))
    return tuple(verdicts)
