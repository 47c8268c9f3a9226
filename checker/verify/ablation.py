"""Whether every assertion of a solution is needed: taken away, its own test must catch less, or understand less.

An assertion *earns its place* if without it its test loses a mutant, or fails there by a crash and no longer by an
assertion. A case of a ``parametrize`` table earns it by catching any mutant.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from checker.check import run_once
from checker.course.suite import Suite, solution_suite
from checker.course.tasks import worked_examples
from checker.engine.runner import run_all
from checker.judging.verdict import RED, MutantVerdict, base_name
from checker.verify import Check, Subject
from checker.verify.assertions import Assertion, assertions, tables


def every_assertion_is_needed(subject: Subject) -> Iterator[str]:
    """Without an assertion, its test must lose something; an excuse must be needed."""
    judged = _judged(subject)
    if subject.is_draft:
        return
    for found, earns in zip(judged, run_all(subject.runner, judged, partial(_earns, subject)), strict=True):
        if not earns and not found.excuse:
            yield (
                f"{found.place} earns nothing: without it {found.test or 'the suite'} catches the same mutants. Write "
                "the mutant that it is there for, or the comment `# not judged: why`"
            )
        if earns and found.excuse and "assert" in found.text and not _has_parts(found, judged):
            yield f"{found.place} is excused, and earns its place: drop the comment"


def every_case_is_needed(subject: Subject) -> Iterator[str]:
    """A case that catches nothing is a case for nothing."""
    if subject.is_draft:
        return
    examples = worked_examples(subject.lesson)
    catching = {kill.test for mutant in subject.solved.verdict.mutants for kill in mutant.killed_by}
    for table in (table for table in tables(_test_files(subject)) if table.test not in examples):
        cases = [t.name for t in subject.solved.verdict.tests if base_name(_bare(t.name)) == table.test]
        idle = [case for case in cases if case not in catching]
        if not table.excuse:
            yield from (
                f"{table.file}, line {table.line}: the case {case} catches no mutant" for case in idle
            )
        elif not idle:
            yield f"{table.file}, line {table.line}: the table of {table.test} is excused, and every case catches a mutant"


def excuses_are_told(subject: Subject) -> Iterator[str]:
    """What the solution asserts and no mutant asks for, with the reasons given."""
    found = [(a.place, a.excuse) for a in _judged(subject)]
    found += [
        (f"{t.file}, line {t.line}, the table of {t.test}", t.excuse) for t in tables(_test_files(subject))
    ]
    yield from (f"{place}: {excuse}" for place, excuse in dict(found).items() if excuse)


CHECKS = [
    Check("every assertion of the solution is needed", every_assertion_is_needed),
    Check("every case of the solution catches a mutant", every_case_is_needed),
    Check("assertions that are excused", excuses_are_told, is_warning=True),
]


def _judged(subject: Subject) -> list[Assertion]:
    """The assertions that are asked about: a worked example may look at what it likes."""
    examples = worked_examples(subject.lesson)
    return [
        found for found in assertions(_test_files(subject)) if not found.test or found.test not in examples
    ]


def _test_files(subject: Subject) -> dict[str, bytes]:
    return {path: text for path, text in solution_suite(subject.lesson).files.items() if path.endswith(".py")}


def _has_parts(found: Assertion, judged: list[Assertion]) -> bool:
    """Whether a part of the same statement is what the comment may be about."""
    return sum((other.file, other.line) == (found.file, found.line) for other in judged) > 1


def _earns(subject: Subject, found: Assertion) -> bool:
    """Whether anything that its test catches is lost without it; the first mutant that is ends the search."""
    suite = solution_suite(subject.lesson)
    ablated = Suite({**suite.files, found.file: found.without}, is_own=False)
    tests = [test.name for test in subject.solved.verdict.tests]
    others = tuple(test for test in tests if found.test and base_name(_bare(test)) != found.test)
    return any(
        _loses(subject, ablated, mutant, others)
        for mutant in subject.solved.verdict.mutants
        if any(kill.test not in others for kill in mutant.killed_by)
    )


def _loses(subject: Subject, ablated: Suite, mutant: MutantVerdict, others: tuple[str, ...]) -> bool:
    before = {kill.how for kill in mutant.killed_by if kill.test not in others}
    run = run_once(subject.runner, subject.lesson, ablated, mutant.variant, without=others)
    after = {outcome.how for outcome in run.outcomes if outcome.outcome in RED}
    return not after or ("assertion" in before and "assertion" not in after)


def _bare(test: str) -> str:
    """A test's name without its file, where a suite has several."""
    name = test.partition("[")[0]
    return test[name.index("::") + 2 :] if ".py::" in name else test
