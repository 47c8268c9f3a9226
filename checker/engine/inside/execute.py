"""Carry out one run: set the process up, let pytest run the suite, report what happened."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from pathlib import Path
from typing import Any

from checker.engine.inside.evidence import Evidence
from checker.engine.inside.guard import ForeignHooks
from checker.engine.inside.leaks import LeakWatch
from checker.engine.inside.prepared import PreparedSession
from checker.engine.inside.recorder import Recorder
from checker.engine.inside.selection import Selection
from checker.engine.inside.tampering import watch_for_tampering

_prepared: list[PreparedSession] = []


def prepare() -> None:
    """Start the session of the next run, or, in a process that forks them, of all its runs."""
    _prepared.append(PreparedSession())


def execute(request: dict[str, Any], report: int) -> None:
    """Run the suite that `request` describes and write one line of JSON an event to the descriptor `report`.

    The last line is the seal; a report without it came from a process that ended early.
    """
    session = _prepared.pop()
    recorder = Recorder(report, request["key"])
    _prepare_process(Path(request["folder"]), Path(request["scratch"]))
    leaks = LeakWatch()
    try:
        plugins: list[Any] = [recorder, leaks, Selection(request, recorder.send)]
        if request["watched"]:
            watch_for_tampering(request["folder"], request["app"], recorder.send)
        if request["evidence"]:
            plugins.append(Evidence(request["folder"], leaks, recorder.send))
        ForeignHooks(request["folder"], recorder.send).keep_out_of(session.manager)
        session.run(request, plugins)
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
    for name in ("TMPDIR", "TEMP", "TMP"):
        os.environ[name] = str(scratch)
    gc.enable()
