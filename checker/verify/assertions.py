"""The assertions of a suite, each with what its file would be without it. Pure.

An assertion is an ``assert``, one part of it where it can be taken apart, ``pytest.raises`` (without it: whatever is
raised is let pass), an assertion of a mock, ``raise_for_status``, and the call of a function of the suite that asserts.
A dictionary that is compared whole is one look.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checker.source import spliced

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_EXCUSE = re.compile(r"#\s*not judged:\s*(\S.*)$")
_LONGEST = 70  # characters of an assertion that are quoted


@dataclass(frozen=True)
class Assertion:
    """One assertion, or a part of one."""

    file: str
    line: int
    text: str
    """How it stands there, in one line."""
    test: str
    """The test it stands in, as ``TestClass::test_x``; empty in a helper or a fixture, which any test may use."""
    excuse: str
    """What the comment ``# not judged: …`` beside it says; empty without one."""
    without: bytes
    """The file without it."""

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return f"{self.file}, line {self.line}, `{self.text}`"


@dataclass(frozen=True)
class Table:
    """A test with cases, and the excuse that stands beside its ``parametrize``."""

    file: str
    line: int
    test: str
    excuse: str


def assertions(files: Mapping[str, bytes]) -> list[Assertion]:
    """All assertions of a suite's files, in order; those that the next statement leans on are left out."""
    asserting = {node.name for source in files.values() for node in _functions(source) if _asserts(node)}
    return [found for file, source in files.items() for found in _File(file, source, asserting).assertions()]


def tables(files: Mapping[str, bytes]) -> list[Table]:
    """All tests with cases."""
    return [table for file, source in files.items() for table in _File(file, source, set()).tables()]


class _File:
    """One file of the suite."""

    def __init__(self, file: str, source: bytes, asserting: set[str]) -> None:
        self._file = file
        self._source = source
        self._asserting = asserting
        self._excuses = _excuses(source)

    def assertions(self) -> Iterator[Assertion]:
        for test, block in _blocks(ast.parse(self._source)):
            for statement, after in zip(block, [*block[1:], None], strict=True):
                for node, instead in self._changes(statement, after):
                    yield Assertion(
                        self._file,
                        statement.lineno,
                        _one_line(node),
                        test,
                        self._excuse_at(statement, _last_line(statement)),
                        spliced(self._source, node, instead.encode()),
                    )

    def tables(self) -> Iterator[Table]:
        for name, node in _tests(ast.parse(self._source)):
            marks = [mark for mark in node.decorator_list if "parametrize" in ast.unparse(mark)]
            if marks:
                excuse = next(filter(None, (self._excuse_at(m, m.end_lineno or m.lineno) for m in marks)), "")
                yield Table(self._file, marks[0].lineno, name, excuse)

    def _excuse_at(self, node: ast.stmt | ast.expr, last: int) -> str:
        return next((self._excuses[n] for n in range(node.lineno, last + 1) if n in self._excuses), "")

    def _changes(
        self, statement: ast.stmt, after: ast.stmt | None
    ) -> Iterator[tuple[ast.stmt | ast.expr, str]]:
        """Nodes of a statement that assert something, and what stands there without the assertion."""
        if isinstance(statement, ast.Assert):
            if not _is_leaned_on(statement.test, after):
                yield statement, "pass"
            yield from ((statement, f"assert {part}") for part in _lesser(statement.test))
        elif isinstance(statement, ast.With | ast.AsyncWith):
            for item in statement.items:
                call = item.context_expr
                if item.optional_vars is None and isinstance(call, ast.Call) and _is_raises(call):
                    expected = ast.unparse(call.args[0]) if call.args else "Exception"
                    yield call, f"__import__('contextlib').suppress({expected})"
        elif isinstance(statement, ast.Expr) and self._is_assertion(statement.value):
            yield statement, "pass"

    def _is_assertion(self, value: ast.expr) -> bool:
        call = value.value if isinstance(value, ast.Await) else value
        if not isinstance(call, ast.Call):
            return False
        if isinstance(call.func, ast.Attribute):
            return call.func.attr.startswith("assert_") or call.func.attr == "raise_for_status"
        return isinstance(call.func, ast.Name) and call.func.id in self._asserting


