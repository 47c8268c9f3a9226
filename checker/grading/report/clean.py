"""Somebody else's text made fit to be shown: no escape sequences, no control characters, not without end. Pure."""

from __future__ import annotations

import re

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


def clean(text: str, most: int = 600) -> str:
    """`text` on as many lines as it has, at most `most` characters of it."""
    # Cut before searching too, so that a text without end costs no time.
    shown = _LINE_ENDS.sub("\n", _ESCAPES.sub("", text[: most * 4]))
    shown = _UNWANTED.sub("", shown).strip()
    return shown if len(shown) <= most and len(text) <= most * 4 else f"{shown[: most - 1]}…"


def one_line(text: str, most: int = 200) -> str:
    """`text` as one line."""
    return " ".join(clean(text, most).split())
