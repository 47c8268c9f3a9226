"""The assertions of a suite, each with what its file would be without it. Pure.

An assertion is an ``assert``, one part of it where it can be taken apart, ``pytest.raises`` (without it: whatever is
raised is let pass), an assertion of a mock, ``raise_for_status``, and the call of a function of the suite that asserts
(without it: a copy is called that does not).
"""

from __future__ import annotations

import ast
import copy
import io
import re
import textwrap
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from checker.source import spliced

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_With = ast.With | ast.AsyncWith
_EXCUSE = re.compile(r"#\s*not judged:\s*(\S.*)$")
_LONGEST = 70  # characters of an assertion that are quoted
_QUIET = "__quiet"  # ends the name of a copy that does not assert

_LET_PASS = """

class LetPass:
    def __init__(self, *expected, **_):
        self.expected = expected or Exception

    def __enter__(self):
        return self

    def __exit__(self, kind, value, tb):
        self.type, self.value, self.tb = kind, value, tb
        return kind is not None and issubclass(kind, self.expected)
"""
"""What ``raises(…) as error`` becomes: it knows what was raised, and asks for nothing."""


@dataclass(frozen=True)
class Excuse:
    """A comment ``# not judged: why``."""

    file: str
    line: int
    why: str


@dataclass(frozen=True)
class Assertion:
    """One assertion, or a part of one."""

    file: str
    line: int
    last_line: int
    text: str
    """How it stands there, in one line."""
    test: str
    """The test it stands in, as ``TestClass::test_x``; empty in a helper or a fixture, which any test may use."""
    excuse: Excuse | None
    """The comment beside it."""
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
    excuse: Excuse | None


def assertions(files: Mapping[str, bytes]) -> list[Assertion]:
    """All assertions of a suite's files, in order."""
    trees = {file: ast.parse(source) for file, source in files.items()}
    asserting = asserting_functions(trees.values())
    return [
        found
        for file, source in files.items()
        for found in _File(file, source, trees[file], asserting).assertions()
    ]


def tables(files: Mapping[str, bytes]) -> list[Table]:
    """All tests with cases."""
    return [
        table
        for file, source in files.items()
        for table in _File(file, source, ast.parse(source), set()).tables()
    ]


def excuses(files: Mapping[str, bytes]) -> list[Excuse]:
    """All excuses, whatever they stand beside."""
    return [excuse for file, source in files.items() for excuse in _excuses(file, source).values()]


def asserting_functions(trees: Iterable[ast.Module]) -> set[str]:
    """The names of functions and methods that assert, themselves or by others that do; tests and fixtures aside."""
    helpers = [node for tree in trees for node in ast.walk(tree) if _is_helper(node)]
    found: set[str] = set()
    while more := {h.name for h in helpers if h.name not in found and _asserts(h, found)}:
        found |= more
    return found