def _blocks(tree: ast.Module) -> Iterator[tuple[str, list[ast.stmt]]]:
    """Every list of statements inside a function, with the test it belongs to."""
    names = {id(node): name for name, node in _tests(tree)}
    owners: list[ast.Module | ast.ClassDef] = [tree, *(n for n in tree.body if isinstance(n, ast.ClassDef))]
    for function in (node for owner in owners for node in owner.body if isinstance(node, _Function)):
        for inner in ast.walk(function):
            for field in ("body", "orelse", "finalbody"):
                block = getattr(inner, field, None)
                if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                    yield names.get(id(function), ""), block


def _tests(tree: ast.Module) -> Iterator[tuple[str, _Function]]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            inner = (n for n in node.body if isinstance(n, _Function) and n.name.startswith("test"))
            yield from ((f"{node.name}::{function.name}", function) for function in inner)
        elif isinstance(node, _Function) and node.name.startswith("test"):
            yield node.name, node


def _lesser(test: ast.expr) -> Iterator[str]:
    """A condition that has parts, without each of them in turn."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        for left_out in test.values:
            yield " and ".join(f"({ast.unparse(part)})" for part in test.values if part is not left_out)
    elif isinstance(test, ast.Compare) and len(test.ops) > 1:
        terms = [test.left, *test.comparators]
        pairs = [ast.Compare(a, [op], [b]) for a, op, b in zip(terms, test.ops, terms[1:], strict=False)]
        for left_out in pairs:
            yield " and ".join(ast.unparse(pair) for pair in pairs if pair is not left_out)
    elif isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq):
        yield from _shorter_tuples(test.left, test.comparators[0])


def _shorter_tuples(left: ast.expr, right: ast.expr) -> Iterator[str]:
    if isinstance(left, ast.Tuple) and isinstance(right, ast.Tuple) and len(left.elts) == len(right.elts) > 1:
        for place in range(len(left.elts)):
            pairs = [pair for n, pair in enumerate(zip(left.elts, right.elts, strict=True)) if n != place]
            yield " and ".join(f"({ast.unparse(a)}) == ({ast.unparse(b)})" for a, b in pairs)


def _is_leaned_on(test: ast.expr, after: ast.stmt | None) -> bool:
    """Whether the next statement uses the very value that is asserted, so that it would fail there."""
    value = test.left if isinstance(test, ast.Compare) else test
    if isinstance(value, ast.Call) and ast.unparse(value.func) in ("len", "isinstance", "callable"):
        value = value.args[0]
    if after is None or isinstance(value, ast.Constant) or isinstance(after, ast.Assert):
        return False
    wanted = ast.dump(value)
    return any(ast.dump(node) == wanted for node in ast.walk(after) if isinstance(node, ast.expr))


def _is_raises(call: ast.Call) -> bool:
    return ast.unparse(call.func) in ("pytest.raises", "raises")


def _functions(source: bytes) -> Iterator[_Function]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, _Function))


def _asserts(function: _Function) -> bool:
    named_as_test = function.name.startswith("test")
    return not named_as_test and any(isinstance(node, ast.Assert) for node in ast.walk(function))


def _excuses(source: bytes) -> dict[int, str]:
    """What the comments ``# not judged: why`` say, by their lines."""
    tokens = tokenize.tokenize(io.BytesIO(source).readline)
    comments = (
        (token.start[0], _EXCUSE.search(token.string)) for token in tokens if token.type == tokenize.COMMENT
    )
    return {line: match[1] for line, match in comments if match}


def _last_line(statement: ast.stmt) -> int:
    """Where a statement ends; of a block, where its first line does."""
    if isinstance(statement, ast.With | ast.AsyncWith):
        return max(item.context_expr.end_lineno or statement.lineno for item in statement.items)
    return statement.end_lineno or statement.lineno


def _one_line(node: ast.stmt | ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
