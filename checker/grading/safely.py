"""What learners wrote, made harmless: in a spreadsheet's cell, as a file's name, on a page or a line. Pure."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_FIT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,58}[A-Za-z0-9_-])?")
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours, cursor movements
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)"  # titles, links and other strings for a terminal
    r"|\x1b.?",
    re.DOTALL,
)
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Beside control characters: what turns the direction of the text after it, and halves of a character.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def inert(text: str) -> str:
    """The text, which no spreadsheet takes for a formula: one that looks so gets an apostrophe in front."""
    looks_so = text.startswith(_STARTS_A_FORMULA) or text.lstrip().startswith(_STARTS_A_FORMULA)
    return f"'{text}" if looks_so else text


def clean(text: str, most: int = 600) -> str:
    """`text` on as many lines as it has, at most `most` characters of it."""
    # Cut before searching too, so that a text without end costs no time.
    shown = _LINE_ENDS.sub("\n", _ESCAPES.sub("", text[: most * 4]))
    shown = _UNWANTED.sub("", shown).strip()
    return shown if len(shown) <= most and len(text) <= most * 4 else f"{shown[: most - 1]}…"


def code_line(text: str, most: int = 300) -> str:
    """A line of somebody's source as it is, at most `most` characters of it; what no reader would see is a ``�``."""
    shown = _UNWANTED.sub("�", _LINE_ENDS.sub("�", text[: most * 4].expandtabs(4)))
    return shown if len(shown) <= most and len(text) <= most * 4 else f"{shown[: most - 1]}…"


def one_line(text: str, most: int = 200) -> str:
    """`text` as one line."""
    return " ".join(clean(text, most).split())


def safe_names(ids: Iterable[str]) -> Mapping[str, str]:
    """A name for each id, without an extension.

    An id that is a fit name keeps it. Any other gets what can be kept of it, ``~`` and a digest, which no fit
    name has; so do ids that differ in capitals alone, which some file systems take for one.
    """
    several = tuple(dict.fromkeys(ids))
    alike = Counter(id.casefold() for id in several)
    return {id: id if _is_fit(id) and alike[id.casefold()] == 1 else _made_up(id) for id in several}


def _is_fit(id: str) -> bool:
    return bool(_FIT.fullmatch(id)) and not _RESERVED.fullmatch(id)


def _made_up(id: str) -> str:
    kept = _UNFIT.sub("_", id)[:40].strip("._-")
    if _RESERVED.fullmatch(kept):
        kept = f"_{kept}"
    return f"{kept}~{hashlib.sha256(id.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
