"""Tests by mutants: which test notices which bug, and how. Pure: it returns lines."""

from __future__ import annotations

from collections.abc import Iterator

from checker.judging.verdict import MutantVerdict, TestVerdict, Verdict
from checker.text import WIDTH, shortened

_HOW = {"assertion": "A", "exception": "E", "setup": "S", "teardown": "T"}
_CELL = 3  # characters of a column
_NAME = 33  # most characters of a test's name


def matrix_lines(verdict: Verdict, reveal: bool, width: int = WIDTH) -> Iterator[str]:
    """A row a test, a column a mutant, and what the columns and the letters mean."""
    name = min(_NAME, width // 2)
    beside = max((width - name - _CELL) // _CELL, 1)
    for start in range(0, len(verdict.mutants), beside):
        mutants = verdict.mutants[start : start + beside]
        yield f"  {'':<{name + 1}}" + " ".join(f"{start + index:>2}" for index in range(1, len(mutants) + 1))
        for test in verdict.tests:
            yield f"  {shortened(test.name, name):<{name + 1}}" + " ".join(
                f" {_cell(test, mutant)}" for mutant in mutants
            )
        yield ""
    for index, mutant in enumerate(verdict.mutants, 1):
        yield f"  {index:>2}  {mutant.variant.id if reveal or mutant.killed else mutant.stand_in}"
    yield ""
    yield (
        "A: by an assertion. E: by another exception. S: in set-up. T: in tear-down. "
        "-: the test is not valid; m: it notices the mutant all the same, which is muted until the test is mended."
    )


def _cell(test: TestVerdict, mutant: MutantVerdict) -> str:
    how = next((kill.how for kill in mutant.killed_by if kill.test == test.name), None)
    if how:
        return _HOW[how]
    if test.name in mutant.muted_by:
        return "m"
    return "." if test.valid else "-"
