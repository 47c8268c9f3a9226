"""How alike copies are to what they were copied from, and honest suites to each other.

    python bench/likeness.py

Six copies are made of our own tests by what copiers do, and six pairs are suites for one lesson by different hands. Each line
says what part of a pair is shared, of all that either has and of what the smaller has, and whether a report tells of it.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable
from itertools import count
from pathlib import Path

from checker.course.lessons import Course
from checker.course.suite import Suite, own_suite, solution_suite
from checker.grading.likeness import LEAST, contained, likeness, shapes

ROOT = Path(__file__).parents[1]
HONEST = (
    ("01", "tests/elsewhere/users_suite.py", "solution"),
    ("01", "tests/elsewhere/users_suite.py", "tests/golden/classes/test_suite.py"),
    ("01", "tests/golden/unittest_style/test_suite.py", "tests/golden/parametrised/test_suite.py"),
    ("02", "tests/elsewhere/session_suite.py", "solution"),
    ("05", "tests/elsewhere/token_suite.py", "solution"),
    ("06", "tests/elsewhere/async_suite.py", "solution"),
)


def main() -> None:
    """Print the table of pairs."""
    course = Course(ROOT)
    copies = (
        ("01", "local names changed", (renamed,)),
        ("02", "names, users and texts changed", (renamed, other_data)),
        ("04", "tests in another order", (reordered,)),
        ("05", "comments and docstrings dropped", (bare,)),
        ("06", "names, data and order", (renamed, other_data, reordered)),
        ("02", "a third of the tests left out, the rest renamed", (renamed, shortened)),
    )
    for number, how, changes in copies:
        suite = solution_suite(course.find(number))
        copied = changed(suite, *changes)
        show(course, number, f"a copy: {how}", suite, copied)
    for number, one, other in HONEST:
        show(
            course,
            number,
            f"honest: {Path(one).stem} and {other}",
            *(suite_at(course, number, at) for at in (one, other)),
        )


def suite_at(course: Course, number: str, at: str) -> Suite:
    if at == "solution":
        return solution_suite(course.find(number))
    return Suite({"test_it.py": (ROOT / at).read_bytes()})


def show(course: Course, number: str, what: str, one: Suite, other: Suite) -> None:
    starter = shapes(own_suite(course.find(number), course.find(number).shipped))
    both = shapes(one), shapes(other), starter
    whole, part = likeness(*both), contained(*both)
    print(
        f"{number}  {whole:4.2f}  {part:4.2f}  {'reported' if max(whole, part) >= LEAST else '-':8}  {what}"
    )


# -- what copiers do


def changed(suite: Suite, *changes: Callable[[ast.Module], ast.Module]) -> Suite:
    files = {}
    for path, content in suite.files.items():
        tree = ast.parse(content)
        for change in changes:
            tree = change(tree)
        files[path] = ast.unparse(tree).encode()
    return Suite(files)


def renamed(tree: ast.Module) -> ast.Module:
    """Every local name and every test is called something else."""
    fresh = count(1)
    for function in functions(tree):
        names: dict[str, str] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.setdefault(node.id, f"thing_{next(fresh)}")
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and node.id in names:
                node.id = names[node.id]
        if function.name.startswith("test_"):
            function.name = f"test_number_{next(fresh)}"
    return tree


def other_data(tree: ast.Module) -> ast.Module:
    """Every word in small letters, and every small number that is no status, is another one."""
    fresh = count(1)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str) and node.value.isalpha() and node.value.islower():
                node.value = f"word{next(fresh)}"
            elif isinstance(node.value, int) and not isinstance(node.value, bool) and 2 < node.value < 100:
                node.value += 1
    return tree


def reordered(tree: ast.Module) -> ast.Module:
    first = [node for node in tree.body if not is_function(node)]
    last = [node for node in tree.body if is_function(node)]
    random.Random(1).shuffle(last)
    tree.body = [*first, *last]
    return tree


def bare(tree: ast.Module) -> ast.Module:
    for function in functions(tree):
        if ast.get_docstring(function) and len(function.body) > 1:
            del function.body[0]
    return tree


def shortened(tree: ast.Module) -> ast.Module:
    tests = [node for node in tree.body if is_function(node)]
    dropped = set(map(id, tests[::3]))
    tree.body = [node for node in tree.body if id(node) not in dropped]
    return tree


def functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if is_function(node)]  # type: ignore[misc]


def is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


if __name__ == "__main__":
    main()
