"""Keeps a suite's own hooks and plugins out of pytest: its fixtures load, nothing else of it.

A hook in a conftest can rewrite every outcome; nothing a course teaches needs one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any


class ForeignHooks:
    """Ignores and reports ``pytest_plugins``, and hooks whose code lies in the learner's folder."""

    def __init__(self, folder: str, send: Callable[..., None]) -> None:
        self._folder = folder
        self._send = send

    def keep_out_of(self, manager: Any) -> None:
        """Before any conftest is read: from now on the plugin manager asks us first."""
        parse = manager.parse_hookimpl_opts

        def parse_unless_foreign(plugin: object, name: str) -> Any:
            if name.startswith("pytest_") and self._is_foreign(plugin, getattr(plugin, name, None)):
                self._send("hook_ignored", name)
                return None
            return parse(plugin, name)

        def consider_module(module: ModuleType) -> None:
            if hasattr(module, "pytest_plugins"):
                self._send("hook_ignored", "pytest_plugins")

        manager.parse_hookimpl_opts = parse_unless_foreign
        manager.consider_module = consider_module

    def _is_foreign(self, plugin: object, hook: object) -> bool:
        """Whether a hook comes from the learner's folder: by its module, or by its code."""
        if not callable(hook):
            return False
        code = getattr(inspect.unwrap(hook), "__code__", None)
        places = (getattr(plugin, "__file__", None), code.co_filename if code else None)
        return any(place and place.startswith(self._folder) for place in places)
