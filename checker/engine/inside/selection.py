"""A pytest plugin that chooses which tests of a suite a run has, and in which order."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

_T = TypeVar("_T")


class Selection:
    """Orders: ``file`` as pytest collects; ``reversed``; ``alone``, one test of all; ``shuffled-7`` by a seed."""

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
        elif self._order.startswith("shuffled-"):
            items[:] = _shuffled(items, random.Random(self._order))


def _shuffled(items: list[pytest.Item], chance: random.Random) -> list[pytest.Item]:
    """Modules, the blocks in them, and the tests in those, each in an order of chance."""
    blocks: dict[str, dict[str, list[pytest.Item]]] = {}
    for item in items:
        module, _, rest = item.nodeid.partition("::")
        owner = rest.split("::")[0] if "::" in rest else item.nodeid
        blocks.setdefault(module, {}).setdefault(owner, []).append(item)
    return [
        item
        for module in _any_order(list(blocks.values()), chance)
        for block in _any_order(list(module.values()), chance)
        for item in _any_order(block, chance)
    ]


def _any_order(things: list[_T], chance: random.Random) -> list[_T]:
    return chance.sample(things, len(things))
