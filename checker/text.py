"""Lines for people: bullets, quotations, and folding to a width. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

WIDTH = 80
_QUOTED = "    "
_DIAGRAM = re.compile(r"^```mermaid\n.*?^```\n", re.MULTILINE | re.DOTALL)
_SUMMARY = re.compile(r"<summary>(.*?)</summary>", re.DOTALL)
_CODE = re.compile(r"<code>(.*?)</code>")
_DETAILS = re.compile(r"</?details>\n?")
_TABLE = re.compile(r"^\|.*\|\n\|(?: *:?-+:? *\|)+\n(?:\|.*\|\n)*", re.MULTILINE)


def folded(lines: Iterable[str], width: int = WIDTH, quotations: bool = False) -> Iterator[str]:
    """The lines, none longer than `width` characters; quotations keep their line breaks, unless they too are folded."""
    for line in lines:
        is_quotation = line.startswith(_QUOTED)
        yield from [line] if not line or (is_quotation and not quotations) else _folded(line, width)


def _folded(line: str, width: int) -> list[str]:
    """The line's parts, all but the first a little further in, below the text of a bullet."""
    indent = len(line) - len(line.lstrip(" "))
    hang = " " * (indent + 2 if indent else 0)
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=hang if len(hang) < width // 2 else "",
        break_long_words=False,
        break_on_hyphens=False,
    )


def bullets(texts: Iterable[str]) -> Iterator[str]:
    """Each text as an entry of a list."""
    return (f"  - {text}" for text in texts)


def joined(*parts: Iterable[str]) -> list[str]:
    """The parts with an empty line between, without those that say nothing."""
    lines: list[str] = []
    for part in map(list, parts):
        lines += ["", *part] if lines and part else part
    return lines


def quoted(text: str) -> list[str]:
    """Somebody else's lines, such as a traceback: set in, and never folded."""
    return [f"{_QUOTED}{line}" for line in text.splitlines()]


def count(number: int, thing: str) -> str:
    """``1 test``, ``2 tests``."""
    return f"{number} {thing}" + ("" if number == 1 else "s")


def shortened(text: str, width: int) -> str:
    """The beginning and the end: cases of one parametrised test differ at the end."""
    half = width // 2
    return text if len(text) <= width else f"{text[: width - half - 1]}…{text[-half:]}"


def readable_markdown(text: str) -> str:
    """Markdown as a terminal can show it: no diagrams, tables as lists, and what is folded away in HTML unfolded.

    A table in a terminal cuts off what does not fit its columns: routes, for one.
    """
    text = _TABLE.sub(lambda table: _listed(table[0]), _DIAGRAM.sub("", text))
    return _DETAILS.sub("", _SUMMARY.sub(r"**\1**", _CODE.sub(r"`\1`", text)))


def _listed(table: str) -> str:
    """Each row as an entry: its first cell, and the others with the names of their columns."""
    names, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return "".join(f"* {_entry(names, cells)}\n" for cells in rows)


def _entry(names: list[str], cells: list[str]) -> str:
    first, *others = cells
    told = [
        f"{name}: {cell}".removeprefix(": ") for name, cell in zip(names[1:], others, strict=False) if cell
    ]
    return " · ".join([f"**{first.strip('*')}**", *told])


def listed(what: str, names: Sequence[str], most: int = 20) -> list[str]:
    """A line with these names, or none where there are none; a list of more than `most` is cut."""
    more = f", and {len(names) - most} more" if len(names) > most else ""
    return [f"{what}: {', '.join(names[:most])}{more}."] if names else []
