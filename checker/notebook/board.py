"""What a notebook says of a cell's tests: first of them alone, then of the lesson they would be part of. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from checker.check import Checked
from checker.judging.verdict import Finding, TestVerdict, base_name
from checker.showing import report
from checker.text import bullets, count, folded, joined, quoted

RIGHT, WRONG, OPEN = report.DONE, report.TO_DO, report.LATER


@dataclass(frozen=True)
class TestRow:
    """One test of the cell: a mark, a word for the mark, and what there is to say."""

    __test__ = False

    mark: str
    word: str
    test: str
    text: str


@dataclass(frozen=True)
class Board:
    """A cell's verdict, in the parts in which it is shown. `checked` is None for a cell that was not attempted."""

    tests: tuple[str, ...]
    """The tests that are judged, without the cases of a parametrised one."""
    own: bool = True
    """Whether they are the cell's; if not, it has none, and these are the tests that use what it defines."""
    to_do: tuple[str, ...] = ()
    """The functions of the cell that still say TODO."""
    checked: Checked | None = None
    defines: tuple[str, ...] = ()
    """The names that the cell gives a meaning to."""

    @cached_property
    def rows(self) -> list[TestRow]:
        """A row for each test of the cell that the verdict knows."""
        return [self._row(test) for test in self._verdicts]

    @property
    def mark(self) -> str:
        """The mark of the whole cell."""
        marks = [row.mark for row in self.rows]
        if self.checked is None or OPEN in marks:
            return OPEN
        if WRONG in marks or not marks or self._leaks:
            return WRONG
        return RIGHT if self._caught(self.rows) or not self.own else OPEN

    @property
    def headline(self) -> str:
        """The verdict on the cell, in a sentence. It begins with ``Not attempted``, ``Begun``, ``Wrong``, …"""
        if self.checked is None:
            return f"Not attempted: {', '.join(self.to_do)} still {'says' if len(self.to_do) == 1 else 'say'} TODO."
        if not self.rows:
            return "Wrong: no test of this cell ran."
        if waiting := self._number("to do"):
            return f"Begun: {waiting} of {count(len(self.rows), 'test')} still to write."
        if waiting := self._number("waits"):
            return (
                f"Waiting: {waiting} of {count(len(self.rows), 'test')} for a fixture that is still a TODO."
            )
        if red := self._number("fails"):
            return f"Wrong: {count(red, 'test')} red on the app, and the app is right."
        if idle := self._number("proves nothing"):
            return f"Wrong: {count(idle, 'test')} skipped, or allowed to fail."
        if invalid := self._number("not valid"):
            return f"Not valid yet: {count(invalid, 'test')} green here and red elsewhere."
        if self._leaks:
            return "Not tidy yet: the tests pass, and something is not left as it was."
        if not self.own:
            return "Right: every test that uses it is valid."
        caught = self._caught(self.rows)
        if not caught:
            return "Valid, and blind: no mutant is caught."
        return f"Right: valid, and {caught} of {count(len(self.checked.verdict.mutants), 'mutant')} caught."

    @property
    def particulars(self) -> list[str]:
        """What to know in order to mend the tests; where there is nothing to mend, the mutants by area."""
        if self.checked is None:
            return []
        if self.checked.verdict.status != "todo":
            return list(report.details(self.checked))
        told = [line for finding in self._findings for line in self._told(finding)]
        told += bullets(report.leak(finding) for finding in self._leaks)
        advice = [finding.text for finding in self._advice]
        return joined(
            told or report.areas(self.checked), ["Worth a look:", *bullets(advice)] if advice else []
        )

    @property
    def stages(self) -> list[tuple[str, str, str]]:
        """The lesson's stages as far as they are reached: mark, name, text."""
        lines = (line.split(maxsplit=2) for line in (report.stages(self.checked) if self.checked else ()))
        return [(mark, name, text) for mark, name, text in lines if mark != report.LATER]

    @property
    def next_step(self) -> str:
        """What to do now."""
        if self.checked is None:
            return "Replace pytest.fail(…) by what it asks for, and run the cell again."
        if self._number("to do"):
            return "Write the rest, then run the cell again."
        if self._number("waits"):
            return "Write that fixture in this cell too, then run the cell again."
        if self.mark == WRONG:
            return "Mend that, then run the cell again."
        if self.mark == OPEN:
            return "Let it look at more, then run the cell again."
        return f"To keep this cell, copy it to your test file. {report.next_step(self.checked)}"

    @property
    def about(self) -> str:
        """What the rows are about."""
        return "This cell's tests" if self.own else "The written tests that use this cell"

    @property
    def lesson(self) -> str:
        """What the stages are about."""
        if self.checked is None:
            return ""
        return f"Lesson {self.checked.lesson.number:02}, with this cell in place of what your file has"

    def lines(self) -> list[str]:
        """The board as plain text."""
        rows = [f"  {row.mark} {row.test}: {row.text}" for row in self.rows]
        stages = [f"  {mark} {name:<9} {text}" for mark, name, text in self.stages]
        lines = joined(
            [self.headline],
            [f"{self.about}:", *rows] if rows else [],
            self.particulars,
            [f"{self.lesson}:", *stages] if stages else [],
            [self.next_step],
        )
        return list(folded(lines))

    # -- the cell's share of the verdict

    @cached_property
    def _verdicts(self) -> list[TestVerdict]:
        every = self.checked.verdict.tests if self.checked else ()
        return [test for test in every if _is_one_of(test.name, self.tests)]

    @cached_property
    def _about_mine(self) -> list[Finding]:
        every = self.checked.verdict.findings if self.checked else ()
        return [finding for finding in every if _is_one_of(finding.test or "", self.tests)]

    @property
    def _findings(self) -> list[Finding]:
        return [finding for finding in self._about_mine if finding.stage != "advice"]

    @cached_property
    def _leaks(self) -> list[Finding]:
        """What is left behind by something that the cell defines."""
        every = self.checked.verdict.findings if self.checked else ()
        names = re.compile(rf"\b({'|'.join(map(re.escape, (*self.defines, *self.tests)))})\b")
        return [finding for finding in every if finding.stage == "leak" and names.search(finding.text)]

    @property
    def _advice(self) -> list[Finding]:
        return [finding for finding in self._about_mine if finding.stage == "advice"]

    def _row(self, test: TestVerdict) -> TestRow:
        if test.outcome == "todo":
            if self.own and base_name(test.name) not in self.to_do:
                return TestRow(OPEN, "waits", test.name, "waits for a fixture that is still a TODO")
            return TestRow(OPEN, "to do", test.name, "still says TODO")
        if test.outcome != "passed":
            if test.outcome in ("skipped", "xfailed"):
                return TestRow(WRONG, "proves nothing", test.name, f"is {test.outcome}, and proves nothing")
            how = "" if test.outcome in ("failed", "error") else f" ({test.outcome})"
            return TestRow(WRONG, "fails", test.name, f"fails on the app{how}")
        if not test.valid:
            return TestRow(WRONG, "not valid", test.name, "passes on the app, and is not valid")
        row = TestRow(RIGHT, "valid", test.name, "valid, catches ")
        return replace(row, text=row.text + count(self._caught([row]), "mutant"))

    def _caught(self, rows: Sequence[TestRow]) -> int:
        """How many mutants one of these tests kills."""
        every, tests = self.checked.verdict.mutants if self.checked else (), {row.test for row in rows}
        return sum(any(kill.test in tests for kill in mutant.killed_by) for mutant in every)

    def _number(self, word: str) -> int:
        return sum(row.word == word for row in self.rows)

    def _told(self, finding: Finding) -> Sequence[str]:
        detail = next((test.detail for test in self._verdicts if test.name == finding.test), "")
        return [*bullets([finding.text]), *(quoted(detail) if finding.stage == "reference" else [])]


def _is_one_of(test: str, names: Sequence[str]) -> bool:
    """Whether a verdict's test, with its file where there are several and its case, is one of these."""
    first, _, rest = base_name(test).partition("::")
    return (rest if first.endswith(".py") else f"{first}::{rest}".removesuffix("::")) in names
