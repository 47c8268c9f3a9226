"""The processes of a run, seen from outside: who they are, and what they take. Linux tells it in /proc."""

from __future__ import annotations

import contextlib
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from checker.engine.limits import Usage

_PROC = Path("/proc")
_IS_TOLD = (_PROC / "self" / "stat").exists()
_NAMES_CHILDREN = (_PROC / "thread-self" / "children").exists()
_TICK = os.sysconf("SC_CLK_TCK") if _IS_TOLD else 100
_NANOSECOND = 1e-9
# In a line of stat, counted from the state on, which comes after the name.
_PARENT, _TIMES = 1, slice(11, 15)  # user and system; and of the children that ended and were waited for


class Family:
    """A process and all below it: in a numbering of its own, whom nobody waits for any more becomes its child."""

    def __init__(self, first: int) -> None:
        self._first = first
        # What was warmed ahead has run before, and waited.
        self._born_with = _ticks(_stat(first))
        self._waited_before = sum(_waits(first).values())
        self._waited: dict[str, int] = {}

    def pids(self) -> Iterator[int]:
        """All that are there now."""
        return iter(self._stats())

    def usage(self) -> Usage:
        """What they have taken together, those that ended too; nothing where the system does not tell."""
        stats = self._stats()
        ticks = sum(map(_ticks, stats.values()))
        for pid in stats:
            self._waited |= _waits(pid)  # of a thread that ended, what was seen of it last
        ran = max(ticks - self._born_with, 0) / _TICK
        waited = max(sum(self._waited.values()) - self._waited_before, 0)
        return Usage(ran, waited * _NANOSECOND)

    def _stats(self) -> dict[int, list[str]]:
        stats: dict[int, list[str]] = {}
        if not _IS_TOLD:
            return stats
        children = _children if _NAMES_CHILDREN else _children_by_parent().__getitem__
        waiting = [self._first]
        while waiting:
            pid = waiting.pop()
            if pid not in stats and (stat := _stat(pid)):
                stats[pid] = stat
                waiting += children(pid)
        return stats


def _children(pid: int) -> list[int]:
    """Those that a process has. To ask it alone costs far less than a look at everybody."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in (_PROC / str(pid) / "task").iterdir():
            with contextlib.suppress(OSError):
                found += map(int, (thread / "children").read_text("ascii").split())
    return found


def _children_by_parent() -> dict[int, list[int]]:
    """The same of everybody, where a kernel was built without the file that `_children` reads."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in _PROC.iterdir():
        if entry.name.isdecimal() and (stat := _stat(int(entry.name))):
            children[int(stat[_PARENT])].append(int(entry.name))
    return children


def _stat(pid: int) -> list[str]:
    """The fields of a process after its name, which may hold anything; none where it is gone."""
    with contextlib.suppress(OSError):
        return (_PROC / str(pid) / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return []


def _ticks(stat: list[str]) -> int:
    return sum(map(int, stat[_TIMES]))


def _waits(pid: int) -> dict[str, int]:
    """How long each thread of a process has waited for a core."""
    waits = {}
    with contextlib.suppress(OSError):
        for thread in (_PROC / str(pid) / "task").iterdir():
            with contextlib.suppress(OSError, IndexError):
                waits[thread.name] = int((thread / "schedstat").read_text("ascii").split()[1])
    return waits
