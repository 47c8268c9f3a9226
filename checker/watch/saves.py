"""When a learner's file was saved: by file events, and where none arrive, by looking."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import watchfiles

_QUIET = 5  # milliseconds without an event that end a save: some editors write twice
_LONGEST = 200  # milliseconds that one save may take
_LOOK = 1_000  # milliseconds without an event until we look ourselves
_POLL = 0.4  # seconds between two looks where no events arrive


@dataclass(frozen=True)
class Save:
    """Something in the watched folder is not as it was."""

    by_event: bool
    """False where no event told: on some network drives none arrives."""


def saves(root: Path, seen: object, look: Callable[[], object], stop: threading.Event) -> Iterator[Save]:
    """One each time what `look` returns has changed, until `stop` is set; `seen` is what it returned before.

    Events from below `root` say when to look; so does a second without any. A change that no event told,
    twice in a row, means that none arrive: from then on we look several times a second.
    """
    untold = 0
    for told in _signals(root, stop):
        now = look()
        untold = 0 if told else untold
        if now != seen:
            seen = now
            untold += not told
            yield Save(by_event=untold < 2)
        if untold == 2:
            break
    while not stop.wait(_POLL):
        if (now := look()) != seen:
            seen = now
            yield Save(by_event=False)


def _signals(root: Path, stop: threading.Event) -> Iterator[bool]:
    """True for an event, False for a second without one; it ends where events cannot be had at all."""
    try:
        for changes in watchfiles.watch(
            root,
            stop_event=stop,
            debounce=_LONGEST,
            step=_QUIET,
            rust_timeout=_LOOK,
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            yield bool(changes)
    except (OSError, RuntimeError):
        return


def contents(folder: Path) -> str:
    """A digest of every Python file in `folder`: a file that is written again, unchanged, was not saved anew."""
    digest = hashlib.sha256()
    for path in _sources(folder):
        try:
            content = path.read_bytes()
        except OSError:  # gone since it was listed, or being put in its place
            continue
        digest.update(os.fsencode(f"{path.relative_to(folder)} {len(content)} ") + content)
    return digest.hexdigest()


def _sources(folder: Path) -> list[Path]:
    """None where the folder is not there, or goes while it is listed."""
    try:
        return sorted(folder.rglob("*.py"))
    except OSError:
        return []
