"""A file as it was found in a hand-in, and which of its path's names matter. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from checker.course.lessons import is_hidden
from checker.grading.intake.limits import Refused
from checker.grading.intake.names import clean

_NOBODYS = {"__macosx", "venv", "env", "node_modules", "site-packages"}
_DRIVE = re.compile(r"[A-Za-z]:")

Wanted = Callable[[str], bool]
"""Whether a path's content is needed; all others are known by name alone."""


@dataclass(frozen=True)
class Found:
    """One file of a folder or an archive."""

    path: str
    content: bytes | None = None
    """None where nobody needs it, or where it could not be had."""
    modified: float = 0
    """When it was last changed, in seconds since 1970, so far as the archive says."""
    problem: str = ""
    """Why it cannot be taken: a link, too large, unreadable."""


def is_passed_over(path: str) -> bool:
    """Whether it lies in what is nobody's work: hidden folders, caches, environments, macOS's own."""
    return is_hidden(path) or any(part.lower() in _NOBODYS for part in path.split("/"))


def safe_path(name: str) -> str:
    """An archive's entry's name as a path below the archive, with ``/`` between its parts.

    Raises Refused for one that would lead out of it.
    """
    path = name.replace("\\", "/")
    if path.startswith("/") or _DRIVE.match(path):
        raise Refused(f"it has an absolute path, {clean(name[:80])}")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise Refused(f"it has a path that leads out of it, {clean(name[:80])}")
    return unicodedata.normalize("NFC", "/".join(parts))
