"""The verdict: what all the runs of a suite say about it. Pure: no files, no processes, no printing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from checker.variants import Variant, VariantSet, stand_in

Order = Literal["file", "reversed", "alone"]
Stage = Literal["collection", "reference", "equivalent", "order", "leak", "mutant", "notice"]

_RED = {"failed", "error"}
_INVALIDATING: set[Stage] = {"reference", "equivalent", "order"}


@dataclass(frozen=True)
class Outcome:
    """What became of one test in one run."""

    test: str
    outcome: str
    """passed, failed, error, todo, skipped, xfailed, timeout or crash"""
    how: str = ""
    """assertion, exception, setup or teardown; empty where nothing failed"""
    message: str = ""
    detail: str = ""
    """The traceback, as pytest prints it."""


@dataclass(frozen=True)
class Leak:
    """One thing that a run left behind; `kind` as in `Finding`."""

    kind: str
    who: str = ""
    what: str = ""


@dataclass(frozen=True)
class Run:
    """One suite against one variant: an outcome for each test that came to its end."""

    variant: str
    order: Order = "file"
    only: str = ""
    """With order ``alone``: the test."""
    outcomes: tuple[Outcome, ...] = ()
    ended: Literal["finished", "broken", "timeout", "crash"] = "finished"
    """``broken``: the suite did not collect; ``crash``: the process ended without sealing its report."""
    message: str = ""
    """Why it did not finish."""
    planned: tuple[str, ...] = ()
    left_out: int = 0
    """Tests beyond the number that is run."""
    leaks: tuple[Leak, ...] = ()
    ignored_hooks: tuple[str, ...] = ()
    suspect: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """Runs of one key should all say the same."""
        return self.variant, self.order, self.only

    def outcome_of(self, test: str) -> str:
        """What became of `test`; ``missing`` where the run does not know it."""
        return next((outcome.outcome for outcome in self.outcomes if outcome.test == test), "missing")


@dataclass(frozen=True)
class TestVerdict:
    """One test: its outcome on the reference in file order, and whether it is valid."""

    __test__ = False

    name: str
    outcome: str
    valid: bool
    message: str
    detail: str = ""


@dataclass(frozen=True)
class Kill:
    """A test that fails on a mutant, and how."""

    test: str
    how: str


@dataclass(frozen=True)
class MutantVerdict:
    """One mutant: killed by valid tests, muted by invalid ones, or survived."""

    variant: Variant
    stand_in: str
    """What it is called until it is killed."""
    killed_by: tuple[Kill, ...]
    muted_by: tuple[str, ...]

    @property
    def killed(self) -> bool:
        """Whether a valid test fails on it."""
        return bool(self.killed_by)

    @property
    def muted(self) -> bool:
        """Whether only invalid tests notice it."""
        return bool(self.muted_by) and not self.killed_by

    @property
    def understood(self) -> bool:
        """Whether an assertion noticed it, not only a crash."""
        return any(kill.how == "assertion" for kill in self.killed_by)


@dataclass(frozen=True)
class EquivalentVerdict:
    """One equivalent, and the tests that fail on it."""

    variant: Variant
    failed_tests: tuple[str, ...]
    passed: bool


@dataclass(frozen=True)
class Finding:
    """One thing to tell a person about the suite.

    Kinds that make a suite invalid: ``fails``, ``timeout``, ``crash``, ``skipped``, ``xfailed``,
    ``needs_another``, ``spoiled_by_another``, ``flaky``, ``over_reads``, ``suite_over_reads``. Leaks:
    ``override_left``, ``lifespan_not_stopped``, ``lifespan_nested``, ``env_changed``, ``file_left``. The rest is
    for information: ``not_collected``, ``mutant_run_lost``, ``hook_ignored``, ``file_ignored``, ``app_edited``,
    ``too_many_tests``.
    """

    stage: Stage
    kind: str
    text: str
    test: str | None = None
    promise: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What all the runs of a suite say."""

    status: str
    """broken, empty, todo, invalid, survivors, leaky or complete"""
    tests: tuple[TestVerdict, ...] = ()
    mutants: tuple[MutantVerdict, ...] = ()
    equivalents: tuple[EquivalentVerdict, ...] = ()
    findings: tuple[Finding, ...] = ()
    suspect: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """Mutants killed of all mutants, 0 to 1."""
        return sum(mutant.killed for mutant in self.mutants) / len(self.mutants) if self.mutants else 0.0


