"""The page of one learner's suites, for whoever marks them: the source, each test beside what came of it. Pure.

It names mutants, so it is no page for learners. Whatever comes from a learner is text in it, shown as it is but for what
no reader would see.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from checker.grading.model import Bug, LessonSheet, Unit
from checker.grading.report.cells import KILLS, is_judged, rows_of_tests
from checker.grading.report.feedback_words import invalid_because
from checker.grading.report.marks import MarkView, points_text
from checker.grading.report.words import STAGES, STATUSES
from checker.grading.safely import clean, code_line, one_line
from checker.judging.verdict import base_name
from checker.source import UNREADABLE, first_line, is_test_file

_LINE_END = re.compile(r"\r\n|\r|\n")  # as Python counts lines, and nothing else that ends one on a page
_MOST_LINES = 3_000  # of a file that are shown
_HOW = {"A": "", "E": " (by an exception)", "S": " (in set-up)", "T": " (in tear-down)"}

Texts = Mapping[str, str]
"""A suite's files: each one's text by its path."""


@dataclass(frozen=True)
class Told:
    """What came of a test; of a parametrized one, of all its cases."""

    state: str
    """``valid``, ``part`` where only some cases are, or ``invalid``."""
    text: str
    reasons: tuple[str, ...]
    """Why it does not count, or what it said."""
    kills: tuple[str, ...]
    """The mutants that it notices, by id."""


@dataclass(frozen=True)
class Block:
    """Lines in a row: a test with what came of it, or what lies between tests."""

    told: Told | None
    lines: tuple[tuple[int, str], ...]
    """Numbers and texts."""


@dataclass(frozen=True)
class SourceFile:
    """One file of a suite."""

    path: str
    blocks: tuple[Block, ...]
    left_out: int
    """Lines at its end that are not shown."""


@dataclass(frozen=True)
class LessonSuite:
    """One lesson's suite beside its verdict."""

    number: str
    title: str
    status: str
    mark: str
    because: tuple[str, ...]
    caught: str
    found: tuple[str, ...]
    """What is said of no single test."""
    files: tuple[SourceFile, ...]
    elsewhere: tuple[tuple[str, Told], ...]
    """Tests that no function in the files stands for: made while Python ran."""
    escaped: tuple[Bug, ...]


@dataclass(frozen=True)
class _Case:
    """One test of the verdict, and the mutants that it notices."""

    test: Mapping[str, Any]
    about: Sequence[Mapping[str, Any]]
    """The findings about it."""
    kills: tuple[str, ...]


def lesson_suite(unit: Unit, sheet: LessonSheet, files: Texts, mark: MarkView | None) -> LessonSuite:
    """The suite of `files`, in the order of their paths, beside its verdict."""
    told = {function: _told(cases) for function, cases in _by_function(unit, sheet.bugs).items()}
    several = sum(map(is_test_file, files)) > 1
    shown, placed = [], set()
    for path, text in sorted(files.items()):
        prefix = f"{path}::" if several else ""
        file, found = _file(path, text, told if is_test_file(path) else {}, prefix)
        shown.append(file)
        placed |= found
    killed = {mutant["id"] for mutant in unit.document.get("mutants", ()) if mutant["killed"]}
    escaped = [bug for bug in sheet.bugs if bug.id not in killed] if is_judged(unit) else []
    caught = (
        f"{len(sheet.bugs) - len(escaped)} of {len(sheet.bugs)} mutants caught" if is_judged(unit) else ""
    )
    return LessonSuite(
        sheet.name[:2],
        one_line(sheet.title),
        STATUSES[unit.status],
        points_text(mark),
        tuple(map(one_line, mark.reasons)) if mark else (),
        caught,
        tuple(_of_no_test(unit)),
        tuple(shown),
        tuple((one_line(name), what) for name, what in told.items() if name not in placed),
        tuple(escaped),
    )


def _of_no_test(unit: Unit) -> Iterator[str]:
    for finding in unit.document.get("findings", ()):
        if finding["test"] is None:
            yield f"{STAGES.get(finding['stage'], finding['stage'])}: {clean(finding['text'])}"


def _by_function(unit: Unit, bugs: Sequence[Bug]) -> dict[str, list[_Case]]:
    """The tests of each function, by its name as the verdict has it: a parametrized one has several."""
    found: dict[str, list[_Case]] = {}
    # Looked up by test, not searched for: a suite may have hundreds of tests.
    about: dict[str, list[Mapping[str, Any]]] = {}
    for finding in unit.document.get("findings", ()):
        about.setdefault(finding["test"], []).append(finding)
    for test, row in rows_of_tests(unit, bugs):
        kills = tuple(f"{bug.id}{_HOW[sign]}" for bug, sign in zip(bugs, row, strict=True) if sign in KILLS)
        found.setdefault(base_name(test["name"]), []).append(_Case(test, about.get(test["name"], ()), kills))
    return found


def _told(cases: Sequence[_Case]) -> Told:
    valid = sum(bool(case.test["valid"]) for case in cases)
    kills = dict.fromkeys(kill for case in cases for kill in case.kills)
    reasons = dict.fromkeys(reason for case in cases for reason in _reasons(case))
    state = "valid" if valid == len(cases) else "part" if valid else "invalid"
    words = {"valid": "valid", "invalid": "not valid"}.get(state, f"{valid} of {len(cases)} cases valid")
    several = f", {len(cases)} cases" if len(cases) > 1 and state != "part" else ""
    return Told(state, words + several, tuple(reasons), tuple(map(one_line, kills)))


def _reasons(case: _Case) -> Iterator[str]:
    if not case.test["valid"] and not case.about:
        yield from invalid_because(case.test, case.about)
    for finding in case.about:
        yield clean(finding["text"])


# -- the source


def _file(path: str, text: str, told: Mapping[str, Told], prefix: str) -> tuple[SourceFile, set[str]]:
    """The file, and the names of the tests that have their place in it."""
    lines = [code_line(line) for line in _LINE_END.split(text.removesuffix("\n"))]
    shown = lines[:_MOST_LINES]
    blocks, at, placed = [], 0, set()
    for name, first, last in _functions(text):
        if (what := told.get(prefix + name)) and at < first <= len(shown):
            blocks += _block(None, shown, at, first - 1)
            blocks += _block(what, shown, first - 1, last)
            at = last
            placed.add(prefix + name)
    blocks += _block(None, shown, at, len(shown))
    return SourceFile(one_line(path), tuple(blocks), len(lines) - len(shown)), placed


def _block(told: Told | None, lines: Sequence[str], start: int, end: int) -> list[Block]:
    """One, of the lines from `start` up to `end`, counted from 0; none where there are none."""
    numbered = tuple(enumerate(lines[start:end], start + 1))
    return [Block(told, numbered)] if numbered else []


def _functions(text: str) -> list[tuple[str, int, int]]:
    """Name, first and last line of each function that may be a test, as pytest names them, in the order of lines.

    Of several of one name it is the last: the others never run.
    """
    try:
        tree = ast.parse(text)
    except UNREADABLE:
        return []
    latest = {name: (name, first, last) for name, first, last in _below(tree.body, "")}
    return sorted(latest.values(), key=lambda found: found[1])


def _below(body: Iterable[ast.stmt], prefix: str) -> Iterator[tuple[str, int, int]]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{prefix}{node.name}", first_line(node), node.end_lineno or node.lineno
        if isinstance(node, ast.ClassDef):
            yield from _below(node.body, f"{prefix}{node.name}::")
