"""The warm parent: a process that has imported the libraries, and nothing of a lesson or a learner.

A run then costs a fork, not half a second of imports. How the runs are walled off from each other is the business
of what it is given to carry them out: `checker.engine.warm`, or `checker.engine.inside.keeper` in the sandbox.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import select
import socket
import sys
from collections.abc import Callable
from typing import Any

from checker.engine.stopwatch import LOOK_AROUND, Stopwatch
from checker.engine.wire import REPORT_LIMIT, receive_message, seal

_DESCRIPTORS = 1024  # more than a worker ever has open

CarryOut = Callable[[socket.socket], bool]
"""Serves one request of a socket; False when there was none to serve."""


def warm_up(modules: list[str]) -> None:
    sys.dont_write_bytecode = True
    for name in modules:
        with contextlib.suppress(ModuleNotFoundError):  # named in a file, not installed: the run will say so
            importlib.import_module(name)
    for name in importlib.import_module("_pytest.config").default_plugins:
        importlib.import_module(f"_pytest.{name}")
    importlib.import_module("checker.engine.inside.execute").prepare()
    # Frozen objects are never visited again: forks share their memory, and start with little to collect.
    gc.collect()
    gc.freeze()
    gc.disable()


def serve_workers(descriptors: list[int], carry_out: CarryOut) -> None:
    """One worker process a socket, all forked from this warm one."""
    for descriptor in descriptors:
        if os.fork() == 0:
            for other in descriptors:
                if other != descriptor:
                    os.close(other)
            _serve_socket(descriptor, carry_out)
            os._exit(0)
    for descriptor in descriptors:
        os.close(descriptor)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def _serve_socket(descriptor: int, carry_out: CarryOut) -> None:
    """Runs one after the other, until the other end closes."""
    with socket.socket(fileno=descriptor) as connection:
        while carry_out(connection):
            pass


def become_run(request: dict[str, Any], report: int) -> None:
    """Carry out the run in this very process, with one descriptor of ours left open, the report's."""
    os.closerange(3, report)
    os.closerange(report + 1, _DESCRIPTORS)
    carry_out_here(request, report)


def carry_out_here(request: dict[str, Any], report: int) -> None:
    execute = sys.modules["checker.engine.inside.execute"].execute
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    try:
        execute(request, report)
    finally:
        os._exit(0)  # no waiting for threads, no atexit of the learner's


def read_report(
    reading: int, connection: socket.socket, request: dict[str, Any], watch: Stopwatch
) -> tuple[bytes, str]:
    """All that the run reports until its seal or its end, and what it was stopped for, if it was.

    That is what `watch` says, or ``call`` when nobody waits for an answer.
    """
    report = bytearray()
    while not (stopped := watch.look()):
        ready, _, _ = select.select([reading, connection.fileno()], [], [], LOOK_AROUND)
        if connection.fileno() in ready:
            message = receive_message(connection)
            if not message or message["stop"] == request["key"]:
                return bytes(report), "call"
        if reading in ready:
            data = os.read(reading, 65_536)
            watch.hear(data)
            report += data
            if not data or len(report) > REPORT_LIMIT or report.endswith(seal(request["key"])):
                return bytes(report), ""
    return bytes(report), stopped
