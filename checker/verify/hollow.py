"""Hollow suites: the solution, with what makes it a test taken out. None may score."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

from checker.course.suite import Suite
from checker.verify.assertions import LetsPass, conjuncts, is_library_assertion

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_BEYOND = {"json", "text", "content", "headers", "cookies", "is_success", "reason_phrase"}
"""What a response has beside its status."""


def hollow_suites(solution: Suite) -> Iterator[tuple[str, Suite]]:
    """Suites that look at nothing, each with a name."""
    later = "import pytest\npytest.{}('later')"
    skipped, xfailed = (ast.parse(later.format(word)).body for word in ("skip", "xfail"))
    changes = {
        "without tests": _without_tests,
        "that asserts True": _in_each_test(lambda _: ast.parse("assert True").body),
        "that skips everything": _in_each_test(lambda body: [*skipped, *body]),
        "that expects to fail": _in_each_test(lambda body: [*xfailed, *body]),
        "that expects any exception": _in_each_test(_raising),
    }
    for name, change in changes.items():
        yield name, _rewritten(solution, change, solution.test_files)


def statuses_only(solution: Suite) -> Suite:
    """The solution with everything left out that looks at more than a status code."""
    return _rewritten(solution, lambda tree: _StatusesOnly().visit(tree), [*solution.files])


def _rewritten(suite: Suite, change: Callable[[ast.Module], ast.AST], paths: list[str]) -> Suite:
    """The suite, those of its files that lie at `paths` changed."""
    trees = {path: change(ast.parse(suite.files[path])) for path in paths}
    changed = {path: ast.unparse(ast.fix_missing_locations(tree)).encode() for path, tree in trees.items()}
    return Suite({**suite.files, **changed}, is_own=False)


def _without_tests(tree: ast.Module) -> ast.AST:
    kept = [node for node in tree.body if not _is_test(node) and not isinstance(node, ast.ClassDef)]
    return ast.Module(kept, [])


def _in_each_test(new_body: Callable[[list[ast.stmt]], list[ast.stmt]]) -> Callable[[ast.Module], ast.AST]:
    def change(tree: ast.Module) -> ast.AST:
        for node in ast.walk(tree):
            if isinstance(node, _Function) and _is_test(node):
                node.body = new_body(copy.deepcopy(node.body))
        return tree

    return change


def _raising(body: list[ast.stmt]) -> list[ast.stmt]:
    """`with pytest.raises(Exception):` round everything, which passes whatever the app does."""
    block = ast.parse("import pytest\nwith pytest.raises(Exception):\n    raise RuntimeError").body
    with_block = block[1]
    assert isinstance(with_block, ast.With)
    with_block.body = [*body, *with_block.body]
    return block


def _is_test(node: ast.AST) -> bool:
    return isinstance(node, _Function) and node.name.startswith("test")


class _StatusesOnly(LetsPass):
    """Of each ``assert`` the parts that look at a status and at nothing else; `raise_for_status` does too."""

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        kept = [part for part in conjuncts(node.test) if _is_of_status(part)]
        if not kept:
            return ast.Pass()
        return ast.Assert(kept[0] if len(kept) == 1 else ast.BoolOp(ast.And(), kept))

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        is_of_mock = is_library_assertion(node.value) and "raise_for_status" not in ast.unparse(node)
        return ast.Pass() if is_of_mock else node


def _is_of_status(node: ast.expr) -> bool:
    """Whether an expression speaks of a status, and asks a response for nothing else."""
    asked = {inner.attr for inner in ast.walk(node) if isinstance(inner, ast.Attribute)}
    return "status" in ast.unparse(node) and not asked & _BEYOND
