"""What the files of a suite say, read without running them: which tests there are, what each looks at. Pure."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from checker.judging import looks
from checker.judging.looks import Assertion, Function, Names
from checker.judging.never_run import NeverRun, never_run
from checker.source import UNREADABLE, first_line, is_test_file, rows_named


@dataclass(frozen=True)
class ReadTest:
    """One test function, as it is written."""

    name: str
    """As a verdict says it, without the case of a parametrised test."""
    file: str
    first: int
    last: int
    is_async: bool
    promises: tuple[str, ...]
    """The rows that its docstring names."""
    asserts: tuple[Assertion, ...]
    """Those that could fail."""
    hollow: Mapping[int, str]
    """The lines of those that could not, and why."""
    notices_otherwise: bool
    """Whether something but its own asserts may make it fail."""
    requests: int
    """How many calls in it may send a request."""
    asked: frozenset[str]
    """The HTTP methods that it uses, through the suite's functions too."""
    examined: frozenset[str]
    """Those whose answers it may look at beyond the status."""
    text: str
    """Its source and that of everything in the suite that it names."""

    @property
    def statuses_alone(self) -> bool:
        """Whether it looks at statuses, and at nothing else."""
        return bool(self.asserts) and not self.notices_otherwise and all(a.status_only for a in self.asserts)


@dataclass(frozen=True)
class Reading:
    """A suite, as it is written."""

    tests: tuple[ReadTest, ...]
    replaced: tuple[tuple[str, int, int], ...]
    """Tests that a later one of the same name replaces: name, line, line of the later one."""
    files: Mapping[str, ast.Module]
    never_run: tuple[NeverRun, ...] = ()
    """What looks like a test and is none to pytest."""

    def test_at(self, file: str, line: int) -> ReadTest | None:
        """The test whose source holds this line."""
        return next((t for t in self.tests if t.file == file and t.first <= line <= t.last), None)

    def assert_at(self, file: str, line: int) -> ast.Assert | None:
        """The assert that this line belongs to."""
        nodes = ast.walk(self.files[file])
        found = (n for n in nodes if isinstance(n, ast.Assert) and n.lineno <= line <= (n.end_lineno or 0))
        return next(found, None)

    def is_rewritten(self, test: ReadTest) -> bool:
        """Whether pytest sees the asserts of its file."""
        return "PYTEST_DONT_REWRITE" not in (ast.get_docstring(self.files[test.file]) or "")

    def forgotten(self, file: str, line: int) -> str:
        """The call on this line that is neither awaited nor handed to another call, as it is written."""
        tree = self.files.get(file)
        calls = _calls_left_alone(tree, line) if tree else []
        return ast.unparse(calls[0].func) if calls else ""


def read(files: Mapping[str, bytes], app_modules: Iterable[str] = ()) -> Reading:
    """Read the Python files of a suite; one that cannot be parsed is left out. Functions of the app assert nothing."""
    trees = dict(_parsed(files))
    names = Names(trees.values(), app_modules)
    test_files = [path for path in files if is_test_file(path)]
    latest: dict[str, ReadTest] = {}
    for path in (path for path in test_files if path in trees):
        for name, node in _tests_in(trees[path]):
            shown = f"{path}::{name}" if len(test_files) > 1 else name
            with contextlib.suppress(
                RecursionError
            ):  # an expression too deep to follow: nothing is said of it
                latest[shown] = _read_test(shown, path, node, names)
    return Reading(tuple(latest.values()), tuple(_replaced(trees, test_files)), trees, _never_run(trees))


def _never_run(trees: Mapping[str, ast.Module]) -> tuple[NeverRun, ...]:
    try:
        return tuple(never_run(trees))
    except RecursionError:  # an expression too deep to follow: nothing is said
        return ()


def _parsed(files: Mapping[str, bytes]) -> Iterator[tuple[str, ast.Module]]:
    for path, content in files.items():
        try:
            yield path, ast.parse(content)
        except UNREADABLE:
            continue


def _tests_in(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    for node in tree.body:
        inside = [inner for inner in node.body if _is_test(inner)] if isinstance(node, ast.ClassDef) else []
        yield from ((f"{node.name}::{inner.name}", inner) for inner in inside)  # type: ignore[attr-defined]
        if _is_test(node):
            yield node.name, node


def _is_test(node: ast.stmt) -> TypeGuard[Function]:
    return isinstance(node, Function) and node.name.startswith("test")


# -- one test


def _read_test(name: str, file: str, node: Function, names: Names) -> ReadTest:
    reached = names.reached(node)
    return ReadTest(
        name,
        file,
        first_line(node),
        node.end_lineno or node.lineno,
        isinstance(node, ast.AsyncFunctionDef),
        rows_named(node),
        tuple(looks.assertions(node.body)),
        dict(_hollow(node)),
        _notices(looks.parts(node), names.run_with(node), names),
        sum(looks.may_ask(inner, names) for inner in ast.walk(node)),
        frozenset(looks.verbs([node, *reached])),
        looks.examined(node, names),
        "\n".join(ast.unparse(part) for part in (node, *reached)),
    )


def _hollow(test: Function) -> Iterator[tuple[int, str]]:
    """The asserts that could never fail, and those whose failure goes no further: line and reason."""
    for node in ast.walk(test):
        if isinstance(node, ast.Assert) and (why := looks.why_always_true(node)):
            yield node.lineno, why
        if isinstance(node, ast.Try) and (handler := looks.swallowing(node)):
            for inner in (found for statement in node.body for found in ast.walk(statement)):
                if isinstance(inner, ast.Assert):
                    yield inner.lineno, f"the `except` in line {handler.lineno} swallows its failure"


def _notices(own: Iterable[ast.AST], others: Iterable[ast.AST], names: Names) -> bool:
    """Whether anything may make a test fail but the asserts that stand in it."""
    return any(looks.may_notice(part, names) for part in own) or any(
        looks.may_notice(other, names) or any(looks.can_fail(inner) for inner in ast.walk(other))
        for other in others
    )


# -- calls that nobody awaits, tests that never run


def _calls_left_alone(tree: ast.Module, line: int) -> list[ast.Call]:
    handed_on = set()
    for node in ast.walk(tree):
        inside: list[ast.AST] = []
        if isinstance(node, ast.Call):
            inside = [*node.args, *node.keywords]
        elif isinstance(node, ast.Await | ast.Starred | ast.List | ast.Tuple | ast.comprehension):
            inside = list(ast.iter_child_nodes(node))
        handed_on |= {id(inner) for part in inside for inner in ast.walk(part)}
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and node.lineno <= line <= (node.end_lineno or line)
        and id(node) not in handed_on
        and not isinstance(node.func, ast.Call)
    ]


def _replaced(trees: Mapping[str, ast.Module], test_files: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    """Two tests of one name in one block: Python keeps the later one."""
    for path in test_files:
        tree = trees.get(path)
        if tree:
            used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
            for body in bodies:
                named = [node for node in body if _is_collected(node) and node.name not in used]
                for index, node in enumerate(named):
                    later = [other.lineno for other in named[index + 1 :] if other.name == node.name]
                    if later:
                        yield node.name, node.lineno, later[0]


def _is_collected(node: ast.stmt) -> TypeGuard[Function | ast.ClassDef]:
    return _is_test(node) or (isinstance(node, ast.ClassDef) and node.name.startswith("Test"))
