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
