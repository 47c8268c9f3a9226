"""Whether every clause of a promise table has teeth: a mutant that breaks it, or a reason why none does. Pure.

A *clause* is the least part of a row that can be broken by itself. A cell divides at ``;`` and where one of the words
of `_DIVIDERS` begins another promise; quotations and code stay whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from checker.engine.variant import Variant

_SILENT = {"", "–", "-", "any", "always"}  # cells that promise nothing
_GIVEN = 2  # columns that say what is asked: the request, and when
_DIVIDERS = re.compile(
    r";\s+|,? and (?=nothing |nobody |no )|, and |, (?:or )?else | / |(?<=[\w)`]), (?=each )"
)
_WHOLE = re.compile(r"`[^`]*`|\"[^\"]*\"|\([^()]*\)")
_EXCUSE = re.compile(r"^# (P\d+(?:, P\d+)*)(?: \"(.+)\")? ha(?:s|ve) no mutant: (\S.*)$", re.MULTILINE)

Table = Mapping[str, Mapping[str, str]]
"""Of each row, what stands under each name of a column."""


@dataclass(frozen=True)
class Clause:
    """One promise of a row."""

    row: str
    column: str
    text: str

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return f"{self.row}, {self.column} {self.text!r}"


@dataclass(frozen=True)
class Excuse:
    """A comment that says why a clause, or a whole row, has no mutant."""

    row: str
    words: str
    """Empty for the whole row."""
    why: str

    @property
    def name(self) -> str:
        """As it stands in the file, without its reason."""
        return f'{self.row} "{self.words}"' if self.words else self.row


def clauses(table: Table) -> list[Clause]:
    """All clauses of a promise table, in its order."""
    return [
        Clause(row, column, text)
        for row, cells in table.items()
        for column, cell in list(cells.items())[_GIVEN:]
        for text in _parts(cell)
    ]


def excuses(toml: str) -> list[Excuse]:
    """The excuses among the comments of a ``variants.toml``."""
    return [Excuse(row, words, why) for rows, words, why in _EXCUSE.findall(toml) for row in rows.split(", ")]


def without_teeth(table: Table, mutants: Iterable[Variant], excused: Iterable[Excuse]) -> Iterator[str]:
    """Clauses that nothing breaks and nothing excuses, names that fit no clause, excuses that are not true."""
    every = clauses(table)
    broken: dict[Clause, str] = {}
    for mutant in mutants:
        found = named(every, mutant.promise, mutant.clause) if mutant.clause else []
        if len(found) == 1:
            broken.setdefault(found[0], mutant.id)
        elif mutant.promise in table:
            yield f"{mutant.id}: {_unclear(mutant.promise, mutant.clause, found)}"
    forgiven: set[Clause] = set()
    for excuse in excused:
        found = named(every, excuse.row, excuse.words)
        if not found or (excuse.words and len(found) > 1):
            yield f"variants.toml excuses {excuse.name}: {_unclear(excuse.row, excuse.words, found)}"
        for clause in found:
            if clause in broken:
                yield f"variants.toml says that {excuse.name} has no mutant, and {broken[clause]} breaks it"
        forgiven.update(found)
    for clause in every:
        if clause not in broken and clause not in forgiven:
            yield (
                f"{clause.name}: no mutant breaks it. Write one with words of it as its `clause`, or the comment "
                f'# {clause.row} "{clause.text}" has no mutant: why'
            )


def named(every: Iterable[Clause], row: str, words: str) -> list[Clause]:
    """The clauses of a row in which these words stand; ``effect: none`` looks in one column alone."""
    mine = [clause for clause in every if clause.row == row]
    column, colon, rest = words.partition(": ")
    if colon and column in {clause.column for clause in mine}:
        return [clause for clause in mine if clause.column == column and rest in clause.text]
    return [clause for clause in mine if words in clause.text]


def _unclear(row: str, words: str, found: list[Clause]) -> str:
    if not words:
        return f"its `clause` is missing: words of {row} that it makes untrue"
    if not found:
        return f"{words!r} does not stand in {row}"
    places = ", ".join(f"{clause.column} {clause.text!r}" for clause in found)
    return f"{words!r} stands in {len(found)} clauses of {row}: {places}. Write more of it, or the column: and then the words"


def _parts(cell: str) -> list[str]:
    """The clauses of a cell. What is quoted is put aside first, so that nothing in it divides."""
    whole: list[str] = []

    def aside(match: re.Match[str]) -> str:
        whole.append(match[0])
        return f"\x00{len(whole) - 1}\x00"

    hidden = _WHOLE.sub(aside, " ".join(cell.split()))
    parts = (
        re.sub(r"\x00(\d+)\x00", lambda m: whole[int(m[1])], part).strip() for part in _DIVIDERS.split(hidden)
    )
    return [part for part in parts if part not in _SILENT]
