"""Processes that are warmed ahead to carry out a person's own runs. Started by the runners, never by hand.

``fork 5,6 fastapi …`` serves runs on the sockets 5 and 6, each in a fork of a warm parent; where there is no fork,
``once fastapi …`` is warmed ahead for one run, which comes on stdin, and used once.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
import time

from checker.engine.parent import become_run, carry_out_here, read_report, serve_workers, warm_up
from checker.engine.stopwatch import Stopwatch
from checker.engine.wire import READY, answer, next_request, seal

_GRACE = 1.0  # seconds that a process whose report ended may take to die


def main(arguments: list[str]) -> None:
    """``fork SOCKETS MODULE…`` or ``once MODULE…``, as said above."""
    mode, *rest = arguments
    if mode == "once":
        warm_up(rest)
        _serve_once()
        return
    sockets, *modules = rest
    warm_up(modules)
    serve_workers([int(descriptor) for descriptor in sockets.split(",")], _run_forked)


def _run_forked(connection: socket.socket) -> bool:
    """One run in a fork of its own, and afterwards nothing left of its process group; False at the end."""
    request = next_request(connection)
    if request is None:
        return False
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        become_run(request, writing)
    os.close(writing)
    watch = Stopwatch(pid, request["limit"], request["key"])
    report, stopped = read_report(reading, connection, request, watch)
    os.close(reading)
    status = _end(pid, at_once=bool(stopped) or report.endswith(seal(request["key"])))
    answer(connection, {"stopped": stopped, "status": status, "took": watch.took}, report)
    return True


def _end(pid: int, at_once: bool) -> int:
    """End the run's process and all of its group; its exit status, negative for a signal."""
    deadline = time.monotonic() + (0 if at_once else _GRACE)
    ended, status = os.waitpid(pid, os.WNOHANG)
    while not ended and time.monotonic() < deadline:
        time.sleep(0.005)
        ended, status = os.waitpid(pid, os.WNOHANG)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    if not ended:
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def _serve_once() -> None:
    """One run in this very process: the request comes on stdin, the report goes to what was stdout."""
    report = os.dup(1)
    os.write(report, READY + b"\n")
    line = sys.stdin.buffer.readline()
    if line:
        carry_out_here(json.loads(line), report)


if __name__ == "__main__":
    main(sys.argv[1:])
