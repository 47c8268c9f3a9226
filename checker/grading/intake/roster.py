"""A class's roster: a CSV file with the columns id, name, e-mail and team, of which only id must be there."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from checker.errors import UsageError
from checker.grading.model import Learner

_ALSO_CALLED = {
    "id": ("studentid", "userid"),
    "name": ("fullname", "student"),
    "email": ("mail", "emailaddress"),
    "team": ("group", "groupname"),
}
"""What a column may be called where none has its own name; all in any case, and with any spaces and hyphens."""


def read_roster(path: Path) -> tuple[Learner, ...]:
    """The learners of a class in the file's order.

    The file is UTF-8, with or without a byte order mark; its header may be in any case, its delimiter is a comma
    or a semicolon, columns of other names are passed over. Raises UsageError, with the line, for a file that
    cannot be read so, that has no column id, or in which an id is missing or there twice.
    """
    rows = _rows(path)
    _, header = next(rows, (1, []))
    columns = _columns(path, header)
    learners: dict[str, Learner] = {}
    lines: dict[str, int] = {}
    for line, row in rows:
        if len(row) > len(header):
            raise _problem(path, line, f"has {len(row)} cells, and the header {len(header)}. Quote commas")
        learner = Learner(**{name: row[at].strip() for name, at in columns.items() if at < len(row)})
        if not learner.id:
            raise _problem(path, line, "has no id. Give one, or remove the line")
        key = learner.id.casefold()
        if key in learners:
            raise _problem(path, line, f"has the id {learner.id!r}, as line {lines[key]} has. Ids are unique")
        learners[key], lines[key] = learner, line
    if not learners:
        raise UsageError(f"The roster {path} names nobody. Below its header it needs one line a learner.")
    return tuple(learners.values())


def columns_left(path: Path) -> tuple[str, ...]:
    """The columns of a roster that mean nothing here, as they are called. Raises as `read_roster` does."""
    _, header = next(_rows(path), (1, []))
    used = _columns(path, header).values()
    return tuple(cell.strip() for at, cell in enumerate(header) if at not in used and cell.strip())


def _columns(path: Path, header: Sequence[str]) -> dict[str, int]:
    """Where each of our columns is."""
    titles = [_title(cell) for cell in header]
    columns: dict[str, int] = {}
    for name, others in _ALSO_CALLED.items():
        found = [at for at, title in enumerate(titles) if title == name]
        found = found or [at for at, title in enumerate(titles) if title in others]
        if len(found) > 1:
            raise _problem(path, 1, f"has two columns for {name}. Remove one")
        if found:
            columns[name] = found[0]
    if "id" not in columns:
        there = ", ".join(cell.strip() for cell in header) or "none"
        raise _problem(
            path, 1, f"has no column id. It needs id, and may have name, email, team. It has: {there}"
        )
    return columns


def _title(cell: str) -> str:
    return re.sub(r"[\s_-]+", "", cell.lower())


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty, with the line it begins in."""
    text = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise _problem(path, line, f"is no CSV ({error}). Look for a quote that is not closed") from None


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"The roster {path} cannot be read: {error.strerror}.") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _problem(path, line, "is not UTF-8. Save the file as CSV UTF-8") from None
    if "\0" in text:  # UTF-16 without a mark, most likely
        raise _problem(
            path, 1 + text.count("\n", 0, text.index("\0")), "is no text. Save the file as CSV UTF-8"
        )
    return text


def _delimiter(text: str) -> str:
    header = text.lstrip("\r\n").splitlines()[:1]
    return max(",", ";", key=header[0].count) if header else ","


def _problem(path: Path, line: int, what: str) -> UsageError:
    return UsageError(f"The roster {path}, line {line}, {what}.")
