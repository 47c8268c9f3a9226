"""Checks of what runs show: the starter, the solution, the mutants, hollow suites, the README's code."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator, Sequence

from checker.check import run_once
from checker.course.kills import FILE as KILLS
from checker.course.suite import Suite, own_suite
from checker.course.tasks import lesson_cells
from checker.engine.runner import run_all
from checker.judging.findings import first_line
from checker.judging.verdict import RED, Finding, MutantVerdict, Outcome, base_name
from checker.verify import Check, Subject, record
from checker.verify.clauses import clauses, named
from checker.verify.hollow import hollow_suites, statuses_only

_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_SEEDS = (1, 2, 3)
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
    """Every mutant killed, every equivalent accepted, nothing left; and once more."""
    verdict = subject.solved.verdict
    if verdict.status not in ("complete", "survivors"):
        yield f"the solution is {verdict.status}: {_first(verdict.findings)}"
    yield from (
        f"{mutant.variant.id} survives the solution. Write the test that catches it there, or drop the mutant: "
        "what no test of ours catches, nobody can be asked to"
        for mutant in verdict.mutants
        if not (mutant.killed or mutant.undecided)
    )
    yield from (
        f"the solution's {test.name} is {test.outcome}" for test in verdict.tests if test.outcome != "passed"
    )
    if verdict.status == "complete":
        yield from _otherwise_than_before(subject)


def _otherwise_than_before(subject: Subject) -> Iterator[str]:
    """What a second run on each variant says, and the first did not."""
    for mutant in subject.solved.verdict.mutants:
        again = subject.again[mutant.variant.id]
        if mutant.killed and again.ended != "finished":
            yield f"the solution, once more on {again.variant}, did not finish: {first_line(again.message)}"
        before = record.kills_of([kill.test for kill in mutant.killed_by], [mutant])
        for loss in record.lost(before, record.kills_in(again)):
            yield f"{loss} when it runs once more"
    for run in (subject.again[variant.id] for variant in subject.variants.correct):
        failed = [outcome.test for outcome in run.outcomes if outcome.outcome != "passed"]
        if failed or run.ended != "finished":
            yield f"the solution, once more on {run.variant}: {', '.join(failed) or run.message}"


def solution_is_as_recorded(subject: Subject) -> Iterator[str]:
    """Each test catches what it is recorded to."""
    path = subject.lesson.solution / KILLS
    if not path.is_file():
        if not subject.is_draft:
            yield f"{KILLS} is missing. Write it: checker verify {subject.lesson.number:02} --record"
        return
    mutants = [mutant.variant.id for mutant in subject.mutants]
    recorded = record.read(path.read_text("utf-8"))
    yield from record.compared(recorded, subject.kills, mutants, subject.lesson.number)


def solution_passes_in_any_order(subject: Subject) -> Iterator[str]:
    """Blocks of classes and modules in an order of chance."""
    for seed in _SEEDS:
        run = subject.run(subject.solution, subject.variants.reference, f"shuffled-{seed}")
        failed = [outcome.test for outcome in run.outcomes if outcome.outcome != "passed"]
        if failed or run.ended != "finished":
            yield f"the solution, shuffled with seed {seed}: {', '.join(failed) or run.message}"


def mutants_start(subject: Subject) -> Iterator[str]:
    """A mutant that cannot be imported, or does not answer, teaches nothing."""
    yield from (
        finding.text for finding in subject.solved.verdict.findings if finding.kind == "mutant_run_lost"
    )


def mutants_differ(subject: Subject) -> Iterator[str]:
    """Two mutants that make the same tests say the same are one bug in two coats, as far as the solution sees."""
    seen: dict[frozenset[tuple[str, str]], str] = {}
    for mutant in subject.mutants:
        red = (o for o in subject.again[mutant.variant.id].outcomes if o.outcome in RED)
        said = frozenset((outcome.test, outcome.message) for outcome in red)
        if said and said in seen:
            yield f"{seen[said]} and {mutant.variant.id} make the same tests fail with the same words"
        seen.setdefault(said, mutant.variant.id)


def hollow_suites_score_nothing(subject: Subject) -> Iterator[str]:
    """Suites that look at nothing catch nothing."""
    mutants = [mutant for mutant in subject.solved.verdict.mutants if _fails_elsewhere(subject, mutant)]
    tried = mutants or subject.solved.verdict.mutants[:1]
    for name, suite in hollow_suites(subject.solution):
        passed = _passing(subject, suite)
        for mutant in tried if passed else ():
            if _caught(subject, suite, mutant, passed):
                yield f"a suite {name} catches {mutant.variant.id}"


def _fails_elsewhere(subject: Subject, mutant: MutantVerdict) -> bool:
    """Whether a test of the solution fails on it outside of its own body, or by what no ``except Exception`` stops.

    Nothing else can make a hollow suite fail.
    """
    outcomes = subject.again[mutant.variant.id].outcomes
    return any(_is_elsewhere(outcome) for outcome in outcomes if outcome.outcome in RED)


def _is_elsewhere(outcome: Outcome) -> bool:
    return outcome.how in ("setup", "teardown") or outcome.message.startswith("Failed")


def statuses_are_not_enough(subject: Subject) -> Iterator[str]:
    """In every row with a body or an effect some mutant escapes the solution's looks at statuses."""
    if subject.is_draft:
        return
    rows: dict[str, list[MutantVerdict]] = {}
    for mutant in subject.mutants:
        if not _is_of_status(subject, mutant):
            rows.setdefault(mutant.variant.promise, []).append(mutant)
    excused = set(_SEEN_IN_A_STATUS.findall((subject.lesson.solution / "variants.toml").read_text("utf-8")))
    yield from (
        f"variants.toml says that {row} is seen in a status, and no mutant breaks its body or effect"
        for row in sorted(excused - rows.keys())
    )
    suite = statuses_only(subject.solution)
    passed = _passing(subject, suite)

    def escaping(row: str) -> str:
        found = (m.variant.id for m in rows[row] if not _caught(subject, suite, m, passed))
        return next(found, "")

    for row, escaped in zip(rows, run_all(subject.runner, rows, escaping), strict=True):
        if escaped and row in excused:
            yield f"variants.toml says that {row} is seen in a status, and {escaped} is not: drop the comment"
        elif not escaped and row not in excused:
            yield (
                f"{row}: the solution's status assertions alone catch every mutant of its body and effect. Write one "
                f"that escapes them, or the comment `# {row} is seen in a status: why`"
            )


