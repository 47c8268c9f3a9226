"""One assertion too many: what a test that over-reads would be worth without the line that does. Pure.

An honest answer takes runs of the suite without that line: here is which lines, which runs, and what they say.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from checker.engine.variant import Variant, VariantSet
from checker.judging.advice import one_line_too_many
from checker.judging.reading import Reading, ReadTest
from checker.judging.verdict import RED, Finding, Outcome, Run, Verdict, base_name
from checker.source import spliced

_MOST = 3  # tests of a suite that are tried
_ENTRY = re.compile(r"^(\S.*?):(\d+): in ", re.MULTILINE)


@dataclass(frozen=True)
class Attempt:
    """One test, and the one assertion in it that fails on correct apps."""

    test: ReadTest
    assertion: ast.Assert
    promise: str | None


def attempts(verdict: Verdict, variants: VariantSet, runs: Sequence[Run], reading: Reading) -> list[Attempt]:
    """The first tests that over-read and do nothing else wrong, each in one assertion."""
    whole_suite = any(f.kind == "over_reads" and f.test is None for f in verdict.findings)
    if verdict.status != "invalid" or whole_suite:
        return []
    correct = {variant.id for variant in variants.equivalents}
    on_correct = [run for run in runs if run.variant in correct]
    found = (_attempt(test, verdict, on_correct, reading) for test in reading.tests)
    return [attempt for attempt in found if attempt][:_MOST]


def _attempt(test: ReadTest, verdict: Verdict, runs: Sequence[Run], reading: Reading) -> Attempt | None:
    about = [f for f in verdict.findings if f.test and base_name(f.test) == test.name and f.stage != "advice"]
    if not about or any(finding.kind != "over_reads" for finding in about):
        return None
    found = {_assertion(outcome, test, reading) for run in runs for outcome in _red(run, test)}
    assertion = found.pop() if len(found) == 1 else None
    return Attempt(test, assertion, about[0].promise) if assertion else None


def _red(run: Run, test: ReadTest) -> list[Outcome]:
    return [o for o in run.outcomes if base_name(o.test) == test.name and o.outcome in RED]


def _assertion(outcome: Outcome, test: ReadTest, reading: Reading) -> ast.Assert | None:
    """The assertion of the test itself that failed, whether it was wrong or raised."""
    file, line = (_ENTRY.findall(outcome.detail) or [("", 0)])[-1]
    inside = file == test.file and test.first <= int(line) <= test.last
    return reading.assert_at(file, int(line)) if inside else None


def without_asserts(files: Mapping[str, bytes], tried: Iterable[Attempt]) -> dict[str, bytes]:
    """The suite with `pass` in the place of each of these assertions; all lines keep their numbers."""
    changed = dict(files)
    for attempt in tried:
        changed[attempt.test.file] = spliced(changed[attempt.test.file], attempt.assertion, b"pass")
    return changed


def worth_running(
    verdict: Verdict, variants: VariantSet, tried: Sequence[Attempt]
) -> tuple[list[Variant], list[Variant]]:
    """Correct apps, and the mutants that one of the tests noticed: without a line it notices no others."""
    names = {attempt.test.name for attempt in tried}
    noticed = [m.variant for m in verdict.mutants if any(base_name(test) in names for test in m.muted_by)]
    return [v for v in variants.correct if not v.blames_suite], noticed


def outcome(
    tried: Sequence[Attempt], on_correct: Sequence[Run], on_mutants: Sequence[Run]
) -> Iterator[Finding]:
    """What to say of the tests that turn valid, and catch something."""
    for attempt in tried:
        caught = sum(run.ended == "finished" and bool(_red(run, attempt.test)) for run in on_mutants)
        if caught and all(_passes(run, attempt.test) for run in on_correct):
            yield one_line_too_many(attempt.test.name, attempt.assertion.lineno, caught, attempt.promise)


def _passes(run: Run, test: ReadTest) -> bool:
    outcomes = {o.outcome for o in run.outcomes if base_name(o.test) == test.name}
    return run.ended == "finished" and outcomes == {"passed"}
