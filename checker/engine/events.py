"""The lines that a run reports: which of them count. Pure.

They come from the process that a learner's code runs in, which can write lines of its own. A line that is not
one of these is not believed, and says that a person should look.
"""

from __future__ import annotations

import json
from typing import Any

Event = tuple[Any, ...]

OUTCOMES = {"passed", "failed", "error", "todo", "skipped", "xfailed"}
FLAGS = {
    *("outcome_rewritten", "reads_app_source", "traces_the_run", "imports_checker", "loads_native_code"),
    *("kills_processes", "starts_programs", "exit_hook"),
}

# More than an honest run has of anything: what a test writes itself is not to fill the gradebook.
MOST_TESTS = 1_000  # of a suite that are run; of leaks too, no run has more
_LONGEST = 10_000  # characters of a text
_GREATEST = 1_000_000_000

_SHAPES: dict[str, tuple[type, ...]] = {
    "collected": (list,),
    "start": (str,),
    "test": (str, str, str, str, str),
    "broken": (str,),
    "suspect": (str,),
    "hook_ignored": (str,),
    "left_out": (int,),
    "seen": (str, str, str, str, int),
    "ended": (str,),
    "seal": (),
}


def read_events(data: bytes, key: str) -> tuple[Event, ...]:
    """The events of a run with this key, in order; ``("suspect", "report_malformed")`` for each that is none."""
    return tuple(event for line in data.splitlines() if (event := _read(line, key)) is not None)


def _read(line: bytes, key: str) -> Event | None:
    try:
        given, *event = _whole_text(json.loads(line))
    except (ValueError, TypeError, RecursionError):
        return None
    if given != key:
        return None
    return tuple(event) if _is_well_formed(event) else ("suspect", "report_malformed")


def _whole_text(value: Any) -> Any:
    """With question marks for half a character, which no file keeps, and for NUL, which not every database does."""
    if isinstance(value, list):
        return list(map(_whole_text, value))
    if isinstance(value, str):
        return value[:_LONGEST].encode("utf-8", "replace").decode().replace("\0", "?")
    return value


def _is_well_formed(event: list[Any]) -> bool:
    if not event or not isinstance(event[0], str):
        return False
    name, *values = event
    if name == "leaks":
        return len(values) <= MOST_TESTS and all(_is_list_of_text(leak) and len(leak) == 3 for leak in values)
    if name not in _SHAPES or [type(value) for value in values] != list(_SHAPES[name]):
        return False
    if name == "collected":
        return _is_list_of_text(values[0])
    if name == "suspect":
        return values[0] in FLAGS
    if name == "test":
        return values[1] in OUTCOMES
    return all(0 <= value <= _GREATEST for value in values if type(value) is int)


def _is_list_of_text(value: Any) -> bool:
    return (
        isinstance(value, list) and len(value) <= MOST_TESTS and all(isinstance(text, str) for text in value)
    )