def _passing(subject: Subject, suite: Suite) -> set[str]:
    run = subject.run(suite, subject.variants.reference)
    return {outcome.test for outcome in run.outcomes if outcome.outcome == "passed"}


def _caught(subject: Subject, suite: Suite, mutant: MutantVerdict, passed: set[str]) -> bool:
    """Whether one of the suite's tests, of those that have passed on the app, fails on a mutant."""
    run = subject.run(suite, mutant.variant)
    return any(o.outcome in RED and o.test in passed for o in run.outcomes)


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
    Check("the solution is complete, and is so again", solution_is_complete),
    Check("each test of the solution catches what is recorded", solution_is_as_recorded),
    Check("the solution passes in any order", solution_passes_in_any_order),
    Check("every mutant starts and answers", mutants_start),
    Check("no two mutants are one bug", mutants_differ, is_warning=True),
    Check("hollow suites score nothing", hollow_suites_score_nothing),
    Check("statuses alone miss something in every row with a body or an effect", statuses_are_not_enough),
    Check("the README's code runs", readme_code_runs),
]


def _failures(subject: Subject, before: str, code: str) -> list[str]:
    """What goes wrong with `code` below what stands `before` it in a test file: its lines, its own tests."""
    others = {path: text for path, text in subject.solution.files.items() if path.endswith("conftest.py")}
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
    suite = subject.solution
    return "\n".join(suite.files[path].decode() for path in suite.test_files) + "\n"


def _syntax_error(code: str) -> str:
    try:
        ast.parse(textwrap.dedent(code))
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}"
    return ""


def _first(findings: Sequence[Finding]) -> str:
    return first_line(findings[0].text) if findings else "no finding"