class _File:
    """One file of the suite."""

    def __init__(self, file: str, source: bytes, tree: ast.Module, asserting: set[str]) -> None:
        self._file = file
        self._source = source
        self._tree = tree
        self._asserting = asserting
        self._excuses = _excuses(file, source)
        self._copied = {node.name for node in ast.walk(tree) if _is_helper(node) and node.name in asserting}

    def assertions(self) -> Iterator[Assertion]:
        for test, statement in _statements(self._tree):
            last = _last_line(statement)
            for node, without in self._changes(statement):
                excuse = self._excuse_in(statement.lineno, last)
                yield Assertion(self._file, statement.lineno, last, _one_line(node), test, excuse, without)

    def tables(self) -> Iterator[Table]:
        for name, node in _tests(self._tree):
            marks = [mark for mark in node.decorator_list if "parametrize" in ast.unparse(mark)]
            if marks:
                excuse = self._excuse_in(marks[0].lineno, marks[-1].end_lineno or marks[-1].lineno)
                yield Table(self._file, marks[0].lineno, name, excuse)

    def _excuse_in(self, first: int, last: int) -> Excuse | None:
        return next((self._excuses[n] for n in range(first, last + 1) if n in self._excuses), None)

    def _changes(self, statement: ast.stmt) -> Iterator[tuple[ast.stmt | ast.expr, bytes]]:
        """What a statement asserts, and the file without it."""
        if isinstance(statement, ast.Assert):
            yield statement, self._with("pass", statement)
            for part in lesser(statement.test):
                yield statement, self._with(f"assert {part}", statement)
        elif isinstance(statement, _With):
            for item in statement.items:
                yield from self._changes_of_raises(item)
        elif isinstance(statement, ast.Expr) and is_library_assertion(statement.value):
            yield statement, self._with("pass", statement)
        if not isinstance(statement, _With | _Function | ast.Assert):
            for call in _calls(statement):
                yield from self._changes_of_call(call)

    def _changes_of_raises(self, item: ast.withitem) -> Iterator[tuple[ast.expr, bytes]]:
        call = item.context_expr
        if isinstance(call, ast.Call) and is_raises(call):
            yield call, self._with(let_pass(item), call) + (_LET_PASS.encode() if item.optional_vars else b"")
            if matched := [word for word in call.keywords if word.arg in ("match", "check")]:
                plain = ast.Call(call.func, call.args, [w for w in call.keywords if w not in matched])
                yield call, self._with(ast.unparse(plain), call)

    def _changes_of_call(self, call: ast.Call) -> Iterator[tuple[ast.expr, bytes]]:
        name = _called(call)
        if name in self._copied:
            yield (
                call,
                _with_copies(self._with(f"{ast.unparse(call.func)}{_QUIET}", call.func), self._asserting),
            )

    def _with(self, text: str, instead_of: ast.stmt | ast.expr) -> bytes:
        return spliced(self._source, instead_of, text.encode())


def lesser(test: ast.expr) -> Iterator[str]:
    """A condition that has parts, without each of them in turn."""
    parts = conjuncts(test)
    for left_out in parts if len(parts) > 1 else ():
        yield " and ".join(f"({ast.unparse(part)})" for part in parts if part is not left_out)


def conjuncts(test: ast.expr) -> list[ast.expr]:
    """The parts of a condition that must all be true: of ``and``, a chain, tuples or dictionaries side by side."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return test.values
    if isinstance(test, ast.Compare) and len(test.ops) > 1:
        terms = [test.left, *test.comparators]
        return [ast.Compare(a, [op], [b]) for a, op, b in zip(terms, test.ops, terms[1:], strict=False)]
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq):
        pairs = _side_by_side(test.left, test.comparators[0])
        return [ast.Compare(a, [ast.Eq()], [b]) for a, b in pairs] or [test]
    return [test]


def _side_by_side(left: ast.expr, right: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """What is compared with what, where two tuples, lists or dictionaries are written out."""
    if isinstance(left, ast.Tuple | ast.List) and isinstance(right, ast.Tuple | ast.List):
        stars = any(isinstance(element, ast.Starred) for element in (*left.elts, *right.elts))
        if type(left) is type(right) and len(left.elts) == len(right.elts) and not stars:
            return list(zip(left.elts, right.elts, strict=True))
    if isinstance(left, ast.Dict) and isinstance(right, ast.Dict):
        ours, theirs = _by_key(left), _by_key(right)
        if ours.keys() == theirs.keys():
            return [(ours[key], theirs[key]) for key in ours]
    return []


def _by_key(node: ast.Dict) -> dict[str, ast.expr]:
    return {
        ast.unparse(key) if key else "**": value for key, value in zip(node.keys, node.values, strict=True)
    }


def let_pass(item: ast.withitem) -> str:
    """What stands in the place of a ``raises`` that lets pass what it expected, and its absence."""
    call = item.context_expr
    expected = ast.unparse(call.args[0]) if isinstance(call, ast.Call) and call.args else "Exception"
    return f"LetPass({expected})" if item.optional_vars else f"__import__('contextlib').suppress({expected})"


def is_raises(call: ast.expr) -> bool:
    """Whether this is ``pytest.raises(…)``."""
    return isinstance(call, ast.Call) and ast.unparse(call.func) in ("pytest.raises", "raises")


def is_library_assertion(value: ast.expr) -> bool:
    """Whether this is an assertion of a mock, or ``raise_for_status``."""
    call = value.value if isinstance(value, ast.Await) else value
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
        return False
    return call.func.attr.startswith("assert_") or call.func.attr == "raise_for_status"


def _statements(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """Every statement inside a function, with the test it belongs to."""
    names = {id(node): name for name, node in _tests(tree)}
    owners: list[ast.Module | ast.ClassDef] = [tree, *(n for n in tree.body if isinstance(n, ast.ClassDef))]
    for function in (node for owner in owners for node in owner.body if isinstance(node, _Function)):
        for inner in ast.walk(function):
            if isinstance(inner, ast.stmt) and inner is not function:
                yield names.get(id(function), ""), inner


def _tests(tree: ast.Module) -> Iterator[tuple[str, _Function]]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            inner = (n for n in node.body if isinstance(n, _Function) and n.name.startswith("test"))
            yield from ((f"{node.name}::{function.name}", function) for function in inner)
        elif isinstance(node, _Function) and node.name.startswith("test"):
            yield node.name, node


def _calls(statement: ast.stmt) -> Iterator[ast.Call]:
    """The calls in a statement, those in the blocks below it aside."""
    todo: list[ast.AST] = [statement]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Call):
            yield node
        todo += [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]


def _called(call: ast.Call) -> str:
    """The name of the function, or of the method."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _is_helper(node: ast.AST) -> TypeGuard[_Function]:
    if not isinstance(node, _Function) or node.name.startswith("test"):
        return False
    return not any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)


