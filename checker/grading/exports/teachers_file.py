"""What Canvas's file and Moodle's have in common: numbers as the file writes them, and whose row is whose. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from checker.errors import UsageError
from checker.grading.model import Learner
from checker.grading.policy import plain
from checker.grading.safely import one_line
from checker.text import listed

_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


@dataclass(frozen=True)
class Filled:
    """A teacher's file, filled in, and what to tell about it."""

    content: bytes
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A student's row: what it can be recognised by."""

    index: int
    line: int
    name: str
    keys: tuple[str, ...]
    """Numbers, log-in names and e-mail addresses."""
    participant: str = ""
    """A number that the learning platform made up: somebody else's student number may be the same."""
    email: str = ""


@dataclass(frozen=True)
class Matching:
    """Whose row is whose."""

    learner_of: dict[int, str]
    """The learner's id, by the row's index."""
    lines: tuple[str, ...]


def number(text: str) -> Fraction | None:
    """What a cell says as a number, with a point or a comma; None where it is none."""
    text = text.strip()
    return Fraction(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def has_decimal_commas(cells: Iterable[str]) -> bool:
    """Whether these cells write their numbers with a comma."""
    numbers = [cell.strip() for cell in cells if number(cell) is not None]
    return any("," in cell for cell in numbers) and not any("." in cell for cell in numbers)


def written(value: Fraction, old: str, comma: bool) -> str | None:
    """The number as the file writes numbers; None where the cell says it already."""
    return None if number(old) == value else plain(value).replace(".", "," if comma else ".")


def find_column(headers: Sequence[str], title: str, name: str) -> int:
    """The column with this title, whole or without the number in brackets at its end, or with that number.

    Raises UsageError where there is none or more than one.
    """
    wanted = _normal(title)
    for spelt in (str.strip, without_id, _id_of):
        found = [i for i, header in enumerate(headers) if _normal(spelt(header)) == wanted]
        if len(found) == 1:
            return found[0]
        if found:
            break
    problem = "more than one column" if found else "no column"
    raise UsageError(f"{name} has {problem} {title!r}. Its columns: {', '.join(map(one_line, headers))}.")


def without_id(header: str) -> str:
    """``Lesson 1`` for ``Lesson 1 (12345)``."""
    return re.sub(r"\s*\(\d+\)\s*$", "", header)


def _id_of(header: str) -> str:
    match = re.search(r"\((\d+)\)\s*$", header)
    return match[1] if match else ""


def match_rows(rows: Sequence[Row], learners: Iterable[Learner]) -> Matching:
    """Each learner's row: by e-mail address, else by id. One that two would have is nobody's."""
    index = _Index(rows)
    wanted: dict[int, list[str]] = defaultdict(list)
    without, doubtful = [], []
    told: set[int] = set()  # rows that are named with the learner whom they fit
    for learner in learners:
        found = index.rows_of(learner)
        if len(found) == 1:
            wanted[found[0].index].append(learner.id)
        elif found:
            told |= {row.index for row in found}
            doubtful.append(f"{one_line(learner.id)} (lines {', '.join(str(row.line) for row in found)})")
        else:
            without.append(one_line(learner.id))
    alone = {index: ids[0] for index, ids in wanted.items() if len(ids) == 1}
    shared = [
        f"line {row.line} ({' and '.join(map(one_line, wanted[row.index]))})"
        for row in rows
        if len(wanted.get(row.index, ())) > 1
    ]
    strangers = [
        f"{one_line(row.name or row.participant)} (line {row.line})"
        for row in rows
        if row.index not in wanted and row.index not in told
    ]
    lines = [
        *listed("Learners without a row", without),
        *listed("Learners whom more than one row fits, left out", doubtful),
        *listed("Rows that fit more than one learner, left as they were", shared),
        *listed("Rows that fit no learner of this class, left as they were", strangers),
    ]
    return Matching(alone, tuple(lines))


class _Index:
    """Rows by what they can be recognised by."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._by_key: dict[str, list[Row]] = defaultdict(list)
        self._by_participant: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            for key in {_normal(key) for key in (row.email, *row.keys)} - {""}:
                self._by_key[key].append(row)
            self._by_participant[row.participant].append(row)

    def rows_of(self, learner: Learner) -> list[Row]:
        """The rows that fit: by e-mail address if any does, else by id; of several, the one with the learner's name."""
        email, own = _normal(learner.email), _normal(learner.id)
        if found := self._by_key.get(email):
            return found
        same_number = [row for row in self._by_participant.get(own, []) if own and not (email and row.email)]
        fitting = {row for row in same_number if _may_be(learner, row)} | set(self._by_key.get(own, []))
        named = [row for row in fitting if _may_be(learner, row)]
        return named if len(named) == 1 else sorted(fitting, key=lambda row: row.index)


def _may_be(learner: Learner, row: Row) -> bool:
    """Whether the names, where both are known, have a word in common; some write them without spaces."""
    theirs, named = _words(learner.name), _words(row.name)
    if not (theirs and named):
        return True
    return any(w in "".join(named) for w in theirs) or any(w in "".join(theirs) for w in named)


def _words(name: str) -> list[str]:
    plain_letters = "".join(
        c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c)
    )
    return [word for word in re.findall(r"[^\W_]+", plain_letters) if len(word) > 1 or not word.isascii()]


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip()).casefold()
