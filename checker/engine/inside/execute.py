"""Carry out one run: set the process up, let pytest run the suite, report what happened."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from checker.engine.inside.evidence import Evidence
from checker.engine.inside.guard import ForeignHooks
from checker.engine.inside.leaks import LeakWatch
from checker.engine.inside.recorder import Recorder
from checker.engine.inside.selection import Selection
from checker.engine.inside.tampering import watch_for_tampering

_CONFIGURATION = Path(__file__).with_name("run.ini")
# None of these has a fixture or changes an outcome, and each costs start-up.
_UNUSED_PLUGINS = ("faulthandler", "pastebin", "setupplan", "stepwise")


def execute(request: dict[str, Any], report: int) -> None:
    """Run the suite that `request` describes and write one line of JSON an event to the descriptor `report`.

    The last line is the seal; a report without it came from a process that ended early.
    """
    recorder = Recorder(report, request["key"])
    _prepare_process(Path(request["folder"]), Path(request["scratch"]))
    leaks = LeakWatch()
    try:
        plugins: list[Any] = [
            recorder,
            leaks,
            ForeignHooks(request["folder"], recorder.send),
            Selection(request, recorder.send),
        ]
        if request["watched"]:
            watch_for_tampering(request["folder"], request["app"], recorder.send)
        if request["evidence"]:
            plugins.append(Evidence(request["folder"], leaks, recorder.send))
        pytest.main(_arguments(request), plugins=[*plugins, *_warm_plugins()])
    except BaseException as error:  # whatever a suite throws ends here: the outside decides what it means
        recorder.send("ended", f"{type(error).__name__}: {error}"[:500])
    with contextlib.suppress(BaseException):  # a report without them is no whole one
        recorder.send("leaks", *leaks.found())
    recorder.send("seal")


def _prepare_process(folder: Path, scratch: Path) -> None:
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    sys.argv = ["pytest"]
    sys.dont_write_bytecode = True
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    for name in ("TMPDIR", "TEMP", "TMP"):
        os.environ[name] = str(scratch)
    gc.enable()


def _arguments(request: dict[str, Any]) -> list[str]:
    off = [argument for name in _UNUSED_PLUGINS for argument in ("-p", f"no:{name}")]
    strict = ["-W", "error"] if request["strict"] else []
    # Captured output is not shown by the checker, so nothing is captured: `capsys` still works.
    folder, scratch = request["folder"], request["scratch"]
    # Without confcutdir, pytest would load a conftest from any folder above the workspace.
    places = [f"--rootdir={folder}", f"--confcutdir={folder}", f"--basetemp={scratch}/pytest"]
    asserted = ["-o", "enable_assertion_pass_hook=true"] if request["evidence"] else []
    options = ["-q", "-s", "--tb=short", "--color=no", "-o", f"cache_dir={scratch}/cache", *places]
    return ["-c", str(_CONFIGURATION), *options, *asserted, *off, *strict, *request["paths"]]


def _warm_plugins() -> list[Any]:
    """The third-party plugins a learner may use, as modules: named, because autoload is off."""
    names = ("pytest_asyncio.plugin", "anyio.pytest_plugin", "time_machine")
    return [sys.modules[name] for name in names if name in sys.modules]
