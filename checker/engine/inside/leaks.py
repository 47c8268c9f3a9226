"""A pytest plugin that notices what a suite leaves behind: overrides, lifespans, clocks, environment variables."""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import sys
from collections.abc import AsyncIterator, Generator
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import pytest
from fastapi import FastAPI

_XUNIT = {"_xunit_setup_class_fixture_": "setup_class", "_xunit_setup_method_fixture_": "setup_method"}
_XUNIT_MODULE = {
    "_xunit_setup_module_fixture_": "setup_module",
    "_xunit_setup_function_fixture_": "setup_function",
}


class LeakWatch:
    """Watches one pytest session from before the app is imported; `found` says what is left at its end."""

    def __init__(self) -> None:
        self._environment: dict[str, str] = {}
        self._travelling_since = ""
        self._test = ""
        self._setting_up: list[str] = []
        self._running: WeakKeyDictionary[FastAPI, list[str]] = WeakKeyDictionary()
        self._starts: list[tuple[str, str]] = []
        self._nested: list[str] = []
        self._overridden_since: WeakKeyDictionary[FastAPI, str] = WeakKeyDictionary()
        self._apps: WeakSet[FastAPI] = WeakSet()
        self._with_lifespan: WeakSet[FastAPI] = WeakSet()
        self._watch_lifespans()

    def apps(self) -> list[FastAPI]:
        """The apps that are alive."""
        return list(self._apps)

    def never_started(self, app: FastAPI) -> bool:
        """Whether the app has a start-up of its own that has not run so far."""
        has_one = app in self._with_lifespan or bool(app.router.on_startup)
        return has_one and app not in self._running

    def found(self) -> list[list[str]]:
        """What the session left: ``[kind, who, what]`` each, with the kinds of DESIGN's findings.

        ``lifespan_started`` is no leak: it tells who started an app, once a start.
        """
        return [
            *(
                ["override_left", self._overridden_since.get(app, ""), _names(app)]
                for app in _overridden_apps()
            ),
            *(["lifespan_not_stopped", who, ""] for starters in self._running.values() for who in starters),
            *(["lifespan_nested", who, ""] for who in self._nested),
            *([["clock_left", self._travelling_since, ""]] if _is_travelling() else []),
            *(["env_changed", "", name] for name in self._changed_variables()),
            *(["lifespan_started", who, test] for who, test in self._starts),
        ]

    # -- where in the session we are

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self) -> None:
        """From here on tests run: what changes now is theirs."""
        self._environment = _environment()
        self._note("the import of the test file")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Remember the running test, and after it who left an override, or the clock at another time."""
        self._test = item.nodeid
        result = yield
        self._note(item.nodeid)
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        """Remember the fixture that is being set up; setup_class and its kin are fixtures to pytest."""
        self._setting_up.append(_fixture_name(fixturedef))
        try:
            return (yield)
        finally:
            self._note(self._setting_up.pop())

    def _who(self) -> str:
        if self._setting_up:
            return self._setting_up[-1]
        return self._test or "the import of the test file"

    # -- overrides and clocks

    def _note(self, who: str) -> None:
        """What is not as it was: whoever is the first to leave it so is named, until it is put back."""
        self._travelling_since = (self._travelling_since or who) if _is_travelling() else ""
        for app in list(self._apps):
            if app.dependency_overrides:
                self._overridden_since.setdefault(app, who)
            else:
                self._overridden_since.pop(app, None)

    # -- lifespans

    def _watch_lifespans(self) -> None:
        original = FastAPI.__init__

        @functools.wraps(original)
        def init(app: FastAPI, *args: Any, **kwargs: Any) -> None:
            original(app, *args, **kwargs)
            self._apps.add(app)
            if kwargs.get("lifespan"):
                self._with_lifespan.add(app)
            app.router.lifespan_context = self._watched(app.router.lifespan_context)

        FastAPI.__init__ = init  # type: ignore[method-assign, assignment]

    def _watched(self, lifespan: Any) -> Any:
        @contextlib.asynccontextmanager
        async def watched(app: Any) -> AsyncIterator[Any]:
            async with lifespan(app) as state:
                who = self._who()
                starters = self._running.setdefault(app, [])
                if starters:
                    self._nested.append(who)
                starters.append(who)
                self._starts.append((who, self._test))
                try:
                    yield state
                finally:
                    starters.remove(who)

        return watched

    def _changed_variables(self) -> list[str]:
        now = _environment()
        if _is_travelling():  # to a place with a time zone of its own, maybe: the clock is what is left
            now.pop("TZ", None)
            now |= {name: value for name, value in self._environment.items() if name == "TZ"}
        return sorted(
            name for name in self._environment | now if self._environment.get(name) != now.get(name)
        )


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


def _is_travelling() -> bool:
    """Whether a library that suites move the clock with has it at another time than it is."""
    time_machine, freezegun = (sys.modules.get(name) for name in ("time_machine", "freezegun.api"))
    is_moved = getattr(getattr(time_machine, "escape_hatch", None), "is_travelling", None)
    return bool(callable(is_moved) and is_moved()) or bool(getattr(freezegun, "freeze_factories", None))


def _overridden_apps() -> list[FastAPI]:
    """Every app with overrides left, found in memory: mounted apps and second imports count too."""
    gc.collect()  # an app that nobody holds any more leaves nothing behind
    apps = [thing for thing in gc.get_objects() if issubclass(type(thing), FastAPI)]
    return [app for app in apps if app.dependency_overrides]


def _names(app: FastAPI) -> str:
    return ", ".join(map(_name, app.dependency_overrides))


def _name(key: Any) -> str:
    """What an override's key is called; never what its own code makes of that, nor where it lies in memory."""
    name = key if isinstance(key, str) else getattr(key, "__name__", None)
    return name if isinstance(name, str) else f"an object of the class {type(key).__name__}"


def _fixture_name(fixturedef: pytest.FixtureDef[Any]) -> str:
    for prefix, function in {**_XUNIT, **_XUNIT_MODULE}.items():
        if fixturedef.argname.startswith(prefix):
            return f"{function} of {fixturedef.argname.removeprefix(prefix)}"
    return f"fixture {fixturedef.argname} ({fixturedef.scope})"
