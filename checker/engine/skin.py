"""An app in a skin of its own: another text, size and bytecode with the same meaning. Pure.

A suite that is graded could know the apps that ship by their text. So no run of it sees an app twice in the same
text: each time there are other comments, blank lines, statements that do nothing and functions that nobody calls, and among
these the text of other variants. Nothing that is there already is changed: no line of the app is taken away or written anew.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import count

_WORDS = (
    *(
        "value",
        "item",
        "extra",
        "found",
        "total",
        "state",
        "entry",
        "detail",
        "result",
        "known",
        "number",
        "limit",
    ),
    *(
        "label",
        "source",
        "target",
        "marker",
        "offset",
        "amount",
        "kind",
        "name",
        "part",
        "step",
        "level",
        "group",
    ),
)
_LOOKED_AT = {"locals", "vars", "dir", "eval", "exec", "globals"}
_MOST_FOREIGN = 12  # pieces of other variants in one file, beside those of the app as it is shipped
_LONGEST_COMMENT = 60


@dataclass(frozen=True)
class Worn:
    """An app's files in a skin, and how to find one's way back."""

    files: dict[str, str]
    _lines: Mapping[str, tuple[int, ...]]
    """Of each line of a file in its skin, the number of that line in the plain file; 0 for one that is not there."""
    _added: frozenset[str]

    def plain(self, text: str) -> str:
        """What a person is told, with places in the app as they are in the plain one."""
        for path, lines in self._lines.items():
            if path in text:
                text = re.sub(rf"({re.escape(path)}:)(\d+)", partial(_mapped, lines), text)
        if not self._added:
            return text
        return "\n".join(line for line in text.split("\n") if line.lstrip(">E ").strip() not in self._added)


@dataclass(frozen=True)
class _Place:
    """Where lines may be put: before the line of this number, from 0, so far in."""

    line: int
    indent: str
    is_top: bool


@dataclass(frozen=True)
class _Read:
    """A file's text, and what a skin has to know of it."""

    lines: tuple[str, ...]
    places: tuple[_Place, ...]
    names: frozenset[str]
    """Every word in it: no new name is one of them."""
    pieces: tuple[str, ...]
    """Its top-level statements, each as text."""


def worn(
    files: Mapping[str, str], shipped: Mapping[str, str], others: Iterable[Mapping[str, str]], seed: int
) -> Worn:
    """The app `files` in the skin of this `seed`; dead code comes from the app as it is `shipped` and from `others`.

    What the shipped app has and this one has not is always in it, so that its presence tells nothing.
    """
    chance = random.Random(seed)
    several = list(others)
    made: dict[str, str] = {}
    numbers: dict[str, tuple[int, ...]] = {}
    added: set[str] = set()
    for path, text in files.items():
        read = _read(text) if path.endswith(".py") else None
        if read is None:
            made[path] = text
            continue
        always = _foreign([shipped.get(path, "")])
        sometimes = [
            piece
            for piece in _foreign([text, *(one.get(path, "") for one in several)])
            if piece not in always
        ]
        chosen = [*always, *chance.sample(sometimes, min(len(sometimes), _MOST_FOREIGN))]
        made[path], numbers[path], new = _dressed(read, chosen, chance)
        added |= new
    return Worn(made, numbers, frozenset(added))


def _mapped(lines: Sequence[int], at: re.Match[str]) -> str:
    number = int(at[2])
    plain = lines[number - 1] if 0 < number <= len(lines) else 0
    return f"{at[1]}{plain}" if plain else at[0]


# -- reading


@lru_cache(maxsize=1000)
def _read(text: str) -> _Read | None:
    """None for a text that is no Python: it stays as it is."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    lines = tuple(text.split("\n"))
    return _Read(
        lines,
        tuple(_places(tree, lines)),
        frozenset(re.findall(r"\w+", text)),
        tuple("\n".join(lines[_first(node) : node.end_lineno]) for node in tree.body if _may_be_dead(node)),
    )


def _first(node: ast.stmt) -> int:
    """The line, from 0, on which a statement begins, its decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)]) - 1


def _may_be_dead(node: ast.stmt) -> bool:
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return not is_docstring and not isinstance(node, ast.Import | ast.ImportFrom)


def _places(tree: ast.Module, lines: Sequence[str]) -> Iterator[_Place]:
    for node in _after_the_head(tree.body):
        if _is_alone(node, lines):
            yield _Place(_first(node), "", True)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and not _looks_at_itself(function):
            yield from _inside(function.body, lines)


