"""Who may run beside whom: many runs at a time, or one with nothing beside it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """Passed by every run of the runners that share it: all of a check, or of a grading, whose workers are threads.

    Who wants to be alone goes before those who come later: it waits for the runs under way, and no other begins.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._want_to_be_alone = 0
        self._is_alone = False

    @contextmanager
    def beside_others(self) -> Iterator[None]:
        """A run like any other."""
        with self._changed:
            self._changed.wait_for(lambda: not (self._is_alone or self._want_to_be_alone))
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """A run with nothing beside it."""
        with self._changed:
            self._want_to_be_alone += 1
            self._changed.wait_for(lambda: not (self._is_alone or self._inside))
            self._want_to_be_alone -= 1
            self._is_alone = True
        try:
            yield
        finally:
            with self._changed:
                self._is_alone = False
                self._changed.notify_all()
