"""Whether every assertion of a solution is needed: taken away, its own test must catch less, or understand less.

An assertion *earns its place* if without it its test loses a mutant, or fails there by a crash and no longer by an
assertion. A case of a ``parametrize`` table earns it by catching any mutant. With and without are compared in runs of
the whole file, which differ in nothing but the assertion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from checker.course.suite import Suite
from checker.course.tasks import worked_examples
from checker.engine.runner import run_all
from checker.engine.variant import Variant
from checker.judging.findings import first_line
from checker.judging.verdict import RED, Run, base_name
from checker.verify import Check, Subject
from checker.verify.assertions import Assertion, Excuse, assertions, excuses, tables
from checker.verify.record import kills_in, lost


@dataclass(frozen=True)
class _Judged:
    """One assertion, and what the runs without it showed."""

    found: Assertion
    earns: bool
    unfinished: str = ""
    """Why a run without it did not finish, where none that finished has lost something."""


def every_assertion_is_needed(subject: Subject) -> Iterator[str]:
    """Without an assertion, its test must lose something; an excuse must be needed."""
    if subject.is_draft:
        return
    candidates = _candidates(subject)
    judged = list(run_all(subject.runner, candidates, partial(_judged, subject)))
    for one in judged:
        place, test = one.found.place, one.found.test or "the suite"
        if one.unfinished and not one.found.excuse:
            yield (
                f"{place} cannot be judged: without it a run did not finish: {one.unfinished}. Mend the test so "
                "that it ends without this line, or write the comment `# not judged: why`"
            )
        elif not one.earns and not one.found.excuse:
            yield (
                f"{place} earns nothing: without it {test} catches the same mutants. Write "
                "the mutant that it is there for, or the comment `# not judged: why`"
            )
    yield from _idle_excuses(subject, judged)


def every_case_is_needed(subject: Subject) -> Iterator[str]:
    """A case that catches nothing is a case for nothing."""
    if subject.is_draft:
        return
    examples = worked_examples(subject.lesson)
    for table in (table for table in tables(subject.solution.files) if table.test not in examples):
        cases = [test for test in subject.tests if _function(test) == table.test]
        idle = [case for case in cases if not subject.kills[case]]
        place = f"{table.file}, line {table.line}"
        if not table.excuse:
            yield from (f"{place}: the case {case} catches no mutant" for case in idle)
        elif not idle:
            yield f"{place}: the table of {table.test} is excused, and every case catches a mutant"


def excuses_are_told(subject: Subject) -> Iterator[str]:
    """What the solution asserts and no mutant asks for, with the reasons given."""
    found = [(a.place, a.excuse) for a in _candidates(subject)]
    found += [
        (f"{t.file}, line {t.line}, the table of {t.test}", t.excuse) for t in tables(subject.solution.files)
    ]
    yield from (f"{place}: {excuse.why}" for place, excuse in found if excuse)


CHECKS = [
    Check("every assertion of the solution is needed", every_assertion_is_needed),
    Check("every case of the solution catches a mutant", every_case_is_needed),
    Check("assertions that are excused", excuses_are_told, is_warning=True),
]


def _candidates(subject: Subject) -> list[Assertion]:
    """The assertions that are asked about: a worked example may look at what it likes."""
    examples = worked_examples(subject.lesson)
    return [
        found for found in assertions(subject.solution.files) if not found.test or found.test not in examples
    ]


def _idle_excuses(subject: Subject, judged: list[_Judged]) -> Iterator[str]:
    """Comments beside nothing that is judged, and those beside what earns its place in all its parts."""
    earning: dict[Excuse, list[bool]] = {}
    for one in judged:
        if one.found.excuse:
            earning.setdefault(one.found.excuse, []).append(one.earns)
    of_tables = {table.excuse for table in tables(subject.solution.files)}
    for excuse in excuses(subject.solution.files):
        if excuse not in earning and excuse not in of_tables:
            yield f"{excuse.file}, line {excuse.line} excuses nothing: no assertion that is judged stands there"
        elif all(earning.get(excuse, [False])):
            yield f"{excuse.file}, line {excuse.line} is excused, and earns its place: drop the comment"


def _judged(subject: Subject, found: Assertion) -> _Judged:
    """Whether anything that its test catches is lost without it; the first mutant that is ends the search."""
    ablated = without(subject, found)
    unfinished = ""
    for mutant in most_telling_first(subject, found):
        run = subject.run(ablated, mutant)
        if run.ended != "finished":
            unfinished = f"{mutant.id}: {first_line(run.message)}"
        elif any(lost(kills_in(_own(subject, mutant, found)), kills_in(run))):
            return _Judged(found, earns=True)
    return _Judged(found, earns=False, unfinished=unfinished)


def without(subject: Subject, found: Assertion) -> Suite:
    """The solution without one of its assertions."""
    return Suite({**subject.solution.files, found.file: found.without}, is_own=False)


def most_telling_first(subject: Subject, found: Assertion) -> list[Variant]:
    """The mutants that its test catches, those first that it stumbles over in that very place."""
    caught = [m for m in subject.shipped_variants.mutants if _own(subject, m, found).outcomes]
    return sorted(caught, key=lambda mutant: not _stumbles(_own(subject, mutant, found), found))


def _own(subject: Subject, mutant: Variant, found: Assertion) -> Run:
    """The solution's run on a mutant, of its outcomes the failures of the assertion's own test alone."""
    run = subject.again[mutant.id]
    mine = (o for o in run.outcomes if o.outcome in RED and found.test in ("", _function(o.test)))
    return replace(run, outcomes=tuple(mine))


def _stumbles(run: Run, found: Assertion) -> bool:
    lines = range(found.line, found.last_line + 1)
    places = (re.findall(rf"^{re.escape(found.file)}:(\d+): ", o.detail, re.MULTILINE) for o in run.outcomes)
    return any(int(line) in lines for found_lines in places for line in found_lines)


def _function(test: str) -> str:
    """A test's name without its case and, where a suite has several, without its file."""
    name = base_name(test)
    return name[name.index("::") + 2 :] if ".py::" in name else name