def doubtful(runs: Iterable[Run], first: Run) -> list[Run]:
    """The runs on correct apps worth repeating: where a test's outcome is not what it was in the `first` one.

    A repeat tells a flaky test from one that depends on its order or on the app's internals.
    """
    usual = {outcome.test: outcome.outcome for outcome in first.outcomes}
    differing = [
        run
        for run in runs
        if any(run.outcome_of(test) != usual[test] for test in ([run.only] if run.only else usual))
    ]
    return [first, *differing] if differing else []


def judge(variants: VariantSet, runs: Sequence[Run], notices: Sequence[Finding] = ()) -> Verdict:
    """The verdict on a suite.

    `runs` holds, in any order but for the first, which is the suite on the reference in file order: the
    reference reversed and each test alone, each equivalent and each mutant in file order, and repeats of
    doubtful runs. What was not run, because nothing could come of it, is not there. `notices` are findings made
    before any run.
    """
    first = runs[0]
    findings = [*notices, *_hook_findings(runs), *_capped(first)]
    suspect = tuple(sorted({flag for run in runs for flag in run.suspect}))
    if first.ended != "finished":
        broken = Finding("collection", "not_collected", first.message)
        return _nothing_killed("broken", variants, (*findings, broken), suspect)

    order = _order_findings(runs, first)
    over_reads = _over_reading_findings(variants, runs, first)
    findings += [*_reference_findings(first, order), *order, *over_reads]
    tests = _test_verdicts(first, findings)
    mutants = _mutant_verdicts(variants, runs, tests, unsteady={f.test for f in order if f.kind == "flaky"})
    findings += [*_leak_findings(variants, runs), *_lost_runs(mutants, runs)]
    equivalents = _equivalent_verdicts(variants, runs, first)
    verdict = Verdict("", tests, mutants, equivalents, tuple(findings), suspect)
    return replace(verdict, status=_status(verdict))


def _status(verdict: Verdict) -> str:
    outcomes = [test.outcome for test in verdict.tests]
    if all(outcome in ("skipped", "xfailed") for outcome in outcomes):
        return "empty"
    if "todo" in outcomes:
        return "todo"
    stages = {finding.stage for finding in verdict.findings}
    if stages & _INVALIDATING:
        return "invalid"
    if not all(mutant.killed for mutant in verdict.mutants):
        return "survivors"
    return "leaky" if "leak" in stages else "complete"


def _nothing_killed(
    status: str, variants: VariantSet, findings: tuple[Finding, ...], suspect: tuple[str, ...]
) -> Verdict:
    mutants = tuple(MutantVerdict(m, stand_in(m, variants.mutants), (), ()) for m in variants.mutants)
    equivalents = tuple(EquivalentVerdict(e, (), False) for e in variants.equivalents)
    return Verdict(status, (), mutants, equivalents, findings, suspect)


# -- the reference


def _test_verdicts(first: Run, findings: Sequence[Finding]) -> tuple[TestVerdict, ...]:
    whole_suite = any(f.test is None and f.kind == "over_reads" for f in findings)
    blamed = {f.test for f in findings if f.stage in _INVALIDATING}
    return tuple(
        TestVerdict(o.test, o.outcome, o.outcome == "passed" and o.test not in blamed and not whole_suite, o.message, o.detail)
        for o in first.outcomes
    )


