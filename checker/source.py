"""What can be told of Python source files without running them. Pure."""

from __future__ import annotations

import ast
import re

# What `ast.parse` may raise: a file that is wrong, one that is no text, one too deep to follow.
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)

_PROMISE = re.compile(r"\bP\d+\b")


def is_test_file(path: str) -> bool:
    """Whether pytest collects tests from a file of this name."""
    return path.rsplit("/", 1)[-1].startswith("test_") and path.endswith(".py")


def rows_named(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    """The promise rows that a function's docstring names."""
    return tuple(_PROMISE.findall(ast.get_docstring(node) or ""))


def first_line(node: ast.stmt) -> int:
    """The line that a statement begins at: that of its first decorator, where it has any."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def spliced(source: bytes, node: ast.expr | ast.stmt, text: bytes) -> bytes:
    """The source with `text`, a single line, in the place of a node of its tree; all lines keep their numbers."""
    first, last = node.lineno - 1, node.end_lineno or node.lineno
    lines = source.splitlines(keepends=True)
    before, after = lines[first][: node.col_offset], lines[last - 1][node.end_col_offset :]
    lines[first:last] = [before + text + after + b"\n" * (last - first - 1)]
    return b"".join(lines)
