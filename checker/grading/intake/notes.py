"""What intake tells of a submission: short lines, each once, and not without end. Pure."""

from __future__ import annotations

_MOST = 20
_LONGEST = 300


class Notes:
    """Lines for a person, in the order in which they came."""

    def __init__(self) -> None:
        self._lines: dict[str, None] = {}

    def add(self, line: str) -> None:
        """One line more, unless it is there; of one that is too long, its ends: what it is about, and why."""
        half = _LONGEST // 2
        self._lines[line if len(line) <= _LONGEST else f"{line[: half - 1]}…{line[-half:]}"] = None

    def lines(self) -> tuple[str, ...]:
        """The first of them, and how many more there are."""
        lines = list(self._lines)
        if len(lines) <= _MOST:
            return tuple(lines)
        return (*lines[:_MOST], f"… and {len(lines) - _MOST} more")
