"""What learners call themselves, made harmless: in a spreadsheet's cell, as a folder's name, on a line. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NOT_IN_A_NAME = re.compile(r"[^\w.@+-]+")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def inert(text: str) -> str:
    """The text, which no spreadsheet takes for a formula: one that looks so gets an apostrophe in front."""
    looks_so = text.startswith(_STARTS_A_FORMULA) or text.lstrip().startswith(_STARTS_A_FORMULA)
    return f"'{text}" if looks_so else text


def one_line(text: str) -> str:
    """The text without line breaks and without what moves a terminal's cursor."""
    printable = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return " ".join(printable.split())


def folder_names(ids: Iterable[str]) -> dict[str, str]:
    """For each id a folder's name that every file system takes; no two are the same, whatever its case."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for one in sorted(ids):
        base = _NOT_IN_A_NAME.sub("_", one).strip("._")[:60].rstrip(".") or "learner"
        base = f"_{base}" if _DEVICES.fullmatch(base) else base
        name, again = base, 2
        while name.casefold() in taken:
            name, again = f"{base}~{again}", again + 1
        taken.add(name.casefold())
        names[one] = name
    return names