def _asserts(function: ast.AST, asserting: set[str]) -> bool:
    return any(
        isinstance(node, ast.Assert)
        or (isinstance(node, ast.expr) and (is_library_assertion(node) or is_raises(node)))
        or (isinstance(node, ast.Call) and _called(node) in asserting)
        for node in ast.walk(function)
    )


def _with_copies(source: bytes, asserting: set[str]) -> bytes:
    """A file with a copy after each function that asserts, which does not."""
    lines = source.splitlines(keepends=True)
    helpers = [node for node in ast.walk(ast.parse(source)) if _is_helper(node) and node.name in asserting]
    for helper in sorted(helpers, key=_end, reverse=True):
        quiet = Quiet(asserting).visit(copy.deepcopy(helper))
        quiet.name += _QUIET
        text = textwrap.indent(ast.unparse(ast.fix_missing_locations(quiet)), " " * helper.col_offset)
        lines.insert(_end(helper), f"\n{text}\n".encode())
    return b"".join(lines)


class LetsPass(ast.NodeTransformer):
    """Lets pass what ``raises`` expects, and its absence; but for ``raises … as``, whose name is used later."""

    def visit_withitem(self, node: ast.withitem) -> ast.withitem:
        if is_raises(node.context_expr) and not node.optional_vars:
            node.context_expr = ast.parse(let_pass(node), mode="eval").body
        return node


class Quiet(LetsPass):
    """Takes the assertions out of a function; it calls the copies of others."""

    def __init__(self, asserting: set[str]) -> None:
        self._asserting = asserting

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        return ast.Pass()

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        return ast.Pass() if is_library_assertion(node.value) else self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if _called(node) in self._asserting:
            if isinstance(node.func, ast.Attribute):
                node.func.attr += _QUIET
            elif isinstance(node.func, ast.Name):
                node.func.id += _QUIET
        return node


def _excuses(file: str, source: bytes) -> dict[int, Excuse]:
    """The excuses of a file, by their lines."""
    tokens = tokenize.tokenize(io.BytesIO(source).readline)
    comments = ((t.start[0], _EXCUSE.search(t.string)) for t in tokens if t.type == tokenize.COMMENT)
    return {line: Excuse(file, line, match[1]) for line, match in comments if match}


def _last_line(statement: ast.stmt) -> int:
    """Where a statement ends; of a block, where its first line does."""
    if isinstance(statement, _With):
        return max(map(_end, (item.context_expr for item in statement.items)))
    below = [node for node in ast.iter_child_nodes(statement) if isinstance(node, ast.stmt)]
    return max(statement.lineno, min(node.lineno for node in below) - 1) if below else _end(statement)


def _end(node: ast.stmt | ast.expr) -> int:
    return node.end_lineno or node.lineno


def _one_line(node: ast.stmt | ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