def _reference_findings(first: Run, order: Sequence[Finding]) -> list[Finding]:
    """Tests that do not pass on the reference, but those whose order is to blame."""
    explained = {finding.test for finding in order}
    texts = {
        "failed": ("fails", "{test} fails on the app: {message}"),
        "error": ("fails", "{test} fails on the app, outside the test itself: {message}"),
        "skipped": ("skipped", "{test} is skipped: a skipped test proves nothing."),
        "xfailed": ("xfailed", "{test} is marked xfail: a test that may fail proves nothing."),
        "timeout": ("timeout", "{test} does not end: {message}"),
        "crash": ("crash", "{test} ends the whole process: {message}"),
    }
    return [
        Finding("reference", kind, text.format(test=o.test, message=_first_line(o.message)), o.test)
        for o in first.outcomes
        if o.outcome in texts and o.test not in explained
        for kind, text in [texts[o.outcome]]
    ]


# -- order


def _order_findings(runs: Sequence[Run], first: Run) -> list[Finding]:
    flaky = _flaky_tests(runs)
    on_reference = [run for run in runs if run.variant == first.variant]
    found = [
        Finding("order", "flaky", f"{test} passes at one time and fails at another, on the same app.", test)
        for test in sorted(flaky)
    ]
    for outcome in first.outcomes:
        if outcome.test not in flaky and (finding := _order_finding(outcome, on_reference)):
            found.append(finding)
    return found


def _order_finding(outcome: Outcome, on_reference: Sequence[Run]) -> Finding | None:
    test = outcome.test
    alone = _outcome_in(on_reference, "alone", test)
    backwards = _outcome_in(on_reference, "reversed", test)
    if outcome.outcome == "passed" and alone not in ("passed", "missing"):
        text = f"{test} passes in the file and fails alone: it needs what an earlier test left."
        return Finding("order", "needs_another", text, test)
    if outcome.outcome == "passed" and backwards not in ("passed", "missing"):
        text = f"{test} passes alone and fails when the file runs backwards: another test spoils it."
        return Finding("order", "spoiled_by_another", text, test)
    if outcome.outcome in _RED and alone == "passed":
        text = f"{test} passes alone and fails in the file: an earlier test spoils it."
        return Finding("order", "spoiled_by_another", text, test)
    return None


def _outcome_in(runs: Iterable[Run], order: Order, test: str) -> str:
    known = (run.outcome_of(test) for run in runs if run.order == order and run.only in ("", test))
    return next(known, "missing")


def _flaky_tests(runs: Sequence[Run]) -> set[str]:
    """Tests whose outcome differs between two runs that should say the same, or that are not in both."""
    alike: dict[tuple[str, str, str], list[Run]] = {}
    for run in runs:
        alike.setdefault(run.key, []).append(run)
    return {
        outcome.test
        for same in alike.values()
        for run in same
        for outcome in run.outcomes
        if any(other.outcome_of(outcome.test) != outcome.outcome for other in same)
    }


# -- equivalents


def _over_reading_findings(variants: VariantSet, runs: Sequence[Run], first: Run) -> list[Finding]:
    flaky = _flaky_tests(runs)
    found: list[Finding] = []
    for equivalent in variants.equivalents:
        run = next((run for run in runs if run.variant == equivalent.id), None)
        if run is None:
            continue
        if run.ended != "finished":
            found.append(_over_reading(equivalent, None, f"The suite does not start on a correct app: {_first_line(run.message)}."))
        elif equivalent.blames_suite:
            found += [_suite_over_reading(equivalent)] if set(_failing(run, first)) - flaky else []
        else:
            found += [_over_reading(equivalent, test, f"{test} fails on a correct app.") for test in _failing(run, first) if test not in flaky]
    return found


def _over_reading(equivalent: Variant, test: str | None, text: str) -> Finding:
    return Finding("equivalent", "over_reads", f"{text} {equivalent.says}", test, equivalent.promise)


