"""Checks of what runs show: the starter, the solution, the mutants, hollow suites, the README's code."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator, Sequence

from checker.check import run_once
from checker.course.suite import Suite, own_suite, solution_suite
from checker.course.tasks import lesson_cells
from checker.judging.findings import first_line
from checker.judging.verdict import Finding, MutantVerdict, base_name
from checker.verify import Check, Subject
from checker.verify.clauses import clauses, named
from checker.verify.hollow import hollow_suites, statuses_only

_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_SEEDS = (1, 2, 3)
_TIMES = 3
_SEEN_IN_A_STATUS = re.compile(r"^# (P\d+) is seen in a status: \S", re.MULTILINE)
_BLOCK = re.compile(r"^```python *(fails|fragment)? *\n(.*?)^```", re.MULTILINE | re.DOTALL)


def starter_is_to_do(subject: Subject) -> Iterator[str]:
    """Red because of TODOs alone; what is green kills nothing."""
    verdict = subject.judge(own_suite(subject.lesson, subject.lesson.shipped)).verdict
    if verdict.status != "todo":
        yield f"the starter is {verdict.status}, and should be todo: {_first(verdict.findings)}"
    for test in verdict.tests:
        if test.outcome not in ("passed", "todo"):
            yield f"the starter's {test.name} is {test.outcome}: {first_line(test.message)}"
    for mutant in verdict.mutants:
        for kill in mutant.killed_by:
            yield f"the starter's {kill.test} kills {mutant.variant.id}"
    yield from (
        f"the starter: {finding.text}" for finding in verdict.findings if finding.stage != "reference"
    )


def solution_is_complete(subject: Subject) -> Iterator[str]:
    """Every mutant killed, every equivalent accepted, nothing left; and once more, and once more."""
    for checked in (
        subject.solved,
        *(subject.judge(solution_suite(subject.lesson)) for _ in range(_TIMES - 1)),
    ):
        verdict = checked.verdict
        if verdict.status not in ("complete", "survivors"):
            yield f"the solution is {verdict.status}: {_first(verdict.findings)}"
        yield from (
            f"{mutant.variant.id} survives the solution. Write the test that catches it there, or drop the mutant: "
            "what no test of ours catches, nobody can be asked to"
            for mutant in verdict.mutants
            if not (mutant.killed or mutant.undecided)
        )
        yield from (
            f"the solution's {test.name} is {test.outcome}"
            for test in verdict.tests
            if test.outcome != "passed"
        )


def solution_passes_in_any_order(subject: Subject) -> Iterator[str]:
    """Blocks of classes and modules in an order of chance."""
    suite = solution_suite(subject.lesson)
    for seed in _SEEDS:
        run = run_once(subject.runner, subject.lesson, suite, subject.variants.reference, f"shuffled-{seed}")
        failed = [outcome.test for outcome in run.outcomes if outcome.outcome != "passed"]
        if failed or run.ended != "finished":
            yield f"the solution, shuffled with seed {seed}: {', '.join(failed) or run.message}"


def mutants_start(subject: Subject) -> Iterator[str]:
    """A mutant that cannot be imported, or does not answer, teaches nothing."""
    yield from (
        finding.text for finding in subject.solved.verdict.findings if finding.kind == "mutant_run_lost"
    )


def mutants_differ(subject: Subject) -> Iterator[str]:
    """Two mutants of one clause that the same tests kill may be one bug in two coats."""
    seen: dict[tuple[str, str, frozenset[str]], MutantVerdict] = {}
    for mutant in subject.solved.verdict.mutants:
        by = frozenset(kill.test for kill in mutant.killed_by)
        killers = (mutant.variant.promise, mutant.variant.clause, by)
        if by and killers in seen:
            yield f"{seen[killers].variant.id} and {mutant.variant.id} break one clause, and are killed by the same tests"
        seen.setdefault(killers, mutant)


def hollow_suites_score_nothing(subject: Subject) -> Iterator[str]:
    """Suites that look at nothing score nothing; statuses alone miss something in every row with a body or an effect."""
    solution = solution_suite(subject.lesson)
    for name, suite in hollow_suites(solution):
        verdict = subject.judge(suite).verdict
        if verdict.score > 0:
            yield f"a suite {name} scores {verdict.score:.2f}"
    if subject.is_draft:
        return
    statuses = subject.judge(statuses_only(solution)).verdict
    escaping = {mutant.variant.promise for mutant in statuses.mutants if not mutant.killed}
    beyond = [m.variant.promise for m in statuses.mutants if not _is_of_status(subject, m)]
    seen = _SEEN_IN_A_STATUS.findall((subject.lesson.solution / "variants.toml").read_text("utf-8"))
    for row in dict.fromkeys(beyond):
        if row not in escaping and row not in seen:
            yield (
                f"{row}: the solution's status assertions alone catch every mutant of its body and effect. Write one that "
                f"escapes them, or the comment `# {row} is seen in a status: why`"
            )


def _is_of_status(subject: Subject, mutant: MutantVerdict) -> bool:
    """Whether what a mutant breaks is a status."""
    found = named(clauses(lesson_cells(subject.lesson)), mutant.variant.promise, mutant.variant.clause)
    return all(clause.column in ("status", "answer") for clause in found)


def readme_code_runs(subject: Subject) -> Iterator[str]:
    """The README's ```python blocks run, one after the other, below the solution, whose fixtures they use.

    A block marked ``fails`` must, one marked ``fragment`` must parse.
    """
    before = _solution_text(subject)
    for number, (kind, code) in enumerate(_BLOCK.findall(subject.readme), 1):
        if kind == "fragment":
            if error := _syntax_error(code):
                yield f"README.md, code block {number}: {error}"
            continue
        failed = _failures(subject, before, code)
        if kind == "fails" and not failed:
            yield f"README.md, code block {number} is said to fail, and passes"
        elif kind != "fails":
            yield from (f"README.md, code block {number}: {text}" for text in failed)
            before += "" if failed else code + "\n"


CHECKS = [
    Check("the starter is red because of TODOs alone, and kills nothing", starter_is_to_do),
    Check("the solution is complete, three times over", solution_is_complete),
    Check("the solution passes in any order", solution_passes_in_any_order),
    Check("every mutant starts and answers", mutants_start),
    Check("no two mutants are one bug", mutants_differ, is_warning=True),
    Check("hollow suites score nothing", hollow_suites_score_nothing),
    Check("the README's code runs", readme_code_runs),
]


def _failures(subject: Subject, before: str, code: str) -> list[str]:
    """What goes wrong with `code` below what stands `before` it in a test file: its lines, its own tests."""
    others = {
        path: text
        for path, text in solution_suite(subject.lesson).files.items()
        if path.endswith("conftest.py")
    }
    suite = Suite({**others, "test_readme.py": (before + code).encode()}, is_own=False)
    run = run_once(subject.runner, subject.lesson, suite, subject.variants.reference, "file", strict=False)
    if run.ended != "finished":
        return [run.message.strip().splitlines()[-1] if run.message.strip() else run.ended]
    return [
        f"{o.test}: {first_line(o.message)}"
        for o in run.outcomes
        if o.outcome != "passed" and _is_defined(o.test, code)
    ]


def _is_defined(test: str, code: str) -> bool:
    name = base_name(test).partition("::")[0]
    return any(isinstance(node, _DEFINITIONS) and node.name == name for node in ast.parse(code).body)


def _solution_text(subject: Subject) -> str:
    suite = solution_suite(subject.lesson)
    return "\n".join(suite.files[path].decode() for path in suite.test_files) + "\n"


def _syntax_error(code: str) -> str:
    try:
        ast.parse(textwrap.dedent(code))
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}"
    return ""


def _first(findings: Sequence[Finding]) -> str:
    return first_line(findings[0].text) if findings else "no finding"
