"""Runs and verdicts: the words that the pure core is written in. No files, no processes, no printing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checker.engine.variant import Variant

Order = Literal["file", "reversed", "alone"]
Ended = Literal["finished", "broken", "timeout", "crash", "starved", "undecided"]
Stage = Literal["collection", "reference", "equivalent", "order", "leak", "mutant", "notice", "advice"]

RED = {"failed", "error"}
STUCK = {"timeout", "crash"}
UNDECIDED: set[Ended] = {"starved", "undecided"}
NOT_RUN = "not run"
TOO_SLOW_TOGETHER = {"run", "run_asleep"}
INVALIDATING: set[Stage] = {"reference", "equivalent", "order"}


@dataclass(frozen=True)
class Outcome:
    """What became of one test in one run."""

    test: str
    outcome: str
    """passed, failed, error, todo, skipped, xfailed, timeout or crash"""
    how: str = ""
    """assertion, exception, setup or teardown; ``not run`` where others took all the time; empty where nothing failed"""
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
class Seen:
    """One thing that happened in a test; `kind` as in `checker.engine.inside.evidence`."""

    kind: str
    test: str
    what: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True)
class Run:
    """One suite against one variant: an outcome for each test that came to its end."""

    variant: str
    order: str = "file"
    """An `Order`, or ``shuffled-`` and a seed."""
    only: str = ""
    """With order ``alone``: the test."""
    outcomes: tuple[Outcome, ...] = ()
    ended: Ended = "finished"
    """``broken``: the suite did not collect; ``crash``: the process ended without sealing its report; ``starved``: the
    machine had no time for it; ``undecided``: it was lost, and repeated alone it ended in another way."""
    message: str = ""
    """Why it did not finish."""
    stopped: str = ""
    """What it was ended for, as `checker.engine.run.Report` says; empty where it ended by itself."""
    planned: tuple[str, ...] = ()
    left_out: int = 0
    """Tests beyond the number that is run."""
    leaks: tuple[Leak, ...] = ()
    seen: tuple[Seen, ...] = ()
    """Of the first run alone: evidence for advice."""
    ignored_hooks: tuple[str, ...] = ()
    suspect: tuple[str, ...] = ()
    skin: int = 0
    """The number of the skin that the app was in; 0 for the plain app."""

    @property
    def key(self) -> tuple[str, str, str]:
        """Runs of one key should all say the same, whatever the skin."""
        return self.variant, self.order, self.only

    @property
    def running(self) -> str:
        """The test that was under way when the run ended; empty where there was none."""
        return self.planned[len(self.outcomes)] if len(self.outcomes) < len(self.planned) else ""

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
    """One mutant: killed by valid tests, muted by invalid ones, survived, or undecided."""

    variant: Variant
    stand_in: str
    """What it is called until it is killed."""
    killed_by: tuple[Kill, ...]
    muted_by: tuple[str, ...]
    undecided: bool = False
    """Whether its run was lost and nobody can say yet what it would have shown: it is to be judged again."""

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
    ``needs_another``, ``spoiled_by_another``, ``flaky``, ``over_reads``, ``suite_over_reads``;
    and, of a suite that is graded, ``reads_the_app`` and ``left_to_chance``. Leaks:
    ``override_left``, ``lifespan_not_stopped``, ``lifespan_nested``, ``clock_left``, ``env_changed``,
    ``file_left``, ``file_gone``. The rest is for information: ``not_collected``, ``mutant_run_lost``, ``mutant_undecided``,
    ``hook_ignored``, ``file_ignored``, ``app_edited``, ``too_many_tests``. Advice, on mistakes that are common at
    first, which changes nothing else: ``asserts_nothing``, ``asks_nothing``, ``never_reached``, ``status_alone``,
    ``never_awaited``, ``async_unmarked``, ``override_unused``, ``not_started``, ``one_line_too_many``, ``same_name``,
    ``never_runs``, ``always_true``.
    """

    stage: Stage
    kind: str
    text: str
    test: str | None = None
    """In advice without the case of a parametrised test."""
    promise: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What all the runs of a suite say."""

    status: str
    """broken, empty, todo, invalid, undecided, survivors, leaky or complete"""
    tests: tuple[TestVerdict, ...] = ()
    mutants: tuple[MutantVerdict, ...] = ()
    equivalents: tuple[EquivalentVerdict, ...] = ()
    findings: tuple[Finding, ...] = ()
    suspect: tuple[str, ...] = ()
    """Flags: a person should look. ``report_missing``, ``report_malformed`` and ``report_forged`` of the lines that a
    run reports; ``outcome_rewritten`` of pytest's own reports; those of `checker.engine.inside.tampering`; and, of a suite that
    is graded, ``left_to_chance``, ``hook_ignored``, ``equals_solution``, ``takes_too_long`` and ``harness_error``."""

    @property
    def score(self) -> float:
        """Mutants killed of all mutants, 0 to 1."""
        return sum(mutant.killed for mutant in self.mutants) / len(self.mutants) if self.mutants else 0.0


def base_name(test: str) -> str:
    """A test's name without its case."""
    return test.partition("[")[0]
