"""What looks like a test and is none to pytest: where it stands, why it never runs, and what to do. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from checker.judging.looks import SET_UP, Function, can_fail
from checker.source import is_test_file


@dataclass(frozen=True)
class NeverRun:
    """One thing that never runs."""

    name: str
    text: str
    """A sentence or two: where, why, what to do."""


def never_run(trees: Mapping[str, ast.Module]) -> Iterator[NeverRun]:
    """What never runs in a suite's files, given as trees by their paths."""
    mentioned = {name for tree in trees.values() for name in _mentions(tree)}
    several = len(trees) > 1
    for path, tree in trees.items():
        where = f" of {path}" if several else ""
        if is_test_file(path):
            yield from _functions(tree.body, mentioned, where)
            yield from _nested(tree, where)
            for node in tree.body:
                if isinstance(node, ast.ClassDef):
                    yield from _class(node, mentioned, where)
        elif path.rsplit("/", 1)[-1] != "conftest.py":
            yield from _file(path, tree, trees)


def _functions(body: Iterable[ast.stmt], mentioned: set[str], where: str) -> Iterator[NeverRun]:
    """Functions that assert, and that nobody calls."""
    for node in body:
        if not _is_plain_function(node) or node.name in mentioned:
            continue
        if node.name.startswith(("test", "pytest_")) or node.name in SET_UP:
            continue
        if _asserts(node):
            why = "nobody calls it, and pytest takes a function for a test where its name begins with test"
            text = (
                f"{node.name} in line {node.lineno}{where} never runs: {why}. Call it {_as_test(node.name)}."
            )
            yield NeverRun(node.name, text)


def _as_test(name: str) -> str:
    bare = re.sub(r"^(?:check|should|verify|tests?|it)?_+", "", name, flags=re.IGNORECASE)
    return f"test_{bare or name}"


def _class(node: ast.ClassDef, mentioned: set[str], where: str) -> Iterator[NeverRun]:
    tests = [inner for inner in node.body if isinstance(inner, Function) and inner.name.startswith("test")]
    place = f"{node.name} in line {node.lineno}{where}"
    if not tests or _may_be_a_test_case(node):
        return
    if not node.name.startswith("Test") and node.name not in mentioned:
        why = f"pytest looks into classes whose names begin with Test. Call it Test{node.name.lstrip('_')}"
        yield NeverRun(node.name, f"{place} never runs: {why}.")
    if node.name.startswith("Test"):
        if any(isinstance(inner, Function) and inner.name == "__init__" for inner in node.body):
            why = "pytest passes over a class with an `__init__`. What it does belongs in a fixture or in `setup_method`"
            yield NeverRun(node.name, f"{place} never runs: {why}.")
        for test in tests:
            if not _takes_self(test):
                text = f"{test.name} in line {test.lineno}{where} has no `self`, with which a method of a class is called"
                yield NeverRun(f"{node.name}::{test.name}", f"{text}. Write `def {test.name}(self)`.")


def _nested(tree: ast.Module, where: str) -> Iterator[NeverRun]:
    """Tests inside of functions, which pytest does not look into."""
    for outer in (node for node in ast.walk(tree) if isinstance(node, Function)):
        called = {node.id for node in ast.walk(outer) if isinstance(node, ast.Name)}
        for inner in filter(_is_plain_function, outer.body):
            if inner.name.startswith("test") and inner.name not in called:
                why = f"it stands inside of {outer.name}. Move it to the left, to where the other tests begin"
                yield NeverRun(inner.name, f"{inner.name} in line {inner.lineno}{where} never runs: {why}.")


def _file(path: str, tree: ast.Module, trees: Mapping[str, ast.Module]) -> Iterator[NeverRun]:
    """A module with tests in it, from which no other file takes anything."""
    module = path.rsplit("/", 1)[-1].removesuffix(".py")
    tests = [
        node
        for node in tree.body
        if isinstance(node, Function) and node.name.startswith("test_") and _asserts(node)
    ]
    used = any(module in _imports(other) for name, other in trees.items() if name != path)
    if tests and not used:
        better = f"test_{module.removesuffix('_tests').removesuffix('_test').removeprefix('tests_')}.py"
        yield NeverRun(
            tests[0].name,
            f"The tests in {path} never run: here a file of tests is called test_….py. Call it {better}.",
        )


def _is_plain_function(node: ast.stmt) -> TypeGuard[Function]:
    """Without a decorator, which might hand it to somebody."""
    return isinstance(node, Function) and not node.decorator_list


def _asserts(node: ast.AST) -> bool:
    return any(can_fail(inner) for inner in ast.walk(node))


def _may_be_a_test_case(node: ast.ClassDef) -> bool:
    """Whether it has bases, so that it may be one of unittest's, which have rules of their own."""
    return any(ast.unparse(base) != "object" for base in node.bases)


def _takes_self(test: Function) -> bool:
    takes = test.args.posonlyargs or test.args.args or test.args.vararg
    is_static = any(ast.unparse(decorator) == "staticmethod" for decorator in test.decorator_list)
    return bool(takes) or is_static


def _mentions(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.alias(name=name):
                yield name
            case ast.Constant(value=str(text)) if text.isidentifier():
                yield text


def _imports(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found |= {(node.module or "").rsplit(".", 1)[-1], *(alias.name for alias in node.names)}
        if isinstance(node, ast.Import):
            found |= {alias.name.rsplit(".", 1)[-1] for alias in node.names}
    return found
