"""A cell's definitions in a test file: put in place of those that have the same names. Pure."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from checker.course.tasks import todo_functions
from checker.errors import UsageError
from checker.source import first_line

_MAGIC_LINE = 1  # the line that names the magic stands above what the magic is given


class Line(NamedTuple):
    """A line, and where it comes from."""

    text: str
    number: int = 0
    """From 1, and in a cell as Jupyter counts; 0 for a line that is in neither."""
    in_cell: bool = False


@dataclass(frozen=True)
class Merged:
    """A test file with a cell's definitions in it."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """What the file would hold."""
        return "\n".join(line.text for line in self.lines) + "\n"


@dataclass(frozen=True)
class _Piece:
    """One top-level statement, or several that share a line."""

    nodes: tuple[ast.stmt, ...]
    first: int
    """The line it begins on, from 0, with its decorators and the comment right above it."""
    end: int
    """The line after its last."""

    @property
    def names(self) -> frozenset[str]:
        """What it defines."""
        return frozenset(name for node in self.nodes for name in _bound(node))


def parse_cell(cell: str) -> ast.Module:
    """The cell as a tree. Raises UsageError, with the line as Jupyter counts it, where it is not Python."""
    try:
        return _parsed(cell)
    except SyntaxError as error:
        line = (error.lineno or 1) + _MAGIC_LINE
        raise UsageError(f"Line {line} of this cell is not Python: {error.msg}.") from None
    except ValueError as error:
        raise UsageError(f"This cell is not Python: {error}.") from None


def put_into(text: str, cell: str, name: str) -> Merged:
    """The test file `text` with what `cell` defines; `name` is what a message calls the file.

    A definition takes the place of the last one that has its name. What the file does not have goes before the
    definition that it precedes in the cell, else to the end. Raises UsageError where one of the two is not Python.
    """
    tree = parse_cell(cell)
    try:
        pieces = _pieces(_parsed(text), text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise UsageError(
            f"{name}, line {line} is not Python. Mend it first: its tests stay beside the cell's."
        ) from None
    lines = [Line(line, number) for number, line in enumerate(_lines(text), 1)]
    mine = [Line(line, number + _MAGIC_LINE, True) for number, line in enumerate(_lines(cell), 1)]
    waiting, changed = list[Line](), dict[_Piece, list[Line]]()
    for piece in _pieces(tree, cell):
        waiting += [*mine[piece.first : piece.end], Line("")]
        if old := _last_with(piece.names, pieces):
            changed.setdefault(old, []).extend(waiting)
            waiting = []
    for old in sorted(changed, key=lambda piece: piece.first, reverse=True):
        lines[old.first : old.end] = changed[old]
    merged = Merged((*lines, Line(""), *waiting))
    try:
        _parsed(merged.text)
    except (SyntaxError, ValueError) as error:
        raise UsageError(
            f"This cell cannot stand in {name}: {error}. Put it into the file by hand."
        ) from None
    return merged


def judged_tests(text: str, cell: str) -> list[str]:
    """The tests of `cell`; where it has none, the written ones of the file `text` that what it defines can change.

    Such are the tests that ask for a fixture of the cell, or use a helper of it, be it by way of another.
    """
    touched = _tests_touching(_parsed(text), _all_names(parse_cell(cell)))
    return own_tests(cell) or [test for test in touched if test not in todo_functions(text)]


def own_tests(cell: str) -> list[str]:
    """The tests that `cell` itself has, as pytest names them."""
    return [test for node in parse_cell(cell).body for test in _tests_in(node)]


def defined_names(cell: str) -> tuple[str, ...]:
    """The names that `cell` gives a meaning to."""
    return tuple(sorted(_all_names(parse_cell(cell))))


def still_to_do(cell: str) -> list[str]:
    """The functions of `cell` that still say TODO, as pytest names them."""
    parse_cell(cell)
    return todo_functions(cell)


def _parsed(text: str) -> ast.Module:
    """Raises SyntaxError or ValueError, also for what is too deep to follow."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of the cell's own making come where it runs
        try:
            compile(text, "<cell>", "exec", dont_inherit=True)
            return ast.parse(text)
        except (RecursionError, MemoryError):
            raise ValueError("it is too deep to follow") from None


def _lines(text: str) -> list[str]:
    """The lines as Python counts them: it knows fewer ends of a line than `str.splitlines`."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")


def _pieces(tree: ast.Module, text: str) -> list[_Piece]:
    lines, pieces = _lines(text), list[_Piece]()
    for node in tree.body:
        begins, end = first_line(node) - 1, node.end_lineno or node.lineno
        if pieces and begins < pieces[-1].end:
            before = pieces.pop()
            pieces.append(_Piece((*before.nodes, node), before.first, max(before.end, end)))
            continue
        floor = pieces[-1].end if pieces else 0
        while begins > floor and lines[begins - 1].lstrip().startswith("#"):
            begins -= 1
        pieces.append(_Piece((node,), begins, end))
    return pieces


def _bound(node: ast.stmt) -> Iterable[str]:
    """The names that a definition, an import or an assignment gives a meaning to."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [alias.asname or alias.name for alias in names if alias.name != "*"]
        case ast.Assign(targets=targets):
            inside = [inner for target in targets for inner in ast.walk(target)]
            return [n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _last_with(names: frozenset[str], pieces: list[_Piece]) -> _Piece | None:
    """The last piece whose every name is among `names`, so that nothing else is lost with it."""
    return next((piece for piece in reversed(pieces) if piece.names and piece.names <= names), None)


def _all_names(tree: ast.Module) -> set[str]:
    return {name for node in tree.body for name in _bound(node)}


def _tests_in(node: ast.stmt) -> list[str]:
    """The names of the tests in one definition, as pytest says them."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
        return [node.name]
    if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
        return [f"{node.name}::{test}" for inner in node.body for test in _tests_in(inner)]
    return []


def _tests_touching(tree: ast.Module, names: set[str]) -> list[str]:
    touched, before = set(names), -1
    while len(touched) != before:
        before = len(touched)
        touched |= {name for node in tree.body if touched & _mentioned(node) for name in _bound(node)}
    return [test for node in tree.body if touched & _mentioned(node) for test in _tests_in(node)]


def _mentioned(node: ast.stmt) -> set[str]:
    """Every name and parameter in a definition, and the texts of its decorators: `usefixtures("client")`."""
    inner = list(ast.walk(node))
    own = {n.id for n in inner if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    decorators = [n for one in inner for d in getattr(one, "decorator_list", []) for n in ast.walk(d)]
    return (
        {n.id for n in inner if isinstance(n, ast.Name) and n.id not in own}
        | {n.arg for n in inner if isinstance(n, ast.arg)}
        | {n.value for n in decorators if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    )
