"""Hollow suites: the solution, with what makes it a test taken out. None may score."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

from checker.course.suite import Suite
from checker.verify.assertions import conjuncts, is_library_assertion, is_raises, let_pass

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_BEYOND = {"json", "text", "content", "headers", "cookies", "is_success", "reason_phrase"}
"""What a response has beside its status."""


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
    """The solution with everything left out that looks at more than a status code."""
    files = {
        path: _changed(content, lambda tree: _StatusesOnly().visit(tree)) if path.endswith(".py") else content
        for path, content in solution.files.items()
    }
    return Suite(files, is_own=False)


def _rewritten(suite: Suite, change: Callable[[ast.Module], ast.AST]) -> Suite:
    files = {
        path: _changed(content, change) if path in suite.test_files else content
        for path, content in suite.files.items()
    }
    return Suite(files, is_own=False)


def _changed(content: bytes, change: Callable[[ast.Module], ast.AST]) -> bytes:
    return ast.unparse(ast.fix_missing_locations(change(ast.parse(content)))).encode()


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
    """Of each ``assert`` the parts that look at a status and at nothing else; `raise_for_status` does too."""

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        kept = [part for part in conjuncts(node.test) if _is_of_status(part)]
        if not kept:
            return ast.Pass()
        return ast.Assert(kept[0] if len(kept) == 1 else ast.BoolOp(ast.And(), kept))

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        is_of_mock = is_library_assertion(node.value) and "raise_for_status" not in ast.unparse(node)
        return ast.Pass() if is_of_mock else node

    def visit_withitem(self, node: ast.withitem) -> ast.withitem:
        if is_raises(node.context_expr) and not node.optional_vars:
            node.context_expr = ast.parse(let_pass(node), mode="eval").body
        return node


def _is_of_status(node: ast.expr) -> bool:
    """Whether an expression speaks of a status, and asks a response for nothing else."""
    asked = {inner.attr for inner in ast.walk(node) if isinstance(inner, ast.Attribute)}
    return "status" in ast.unparse(node) and not asked & _BEYOND
