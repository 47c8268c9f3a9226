"""A pytest plugin that reports each test's outcome, taken from the exceptions themselves.

pytest's own reports and exit code are not trusted alone: a test can rewrite them. An exception that passes
through the outermost wrapper of a phase has happened.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from _pytest.fixtures import FixtureLookupError

# As they are before a suite is there, which may replace them for its tests.
_own_number, _encoded, _write = os.getpid, json.dumps, os.write

_ENTRY = re.compile(r"(\S.*):\d+: in ")
_ADVERT = re.compile(r"\n?[E ~]*Use -v to get more diff(?=\n|$)|, use '?-vv?'? to show")  # readers cannot
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")
_MESSAGE = 1_000  # characters kept of an exception's text
_LINE = 160  # characters kept of a line of a traceback
_LINES = 40  # kept of a traceback


class Recorder:
    """Writes one line of JSON an event: ``[key, event, …]``.

    Events: ``collected`` (node ids), ``start`` (node id), ``test`` (node id, outcome, how, message, detail),
    ``broken`` (text), ``suspect`` (flag), ``hook_ignored`` (name), ``leaks`` (…), ``ended`` (text), ``seal``;
    and ``seen`` (…) of `checker.engine.inside.evidence`.
    """

    def __init__(self, report: int, key: str) -> None:
        self._report = report
        self._key = key
        self._owner = _own_number()
        self._phase_error: BaseException | None = None
        self._phase_over = True
        self._failures: list[tuple[str, str, str, str]] = []
        self._benign = ""

    def send(self, event: str, *fields: Any) -> None:
        """Report one event. A forked child of a test reports nothing."""
        if _own_number() == self._owner:
            line = _encoded([self._key, event, *fields]) + "\n"
            data = line.encode()
            while data:
                data = data[_write(self._report, data) :]

    # -- collection

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection(self) -> Generator[None, object, object]:
        """A file that ends pytest while it is imported, by sys.exit() or pytest.exit()."""
        try:
            return (yield)
        except BaseException as error:
            self.send("broken", f"{type(error).__name__} while the tests are imported: {error}"[:_MESSAGE])
            raise

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be imported."""
        if report.failed:
            self.send("broken", own_lines(report.longreprtext))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """The tests that will run, in their order."""
        self.send("collected", [item.nodeid for item in session.items])

    # -- each test

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """A test from start to end; its outcome is the first failure of its phases."""
        self._failures, self._benign = [], ""
        self.send("start", item.nodeid)
        result = yield
        outcome, how, message, detail = (
            self._failures[0] if self._failures else (self._benign or "passed", "", "", "")
        )
        self.send("test", item.nodeid, outcome, how, message, detail)
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self) -> Generator[None, object, object]:
        """Watch what the set-up raises."""
        return (yield from self._watched())

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self) -> Generator[None, object, object]:
        """Watch what the test raises."""
        return (yield from self._watched())

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self) -> Generator[None, object, object]:
        """Watch what the tear-down raises."""
        return (yield from self._watched())

    def _watched(self) -> Generator[None, object, object]:
        self._phase_error, self._phase_over = None, False
        try:
            return (yield)
        except BaseException as error:
            self._phase_error = error
            raise
        finally:
            self._phase_over = True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, object, object]:
        """A phase's end, or a subtest's."""
        excinfo = call.excinfo
        report = yield
        # A subtest reports while its test's phase goes on; a unittest's error is known to the report alone.
        error = self._phase_error if self._phase_over else (excinfo and excinfo.value)
        self._judge_phase(report, call, error)
        return report

    def _judge_phase(self, report: Any, call: pytest.CallInfo[None], error: BaseException | None) -> None:
        if hasattr(report, "wasxfail"):
            self._benign = self._benign or "xfailed"
        elif isinstance(error, pytest.skip.Exception) or (error is None and report.skipped):
            self._benign = self._benign or "skipped"
        elif error is not None or report.failed:
            if not report.failed:
                self.send("suspect", "outcome_rewritten")
            self._failures.append(_failure(report, call, error))


def _failure(
    report: Any, call: pytest.CallInfo[None], error: BaseException | None
) -> tuple[str, str, str, str]:
    """Outcome, how, message and traceback of a failed phase."""
    error = error or (call.excinfo and call.excinfo.value)
    message = _text(error) if error else report.longreprtext
    if message.startswith("TODO"):
        return "todo", "", message, ""
    understood = isinstance(error, AssertionError | pytest.fail.Exception)
    how = ("assertion" if understood else "exception") if call.when == "call" else str(call.when)
    outcome = "failed" if call.when == "call" else "error"
    text = own_lines(_ADVERT.sub("", report.longreprtext))
    return outcome, how, _without_addresses(_ADVERT.sub("", message)[:_MESSAGE]), text


def own_lines(traceback: str) -> str:
    """A short traceback without the entries of pytest and of Python: the learner's lines and the error.

    Files in the run's folder are named relative to it, all others by an absolute path or a name in brackets.
    """
    kept, keep = [], True
    for line in traceback.replace(f"{_folder()}{os.sep}", "").splitlines():
        if entry := _ENTRY.match(line):
            keep = not (entry[1].startswith("<") or Path(entry[1]).is_absolute())
        if (keep or line.startswith("E ")) and not line.startswith(">  "):  # pytest's list of all fixtures
            kept.append(line if len(line) <= _LINE else line[:_LINE] + "…")
    if len(kept) > _LINES:
        kept[_LINES // 4 : -_LINES // 2] = ["…"]
    return _without_addresses("\n".join(kept))


def _without_addresses(text: str) -> str:
    """The same run says the same words again, wherever its objects lie in memory."""
    return _ADDRESS.sub("0x…", text)


def _folder() -> str:
    """The run's folder; a test may have removed it."""
    try:
        return str(Path.cwd())
    except FileNotFoundError:
        return os.sep


def _text(error: BaseException) -> str:
    text = str(error)
    if isinstance(error, FixtureLookupError):
        return f"there is no fixture {error.argname!r}"
    if isinstance(error, AssertionError | pytest.fail.Exception):
        return text or "assertion failed"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
