"""How alike two suites are, whatever their names, data and layout. Pure.

A suite is taken for the shapes of its functions and of their statements, two in a row: names are replaced by
their places of first use, texts and numbers by their kind, but for statuses and heads of paths; docstrings, comments and
layout are gone. What the starter has does not count, nor what half of a class has. It is a reason to look, never a proof.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations, pairwise

from checker.course.suite import Suite
from checker.grading.model import Alike
from checker.source import UNREADABLE

LEAST = 0.8  # likeness from which a pair is told
_AS_GOOD_AS_EQUAL = 0.95
_FEWEST = 10  # shapes below which two suites are alike by chance
_A_PART = 20  # shapes from which on it can be said that a suite is a part of another one
_A_CLASS = 10  # suites from which on it can be said what many have
_COMMON = 0.5  # of all suites
_OF_NO_MATTER = {"ctx", "kind", "type_comment", "returns", "annotation"}  # fields of a syntax tree
_STATUSES = range(100, 600)
_END = object()  # of a list

Shapes = frozenset[bytes]


@dataclass(frozen=True)
class Print:
    """What is kept of a suite to compare it by."""

    shapes: Shapes
    content: str
    """A hash of its files."""


def shapes(suite: Suite) -> Shapes:
    """The shapes of a suite's functions: of each one whole, and of each two statements in a row."""
    found: set[bytes] = set()
    for content in suite.files.values():
        try:
            tree = ast.parse(content)
        except UNREADABLE:
            continue  # what cannot be read is like nothing
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.update(_shapes_of(node))
    return frozenset(found)


def likeness(one: Shapes, other: Shapes, without: Shapes) -> float:
    """Of all that either has, `without` aside, the part that both have: 0 to 1."""
    either = (one | other) - without
    return len((one & other) - without) / len(either) if len(either) >= _FEWEST else 0.0


def contained(one: Shapes, other: Shapes, without: Shapes) -> float:
    """Of all that the smaller has, `without` aside, the part that the larger has too: 0 to 1; 0 where it is too small."""
    smaller, larger = sorted((one - without, other - without), key=len)
    return len(smaller & larger) / len(smaller) if len(smaller) >= _A_PART else 0.0


def equals(suite: Suite, solution: Suite, starter: Suite) -> bool:
    """Whether a suite is the solution but for names, layout, comments and the order of its tests."""
    return likeness(shapes(suite), shapes(solution), shapes(starter)) >= _AS_GOOD_AS_EQUAL


def alike(lesson: str, prints: Mapping[str, Print], starter: Shapes) -> list[Alike]:
    """The learners, of those whose `prints` these are, whose suites are more alike than by chance.

    Where several have the same files, each is paired with the first of them only.
    """
    same: dict[str, list[str]] = defaultdict(list)
    for learner, made in sorted(prints.items()):
        same[made.content].append(learner)
    identical = [
        Alike(lesson, first, other, 1.0, identical=True)
        for first, *others in same.values()
        for other in others
        if prints[first].shapes - starter
    ]
    firsts = {learners[0]: prints[learners[0]].shapes for learners in same.values()}
    return [*identical, *_similar(lesson, firsts, starter)]


def _similar(lesson: str, suites: Mapping[str, Shapes], starter: Shapes) -> list[Alike]:
    owners: dict[bytes, list[str]] = defaultdict(list)
    for learner, made in suites.items():
        for shape in made - starter:
            owners[shape].append(learner)
    most = len(suites) * _COMMON if len(suites) >= _A_CLASS else len(suites)
    without = starter | {shape for shape, having in owners.items() if len(having) > most}
    shared = Counter(
        pair
        for shape, having in owners.items()
        if shape not in without
        for pair in combinations(sorted(having), 2)
    )
    pairs = ((one, other, _likeness(suites[one], suites[other], without)) for one, other in shared)
    found = [Alike(lesson, one, other, round(part, 2)) for one, other, part in pairs if part >= LEAST]
    return sorted(found, key=lambda pair: (-pair.likeness, pair.one, pair.other))


def _likeness(one: Shapes, other: Shapes, without: Shapes) -> float:
    """The whole of a suite may have been copied, or a part."""
    return max(likeness(one, other, without), contained(one, other, without))


# -- shapes


def _shapes_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterable[bytes]:
    body = _without_docstring(function.body)
    names: dict[str, str] = {}
    for argument in ast.walk(function.args):
        if isinstance(argument, ast.arg):
            names.setdefault(argument.arg, f"n{len(names)}")
    yield _hash(_normal(body, dict(names)))
    for pair in pairwise(body):
        yield _hash(_normal(list(pair), {}))


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if is_docstring else body


def _normal(statements: list[ast.stmt], names: dict[str, str]) -> str:
    """The statements' structure, with names as the places where they are first used."""
    parts: list[str] = []
    todo: list[object] = [statements]  # not by recursion: Python reads deeper trees than it may call
    while todo:
        value = todo.pop()
        if isinstance(value, ast.Name):
            parts.append(names.setdefault(value.id, f"n{len(names)}"))
        elif isinstance(value, ast.Constant | ast.JoinedStr):
            parts.append(_kind(value))
        elif isinstance(value, ast.AST):
            parts.append(type(value).__name__)
            below = [inner for name, inner in ast.iter_fields(value) if name not in _OF_NO_MATTER]
            todo += reversed(below)
        elif isinstance(value, list):
            parts.append("[")
            todo += [_END, *reversed(value)]
        elif value is _END:
            parts.append("]")
        else:
            parts.append(repr(value))
    return " ".join(parts)


def _kind(literal: ast.Constant | ast.JoinedStr) -> str:
    """What is left of a literal: whoever copies changes the data, but a status and the head of a path are the app's."""
    value = literal.value if isinstance(literal, ast.Constant) else _beginning(literal)
    if isinstance(value, str):
        return f"/{value.split('/')[1]}" if value.startswith("/") else "str"
    if value is None or isinstance(value, bool) or (type(value) is int and value in _STATUSES):
        return repr(value)
    return type(value).__name__


def _beginning(text: ast.JoinedStr) -> str:
    """What an f-string begins with."""
    first = text.values[0] if text.values else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _hash(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
