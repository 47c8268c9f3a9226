"""Backups of a lesson's files: complete, dated, and never half of one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from checker.files import walk, write_atomically, write_folder_atomically

Files = Mapping[str, bytes]
"""Contents by path in the lesson folder."""

_NAME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)(?:-(\d+))?")
_JOURNAL = "unfinished.json"
_FORMAT = "checker/unfinished-reset/v1"


class Unfinished(NamedTuple):
    """A change of the lesson folder that was begun and not ended."""

    before: str
    """The backup of what was there."""
    target: str
    """The backup that was to be there, or "" for the starter."""


@dataclass(frozen=True)
class Backups:
    """The backups of one lesson, each a folder named after the second it was made in."""

    folder: Path

    def names(self) -> list[str]:
        """All of them, the oldest first."""
        there = self.folder.iterdir() if self.folder.is_dir() else ()
        return sorted((path.name for path in there if _NAME.fullmatch(path.name)), key=_age)

    def read(self, name: str) -> Files:
        """The files of one."""
        return {path: (self.folder / name / path).read_bytes() for path in walk(self.folder / name)}

    def write(self, files: Files, now: datetime) -> str:
        """Make a backup of `files`, whole or not at all; its name. Raises OSError."""
        name = _next_name(self.names(), now)
        write_folder_atomically(self.folder / name, files)
        return name

    def begin(self, change: Unfinished) -> None:
        """Note what is about to be done to the lesson folder. Raises OSError."""
        document = {"format": _FORMAT, **change._asdict()}
        write_atomically(self.folder / _JOURNAL, json.dumps(document).encode())

    def end(self) -> None:
        """What was begun is done."""
        (self.folder / _JOURNAL).unlink(missing_ok=True)

    def unfinished(self) -> Unfinished | None:
        """What was begun and not ended; nothing where the note is damaged or its backups are gone."""
        try:
            document = json.loads((self.folder / _JOURNAL).read_bytes())
            change = Unfinished(document["before"], document["target"])
            is_ours = document["format"] == _FORMAT
        except (OSError, ValueError, KeyError, TypeError):
            return None
        names = {"", *self.names()}
        return change if is_ours and change.before in names - {""} and change.target in names else None


def _age(name: str) -> tuple[str, int]:
    match = _NAME.fullmatch(name)
    return (match[1], int(match[2] or 1)) if match else ("", 0)


def _next_name(names: list[str], now: datetime) -> str:
    """Names only grow, so that the last is the newest, two in a second or a clock put back notwithstanding."""
    stamp = f"{now:%Y-%m-%dT%H-%M-%S}"
    newest, count = _age(names[-1]) if names else ("", 0)
    return stamp if stamp > newest else f"{newest}-{count + 1}"