def _suite_over_reading(equivalent: Variant) -> Finding:
    return Finding("equivalent", "suite_over_reads", equivalent.says, None, equivalent.promise)


def _failing(run: Run, first: Run) -> list[str]:
    """The tests that pass on the reference and not in this run."""
    return [o.test for o in first.outcomes if o.outcome == "passed" and run.outcome_of(o.test) != "passed"]


def _equivalent_verdicts(variants: VariantSet, runs: Sequence[Run], first: Run) -> tuple[EquivalentVerdict, ...]:
    verdicts = []
    for equivalent in variants.equivalents:
        run = next((run for run in runs if run.variant == equivalent.id), None)
        failed = tuple(_failing(run, first)) if run else ()
        verdicts.append(EquivalentVerdict(equivalent, failed, passed=run is not None and not failed))
    return tuple(verdicts)


# -- mutants


def _mutant_verdicts(
    variants: VariantSet, runs: Sequence[Run], tests: Sequence[TestVerdict], unsteady: set[str | None]
) -> tuple[MutantVerdict, ...]:
    valid = {test.name for test in tests if test.valid}
    muting = {test.name for test in tests if test.outcome == "passed"} - valid - unsteady
    verdicts = []
    for mutant in variants.mutants:
        red = [o for run in runs if run.variant == mutant.id and run.ended == "finished" for o in run.outcomes if o.outcome in _RED]
        kills = tuple(Kill(o.test, o.how) for o in red if o.test in valid)
        muted_by = tuple(o.test for o in red if o.test in muting)
        verdicts.append(MutantVerdict(mutant, stand_in(mutant, variants.mutants), kills, muted_by))
    return tuple(verdicts)


def _lost_runs(mutants: Sequence[MutantVerdict], runs: Sequence[Run]) -> list[Finding]:
    """Runs on mutants that did not finish: what they found does not count, and a person should know."""
    names = {mutant.variant.id: mutant.stand_in for mutant in mutants}
    return [
        Finding("mutant", "mutant_run_lost", f"The run on {names[run.variant]} did not finish and counts for nothing: {_first_line(run.message)}.")
        for run in runs
        if run.variant in names and run.ended != "finished"
    ]


# -- what is left behind

_LEAKS = {
    "override_left": "{who} leaves an override of {what} in app.dependency_overrides.",
    "lifespan_not_stopped": "{who} starts the app and never stops it.",
    "lifespan_nested": "{who} starts the app again while it runs.",
    "env_changed": "The suite leaves the environment variable {what} changed.",
    "file_left": "The suite leaves the file {what} in the lesson's folder.",
}


def _leak_findings(variants: VariantSet, runs: Sequence[Run]) -> list[Finding]:
    """Leaks on correct apps, each once."""
    correct = {variant.id for variant in variants.correct}
    leaks = dict.fromkeys(leak for run in runs if run.variant in correct and run.order != "alone" for leak in run.leaks)
    return [
        Finding("leak", leak.kind, _LEAKS[leak.kind].format(who=leak.who or "The suite", what=leak.what))
        for leak in leaks
        if leak.kind in _LEAKS
    ]


def _hook_findings(runs: Sequence[Run]) -> list[Finding]:
    names = sorted({name for run in runs for name in run.ignored_hooks})
    text = "{} is not loaded: only fixtures of a conftest are, no hooks and no plugins."
    return [Finding("notice", "hook_ignored", text.format(name)) for name in names]


def _capped(first: Run) -> list[Finding]:
    text = f"Only the first {len(first.planned)} tests are run: the {first.left_out} after them are left out."
    return [Finding("notice", "too_many_tests", text)] if first.left_out else []


def _first_line(text: str) -> str:
    line = text.strip().splitlines()[0].rstrip(".") if text.strip() else "no message"
    return line if len(line) <= 160 else line[:157] + "..."
