"""Tasks and promises, read from a lesson's files without running anything."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from checker.course.lessons import Lesson
from checker.source import UNREADABLE, rows_named

TODO = "TODO"

_PROMISE_ROW = re.compile(r"^\|\s*\**(P\d+)\**\s*\|(.*)\|\s*$", re.MULTILINE)
_HEADER = re.compile(r"^\|\s*\|(.*)\|\s*$", re.MULTILINE)
_NOTHING = {"", "–", "-", "none"}


@dataclass(frozen=True)
class Task:
    """One function of the starter that a learner is to complete: a test, or a fixture."""

    name: str
    """As pytest says it: ``test_x``, or ``TestClass::test_x``."""
    promises: tuple[str, ...]
    """The rows its docstring names."""
    done: bool
    """Whether the learner's file has it without its TODO."""
    gone: bool = False
    """Whether the learner's file can be read and has no function of that name."""
    word: str = ""
    """What it is, where its name does not say that it is a test: ``fixture`` or ``helper``."""

    @property
    def is_open(self) -> bool:
        """Whether it is there, and still a TODO."""
        return not (self.done or self.gone)


def promises(readme: str, *, no_effects: bool = False) -> dict[str, str]:
    """The promise table of a README: what each numbered row says, with the names of its columns.

    With `no_effects`, that a request has no effect is said too: it is what some mutants break.
    """
    header = _HEADER.search(readme)
    names = _cells(header[1]) if header else []
    return {number: _row(names, _cells(cells), no_effects) for number, cells in _PROMISE_ROW.findall(readme)}


def promised_cells(readme: str) -> dict[str, dict[str, str]]:
    """The same table, cell by cell: of each row, what stands under each name of a column."""
    header = _HEADER.search(readme)
    names = _cells(header[1]) if header else []
    return {
        number: dict(zip(names, _cells(cells), strict=False))
        for number, cells in _PROMISE_ROW.findall(readme)
    }


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split("|")]


def _row(names: list[str], cells: list[str], no_effects: bool) -> str:
    """The cells that say something; from the third on each with its column's name, as ``status 200``."""
    named = [*["", ""], *(f"{name} " for name in names[2:])]
    told = [
        (named[i] if i < len(named) else "") + cell
        for i, cell in enumerate(cells)
        if cell not in _NOTHING or (no_effects and cell == "none" and names[i : i + 1] == ["effect"])
    ]
    return ", ".join(told)


def lesson_promises(lesson: Lesson, *, no_effects: bool = False) -> dict[str, str]:
    """The promise table of the lesson as shipped, as `promises` reads it."""
    readme = lesson.shipped / "README.md"
    return promises(readme.read_text("utf-8"), no_effects=no_effects) if readme.is_file() else {}


def lesson_cells(lesson: Lesson) -> dict[str, dict[str, str]]:
    """The same table, cell by cell."""
    readme = lesson.shipped / "README.md"
    return promised_cells(readme.read_text("utf-8")) if readme.is_file() else {}


def worked_examples(lesson: Lesson) -> set[str]:
    """The functions of the starter that are no tasks: they came written."""
    return {
        name
        for text in lesson.starter_files.values()
        for name, _, is_todo in _functions_or_none(text)
        if not is_todo
    }


def tasks(lesson: Lesson, files: Mapping[str, bytes] | None = None) -> list[Task]:
    """The lesson's tasks in file order, and which of them `files`, by default the learner's, have done."""
    theirs = _learners_files(lesson) if files is None else files
    return [
        replace(_task(name, promised, theirs.get(path, b"")), word=_word(name, text))
        for path, text in lesson.starter_files.items()
        for name, promised, is_todo in _functions_or_none(text)
        if is_todo
    ]


def todo_functions(source: str) -> list[str]:
    """The functions in `source` that are still a TODO. Raises SyntaxError."""
    return [name for name, _, is_todo in _functions(source) if is_todo]


def _learners_files(lesson: Lesson) -> dict[str, bytes]:
    """Those of the starter's names; one that cannot be read is as good as empty."""
    found = {}
    for path in lesson.starter_files:
        with contextlib.suppress(OSError):
            found[path] = (lesson.home / path).read_bytes()
    return found


def words_of_tasks(done: int, total: int, status: str) -> str:
    """How many of the starter's tasks are written; a suite may be complete without any of them."""
    if not done and status != "todo":
        return "tests of your own, and no task of the starter"
    return f"{done} of {total} written"


def _task(name: str, promised: tuple[str, ...], source: bytes) -> Task:
    try:
        found = [is_todo for other, _, is_todo in _functions(source) if other == name]
    except UNREADABLE:
        return Task(name, promised, done=False)
    return Task(name, promised, done=bool(found) and not all(found), gone=not found)


def _word(name: str, source: str) -> str:
    """What to call a function of a test file beside its name."""
    if "test" in name.casefold():
        return ""
    found = (node for node in ast.parse(source).body if getattr(node, "name", "") == name)
    decorators = [d for node in found for d in getattr(node, "decorator_list", [])]
    return "fixture" if any("fixture" in ast.unparse(decorator) for decorator in decorators) else "helper"


def _functions_or_none(source: str) -> list[tuple[str, tuple[str, ...], bool]]:
    """In a development checkout the starter is the file that somebody is typing in."""
    try:
        return list(_functions(source))
    except UNREADABLE:
        return []


def _functions(source: str | bytes) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """Each function of a test file, those in classes too: name, rows its docstring names, is it a TODO."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield _function(inner, f"{node.name}::{inner.name}")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield _function(node, node.name)


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> tuple[str, tuple[str, ...], bool]:
    named = rows_named(node)
    return name, named, any(_is_todo(inner) for inner in ast.walk(node))


def _is_todo(node: ast.AST) -> bool:
    """Whether this is ``pytest.fail("TODO…")``, however pytest was imported."""
    if not (isinstance(node, ast.Call) and node.args):
        return False
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    first = node.args[0]
    return called == "fail" and isinstance(first, ast.Constant) and str(first.value).startswith(TODO)