def _after_the_head(body: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    """Without the docstring and what has to stand right below it."""
    for at, node in enumerate(body):
        is_docstring = at == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if not is_docstring and not is_future:
            return body[at:]
    return ()


def _inside(body: Sequence[ast.stmt], lines: Sequence[str]) -> Iterator[_Place]:
    """The places in a block of a function: not in what it defines, which is looked at for itself."""
    is_documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    for node in body[1:] if is_documented else body:
        if _is_alone(node, lines):
            yield _Place(_first(node), " " * node.col_offset, False)
        for block in ("body", "orelse", "finalbody"):
            inner = getattr(node, block, None)
            if (
                isinstance(inner, list)
                and inner
                and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            ):
                is_elif = block == "orelse" and isinstance(node, ast.If) and _is_elif(inner, lines)
                yield from () if is_elif else _inside(inner, lines)


def _is_elif(body: Sequence[ast.stmt], lines: Sequence[str]) -> bool:
    return lines[body[0].lineno - 1].lstrip().startswith("elif")


def _is_alone(node: ast.stmt, lines: Sequence[str]) -> bool:
    """Whether the statement begins its line, which begins no earlier one."""
    return lines[_first(node)][: node.col_offset].strip() == "" and lines[_first(node)].strip() != ""


def _looks_at_itself(function: ast.AST) -> bool:
    """Whether a further local variable could be noticed in it."""
    for node in ast.walk(function):
        match node:
            case ast.Name(id=name) if name in _LOOKED_AT:
                return True
            case ast.Global() | ast.Nonlocal():
                return True
            case ast.JoinedStr(values=values) if any(_shows_itself(value) for value in values):
                return True
    return False


def _shows_itself(value: ast.expr) -> bool:
    """A constant that ends in ``=`` may be the left half of ``{x=}``."""
    return (
        isinstance(value, ast.Constant)
        and isinstance(value.value, str)
        and value.value.rstrip().endswith("=")
    )


# -- dressing


def _foreign(texts: Iterable[str]) -> list[str]:
    """The statements of texts of the same file, once each."""
    found: dict[str, None] = {}
    for text in texts:
        other = _read(text)
        found.update(dict.fromkeys(other.pieces if other else ()))
    return list(found)


def _dressed(
    read: _Read, foreign: Sequence[str], chance: random.Random
) -> tuple[str, tuple[int, ...], set[str]]:
    """The text in a skin, the plain number of each of its lines, and the lines that were put in."""
    names = _new_names(read.names, chance)
    blocks: dict[int, list[str]] = {}
    top = [place for place in read.places if place.is_top]
    inner = [place for place in read.places if not place.is_top]
    for piece in foreign:
        if top and (dead := _uncalled(piece, next(names))):
            blocks.setdefault(chance.choice(top).line, []).extend(dead)
    for place in top:
        if chance.random() < 0.5:
            blocks.setdefault(place.line, []).extend(_idle_at_top(names, chance))
    for place in inner:
        if chance.random() < 0.6:
            blocks.setdefault(place.line, []).extend(place.indent + one for one in _idle(names, chance))
    text: list[str] = []
    numbers: list[int] = []
    for at, line in enumerate(read.lines):
        new = blocks.get(at, [])
        text += [*new, line]
        numbers += [*([0] * len(new)), at + 1]
    tail = [_comment(chance) for _ in range(chance.randrange(1, 12))]
    added = {one.strip() for block in blocks.values() for one in block} - {one.strip() for one in read.lines}
    return "\n".join([*text, *tail]) + "\n", tuple(numbers), added


def _new_names(taken: frozenset[str], chance: random.Random) -> Iterator[str]:
    """Names that the file does not have, each another one, and none that looks like one of ours."""
    seen = set(taken)
    for number in count():
        name = f"_{chance.choice(_WORDS)}_{chance.choice(_WORDS)}" + (str(number) if number > 40 else "")
        if name not in seen:
            seen.add(name)
            yield name


def _uncalled(piece: str, name: str) -> list[str]:
    """The piece in a function that nobody calls; nothing where it cannot stand there."""
    lines = [f"def {name}():", *(f"    {line}" if line.strip() else "" for line in piece.split("\n"))]
    return ["", *lines, ""] if _is_python("\n".join(lines)) else []


@lru_cache(maxsize=4000)
def _parses(text: str) -> bool:
    try:
        compile(text, "<skin>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def _is_python(text: str) -> bool:
    return _parses(re.sub(r"\Adef \w+", "def _x", text))


def _idle_at_top(names: Iterator[str], chance: random.Random) -> list[str]:
    """A comment, blank lines, or a function that nobody calls and that does nothing."""
    if chance.random() < 0.5:
        return [_comment(chance), *([""] * chance.randrange(3))]
    inside = [f"    {line}" for _ in range(chance.randrange(1, 4)) for line in _idle(names, chance)]
    return ["", f"def {next(names)}():", *inside, f"    return {chance.randrange(1000)}", ""]


def _idle(names: Iterator[str], chance: random.Random) -> list[str]:
    """A statement that does nothing, or a comment and one."""
    name, number = next(names), chance.randrange(1000)
    statement = chance.choice(
        (
            [f"{name} = {number}"],
            [f"{name} = ({number}, {chance.randrange(9)})"],
            [f'{name} = "{_words(chance)}"'],
            [f"for {name} in ():", "    continue"],
            [f"if {number} < 0:", f"    {name} = {number}"],
            [f"{name} = [{number}]", f"{name}.clear()"],
        )
    )
    return [_comment(chance), *statement] if chance.random() < 0.3 else list(statement)


def _comment(chance: random.Random) -> str:
    return f"# {_words(chance)}"[: chance.randrange(8, _LONGEST_COMMENT)].rstrip()


def _words(chance: random.Random) -> str:
    return " ".join(chance.choice(_WORDS) for _ in range(chance.randrange(2, 9)))
