"""Somebody else's CSV, changed cell by cell: whatever is not changed comes back byte for byte.

The standard library's `csv` forgets how a cell was quoted and how a line ended; this keeps each cell's place.
Pure.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from checker.errors import UsageError

_DELIMITERS = {",", ";", "\t"}
_NUMBER = re.compile(r"\d+,\d+")
_BOM = "\ufeff"
_LINE_END = re.compile(r"\r\n|\r|\n")
_FIRST_CELL = re.compile(rf'{_BOM}?(?:"(?:[^"]|"")*"|[^",;\t\r\n]*)([,;\t])')


@dataclass(frozen=True)
class Cell:
    """One cell: where it stands in the text, quotes included, and what it says."""

    start: int
    end: int
    value: str
    quoted: bool


class _Malformed(Exception):
    """The text is no CSV with this delimiter; says where and why."""


@dataclass(frozen=True)
class ExactCsv:
    """A CSV text, and the cells found in it, row by row. A row may be shorter than the header."""

    text: str
    delimiter: str
    rows: tuple[tuple[Cell, ...], ...]

    @cached_property
    def header(self) -> list[str]:
        """What the first row says."""
        return [cell.value for cell in self.rows[0]]

    def value(self, row: int, column: int) -> str:
        """What a cell says; nothing where the row is too short."""
        cells = self.rows[row]
        return cells[column].value if column < len(cells) else ""

    def values(self, row: int) -> list[str]:
        """What the cells of a row say, as many as the header has."""
        return [self.value(row, column) for column in range(len(self.header))]

    def line(self, row: int) -> int:
        """The number of the line on which the row begins."""
        return bisect_right(self._line_ends, self.rows[row][0].start) + 1

    @cached_property
    def _line_ends(self) -> list[int]:
        return [match.end() for match in _LINE_END.finditer(self.text)]

    def changed(self, values: Mapping[tuple[int, int], str]) -> bytes:
        """The file with these cells, by row and column, saying something else.

        A cell keeps its quotes; one without gets them where it needs them. A row that is too short is filled up.
        """
        parts, end = [], 0
        for (row, column), value in sorted(values.items()):
            cells = self.rows[row]
            if column < len(cells):
                start, after, missing = cells[column].start, cells[column].end, 0
                quoted = cells[column].quoted
            else:
                start = after = cells[-1].end
                written = [c for r, c in values if r == row and len(cells) <= c < column]
                missing, quoted = column - max([len(cells) - 1, *written]), False
            parts += [self.text[end:start], self.delimiter * missing, self._written(value, quoted)]
            end = after
        return "".join([*parts, self.text[end:]]).encode("utf-8", "backslashreplace")

    def _written(self, value: str, quoted: bool) -> str:
        needs = value != value.strip() or any(mark in value for mark in (self.delimiter, '"', "\r", "\n"))
        # A spreadsheet elsewhere splits at another mark, and takes what comes after it for a formula.
        needs = needs or bool(set(value) & _DELIMITERS and not _NUMBER.fullmatch(value))
        return '"' + value.replace('"', '""') + '"' if quoted or needs else value


def read_exactly(content: bytes, name: str) -> ExactCsv:
    """The cells of a CSV file; what ends the first of them, a comma, a semicolon or a tab, ends them all.

    Raises UsageError, with `name` and the line, where it is not UTF-8, no CSV or empty.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not UTF-8. Export it again, or save it as CSV in UTF-8.") from None
    delimiter = _delimiter(text)
    try:
        rows = _rows(text, delimiter)
    except _Malformed as error:
        raise UsageError(f"{name} is no CSV file: {error}.") from None
    if not rows:
        raise UsageError(f"{name} is empty.")
    return ExactCsv(text, delimiter, rows)


def _delimiter(text: str) -> str:
    """What ends the first cell."""
    first = _FIRST_CELL.match(text)
    return first[1] if first else ","


def _rows(text: str, delimiter: str) -> tuple[tuple[Cell, ...], ...]:
    unquoted = re.compile(f"[^{delimiter}\r\n]*")
    rows: list[tuple[Cell, ...]] = []
    row: list[Cell] = []
    place = len(_BOM) if text.startswith(_BOM) else 0
    while place < len(text) or row:
        cell = _quoted(text, place) if text.startswith('"', place) else _bare(text, place, unquoted)
        row.append(cell)
        place = cell.end
        if text.startswith(delimiter, place):
            place += 1
            continue
        if place < len(text) and text[place] not in "\r\n":
            raise _Malformed(f"on line {_line(text, place)} a quote closes in the middle of a cell")
        rows.append(tuple(row))
        row = []
        place += 2 if text.startswith("\r\n", place) else 1
    return tuple(rows)


def _bare(text: str, place: int, unquoted: re.Pattern[str]) -> Cell:
    match = unquoted.match(text, place)
    assert match is not None  # it may be empty
    return Cell(place, match.end(), match[0], False)


def _quoted(text: str, start: int) -> Cell:
    place = start + 1
    while (quote := text.find('"', place)) >= 0:
        if not text.startswith('""', quote):
            return Cell(start, quote + 1, text[start + 1 : quote].replace('""', '"'), True)
        place = quote + 2
    raise _Malformed(f"the quote on line {_line(text, start)} is never closed")


def _line(text: str, place: int) -> int:
    return len(_LINE_END.findall(text, 0, place)) + 1
