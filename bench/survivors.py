"""What a mutation changes, and which survivors of a suite are excused, and why. Pure.

An excuse names the change by its source text, so that it holds as long as the line does, wherever it moves to.
"""

from __future__ import annotations

import ast
import difflib
import textwrap
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from checker.errors import UsageError
from checker.source import first_line

_DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_KEYS = {"file", "where", "was", "now", "freedom", "equivalent"}


@dataclass(frozen=True)
class Change:
    """What one mutation does to one file."""

    file: str
    where: str
    """The function or class that the change is in, as ``Mailer.send``; empty at the top of the module."""
    was: str
    now: str

    @property
    def diff(self) -> str:
        """The lines that go and the lines that come."""
        gone = [f"- {line}" for line in self.was.splitlines()]
        return "\n".join(gone + [f"+ {line}" for line in self.now.splitlines()])

    @property
    def place(self) -> str:
        """Where it is, for a heading."""
        return f"{self.file}, {self.where}" if self.where else self.file


@dataclass(frozen=True)
class Excuse:
    """Why some changes of one place may survive: one of the two reasons."""

    changes: tuple[Change, ...]
    freedom: str
    """Words of the lesson's *Not promised*."""
    equivalent: str
    """Why no request can show it."""

    @property
    def reason(self) -> str:
        """The reason, for a report."""
        return f"Not promised: “{self.freedom}”." if self.freedom else f"Equivalent: {self.equivalent}"


def change(file: str, before: str, after: str) -> Change:
    """What differs between two texts of a file, in whole lines, without their indent and lines of comment."""
    old, new = before.splitlines(), after.splitlines()
    blocks = [op for op in difflib.SequenceMatcher(None, old, new, False).get_opcodes() if op[0] != "equal"]
    (_, begin, _, new_begin, _), (_, _, end, _, new_end) = blocks[0], blocks[-1]
    while begin < end and _is_idle(old[begin]):
        begin += 1
    return Change(file, _where(before, begin + 1), _text(old[begin:end]), _text(new[new_begin:new_end]))


def read_excuses(name: str, toml: str) -> list[Excuse]:
    """The excuses that an author wrote. Raises UsageError where one cannot be understood."""
    try:
        tables = tomllib.loads(toml).get("excuse", [])
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{name} is not TOML: {error}.") from None
    return [_excuse(f"{name}, excuse {number}", table) for number, table in enumerate(tables, 1)]


def excuse_of(survivor: Change, excuses: Sequence[Excuse]) -> Excuse | None:
    """The excuse that names this change."""
    return next((excuse for excuse in excuses if survivor in excuse.changes), None)


def problems(survivors: Sequence[Change], excuses: Sequence[Excuse], not_promised: str) -> Iterator[str]:
    """Survivors without an excuse, excuses without a survivor, quotations of what does not stand there; a line each."""
    named = [excused for excuse in excuses for excused in excuse.changes]
    for survivor in survivors:
        if survivor not in named:
            yield f"{_line(survivor)} survives without an excuse: kill it with a test, or excuse it"
    for excused in dict.fromkeys(named):
        if excused not in survivors:
            yield f"{_line(excused)} is excused and does not survive: take the excuse away"
        if named.count(excused) > 1:
            yield f"{_line(excused)} is excused twice: keep one"
    told = " ".join(not_promised.split())
    for excuse in excuses:
        if excuse.freedom and " ".join(excuse.freedom.split()) not in told:
            yield f"{excuse.changes[0].place}: this does not stand in *Not promised*: {excuse.freedom!r}"


def _excuse(where: str, table: dict[str, Any]) -> Excuse:
    """One table of the file; `now` is one text or several, which share `was` and the reason."""
    unknown, missing = table.keys() - _KEYS, {"file", "was", "now"} - table.keys()
    if unknown or missing:
        found = "has an unknown key" if unknown else "lacks"
        raise UsageError(f"{where} {found} `{min(unknown or missing)}`.")
    if ("freedom" in table) == ("equivalent" in table):
        raise UsageError(
            f"{where} needs a `freedom`, quoted from *Not promised*, or why it is `equivalent`: one."
        )
    now = [table["now"]] if isinstance(table["now"], str) else table["now"]
    was = _text(table["was"].splitlines())
    changes = [Change(table["file"], table.get("where", ""), was, _text(text.splitlines())) for text in now]
    return Excuse(tuple(changes), table.get("freedom", ""), table.get("equivalent", ""))


def _where(source: str, line: int) -> str:
    """The names of the definitions round a line, the outermost first."""
    around = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, _DEFINITION) and first_line(node) <= line <= (node.end_lineno or 0)
    ]
    return ".".join(node.name for node in sorted(around, key=first_line))


def _text(lines: Sequence[str]) -> str:
    return textwrap.dedent("\n".join(line for line in lines if not _is_idle(line)))


def _is_idle(line: str) -> bool:
    """Whether a line is blank or a comment: what stands before a decorator goes with it, and changes nothing."""
    return not line.strip() or line.lstrip().startswith("#")


def _line(told: Change) -> str:
    """A change on one line, for messages."""
    was, now = (" ".join(text.split()) for text in (told.was, told.now))
    return f"{told.place}: {was!r} → {now!r}"
