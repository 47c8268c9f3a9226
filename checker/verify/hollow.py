"""Hollow suites: the solution, with what makes it a test taken out. None may score."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

from checker.course.suite import Suite

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def hollow_suites(solution: Suite) -> Iterator[tuple[str, Suite]]:
    """Suites that look at nothing, each with a name."""
    later = "import pytest\npytest.{}('later')"
    skipped, xfailed = (ast.parse(later.format(word)).body for word in ("skip", "xfail"))
    yield "without tests", _rewritten(solution, _without_tests)
    yield "that asserts True", _rewritten(solution, _in_each_test(lambda _: ast.parse("assert True").body))
    yield "that skips everything", _rewritten(solution, _in_each_test(lambda body: [*skipped, *body]))
    yield "that expects to fail", _rewritten(solution, _in_each_test(lambda body: [*xfailed, *body]))
    yield "that expects any exception", _rewritten(solution, _in_each_test(_raising))


def statuses_only(solution: Suite) -> Suite:
    """The solution with every assertion left out that does not look at a status code."""
    return _rewritten(solution, lambda tree: _StatusesOnly().visit(tree))


def _rewritten(suite: Suite, change: Callable[[ast.Module], ast.AST]) -> Suite:
    files = {
        path: ast.unparse(ast.fix_missing_locations(change(ast.parse(content)))).encode()
        if path in suite.test_files
        else content
        for path, content in suite.files.items()
    }
    return Suite(files, is_own=False)


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


class _StatusesOnly(ast.NodeTransformer):
    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        return node if "status_code" in ast.unparse(node) else ast.Pass()
