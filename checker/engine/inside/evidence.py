"""A pytest plugin that gathers evidence for advice, in a suite's first run: it says what happened, no more."""

from __future__ import annotations

import functools
import gc
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from types import CoroutineType
from typing import Any

import pytest
from _pytest.assertion import util
from fastapi import FastAPI
from fastapi.dependencies.utils import get_dependant

from checker.engine.inside.leaks import LeakWatch

# Explaining an assertion costs some microseconds: a test that has passed so many is no longer of interest.
_ENOUGH = 50
_LIBRARIES = ("fastapi", "starlette")


class Evidence:
    """Sends ``seen`` events: kind, node id, what, file, line, each once.

    Kinds: ``asserted`` (an assertion passed), ``asked`` (a route's function answered: its file),
    ``never_awaited`` (Python said so of a coroutine), ``coroutine`` (an error was about one), ``override_unused``
    (its key), ``not_started`` (what an app that never ran answered with: a status from 500 up, or an exception).
    """

    def __init__(self, folder: str, leaks: LeakWatch, send: Callable[..., None]) -> None:
        self._folder = folder
        self._leaks = leaks
        self._send = send
        self._sent: set[tuple[Any, ...]] = set()
        self._test = ""
        self._passed = 0
        self._judged: set[tuple[int, ...]] = set()
        self._watch_requests()
        sys.set_coroutine_origin_tracking_depth(1)

    def _note(self, kind: str, test: str, what: str = "", file: str = "", line: int = 0) -> None:
        seen = (kind, test, what, file, line)
        if test and seen not in self._sent:
            self._sent.add(seen)
            self._send("seen", *seen)

    # -- assertions

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        self._test, self._passed = nodeid, 0

    def pytest_assertion_pass(self, item: pytest.Item, lineno: int) -> None:
        """An assertion passed; pytest calls it for those in test files and conftests."""
        self._note("asserted", item.nodeid, line=lineno)
        self._passed += 1
        if self._passed == _ENOUGH:
            util._assertion_pass = None  # pytest sets it again for the next test

    # -- coroutines

    def pytest_warning_recorded(self, warning_message: Any, nodeid: str) -> None:
        """Python warns when a coroutine ends that nobody awaited."""
        if inspect.iscoroutine(warning_message.source) and "never awaited" in str(warning_message.message):
            self._note_coroutine("never_awaited", nodeid, warning_message.source)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """A phase that failed over a coroutine in the place of an answer."""
        error = call.excinfo and call.excinfo.value
        if error is not None and "coroutine" in str(error):
            for coroutine in _unawaited(error):
                self._note_coroutine("coroutine", item.nodeid, coroutine)

    def _note_coroutine(self, kind: str, test: str, coroutine: Any) -> None:
        file, line, _ = (coroutine.cr_origin or (("", 0, ""),))[0]
        if file.startswith(self._folder + os.sep):
            path = os.path.relpath(file, self._folder).replace(os.sep, "/")
            self._note(kind, test, coroutine.__qualname__, path, line)

    # -- requests

    def _watch_requests(self) -> None:
        original = FastAPI.__call__

        @functools.wraps(original)
        async def watched(app: FastAPI, scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "lifespan" or "app" in scope:  # a mounted app is its parent's business
                return await original(app, scope, receive, send)
            self._note_unused_overrides(app)
            try:
                if not self._leaks.never_started(app):
                    return await original(app, scope, receive, send)
                return await self._call_unstarted(functools.partial(original, app, scope, receive), send)
            finally:
                self._note_asked(scope.get("endpoint"))

        FastAPI.__call__ = watched  # type: ignore[method-assign, assignment]

    def _note_asked(self, endpoint: Any) -> None:
        """The file in which the function stands that a request was routed to."""
        code = getattr(inspect.unwrap(endpoint), "__code__", None) if callable(endpoint) else None
        if code is not None and code.co_filename.startswith(self._folder + os.sep):
            path = os.path.relpath(code.co_filename, self._folder).replace(os.sep, "/")
            self._note("asked", self._test, path)

    async def _call_unstarted(self, call: Any, send: Any) -> None:
        async def watched_send(message: Any) -> None:
            if message.get("status", 0) >= 500:
                self._note("not_started", self._test, str(message["status"]))
            await send(message)

        try:
            await call(watched_send)
        except Exception as error:
            self._note("not_started", self._test, type(error).__name__)
            raise

    # -- overrides

    def _note_unused_overrides(self, app: FastAPI) -> None:
        keys = (id(app), len(app.routes), *map(id, app.dependency_overrides))
        if app.dependency_overrides and (self._test, *keys) not in self._judged:
            self._judged.add((self._test, *keys))  # type: ignore[arg-type]
            for key in _unused(app, self._leaks.apps()):
                self._note("override_unused", self._test, _described(key))


def _described(key: Any) -> str:
    """What a key is, so that it can be recognized in the source."""
    if isinstance(key, str):
        return f"the text {key!r}"
    name = getattr(key, "__name__", "")
    return f"`{name}`" if name else f"an object of the class `{type(key).__name__}`"


def _unused(app: FastAPI, apps: list[FastAPI]) -> list[Any]:
    """The keys of the app's overrides that nothing in an app which has them set depends on."""
    unused = list(app.dependency_overrides)
    for one in (app, *apps):
        if unused and any(key in one.dependency_overrides for key in unused):
            used = list(_dependencies(one))
            unused = [key for key in unused if key not in one.dependency_overrides or not _among(key, used)]
    return unused


def _among(key: Any, used: list[Any]) -> bool:
    return any(key is one or key == one for one in used)


def _dependencies(app: FastAPI) -> Iterator[Any]:
    """Everything that the routes of an app, of its routers and of what is mounted in it depend on.

    Found by following references, not by a walk over kinds of routes: how FastAPI keeps them has changed often.
    """
    roots = [app.router, *map(_dependant, app.dependency_overrides.values())]
    seen, todo = {id(root) for root in roots}, list(roots)
    while todo:
        thing = todo.pop()
        for name in ("call", "dependency"):
            if (found := getattr(thing, name, None)) is not None and _is_of_library(thing):
                yield found
        for other in gc.get_referents(thing):
            if id(other) not in seen and (isinstance(other, dict | list | tuple) or _is_of_library(other)):
                seen.add(id(other))
                todo.append(other)


def _dependant(override: Any) -> Any:
    """What an override depends on in its turn."""
    try:
        return get_dependant(path="/", call=override)
    except Exception:  # an override that FastAPI cannot read has no dependencies either
        return ()


def _is_of_library(thing: Any) -> bool:
    return type(thing).__module__.partition(".")[0] in _LIBRARIES


def _unawaited(error: BaseException) -> list[CoroutineType[Any, Any, Any]]:
    """Coroutines that an error may be about: the object it names, or those in the frames it passed."""
    things = [getattr(error, "obj", None)]
    trace = error.__traceback__
    while trace:
        things += trace.tb_frame.f_locals.values()
        trace = trace.tb_next
    return [
        thing
        for thing in things
        if inspect.iscoroutine(thing) and inspect.getcoroutinestate(thing) == inspect.CORO_CREATED
    ]
