"""A pytest plugin that chooses which tests of a suite a run has, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


class Selection:
    """Orders: ``file`` as pytest collects; ``reversed``; ``alone``, one test of all."""

    def __init__(self, request: dict[str, Any], send: Callable[..., None]) -> None:
        self._send = send
        self._order: str = request["order"]
        self._only: str = request["only"]
        self._without: set[str] = set(request["without"])
        self._most: int = request["most_tests"]

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests of this run. A reversed list keeps the blocks of classes and modules together."""
        items[:] = [item for item in items if item.nodeid not in self._without]
        if len(items) > self._most:
            self._send("left_out", len(items) - self._most)
            del items[self._most :]
        if self._order == "alone":
            items[:] = [item for item in items if item.nodeid == self._only]
        elif self._order == "reversed":
            items.reverse()
