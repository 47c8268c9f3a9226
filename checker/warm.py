"""The warm parent: a process that has imported the libraries, and nothing of a lesson or a learner.

A run then costs a fork, not half a second of imports. Where there is no fork, a process like this one is
warmed ahead for each run and used once. Started by `checker.runner`, never by hand.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

REPORT_LIMIT = 8_000_000  # bytes; an honest report has a few thousand
READY = b"ready"
_DESCRIPTORS = 1024  # more than a worker ever has open
_LENGTH = 4  # bytes that say how long a message is
_GRACE = 1.0  # seconds that a process whose report ended may take to die

_LOOK_AROUND = 0.1  # seconds between two looks at what a run takes

CarryOut = Callable[[socket.socket], bool]
"""Serves one request of a socket; False when there was none to serve."""


def main(arguments: list[str]) -> None:
    """``fork 5,6 fastapi …`` serves runs on the sockets 5 and 6; ``once fastapi …`` serves one on stdin.

    ``sandbox 5 fastapi …`` is ``fork`` with each run walled off from every other, by `checker.inside.keeper`.
    """
    mode, *rest = arguments
    if mode == "once":
        _warm_up(rest)
        _serve_once()
        return
    sockets, *modules = rest
    _warm_up(modules)
    carry_out = _run_forked
    if mode == "sandbox":
        keeper = importlib.import_module("checker.inside.keeper")
        keeper.give_up_rights()
        carry_out = keeper.run_kept
    _serve_workers([int(descriptor) for descriptor in sockets.split(",")], carry_out)


def send_message(connection: socket.socket, message: dict[str, Any]) -> None:
    """Send a request, or ``{"stop": key}`` for the one under way: its length, then JSON. Raises OSError."""
    data = json.dumps(message).encode()
    connection.sendall(len(data).to_bytes(_LENGTH, "big") + data)


def receive_message(connection: socket.socket) -> dict[str, Any] | None:
    """The next message; None once the checker has ended, in whatever way. Nothing is read ahead of it."""
    try:
        length = int.from_bytes(connection.recv(_LENGTH, socket.MSG_WAITALL), "big")
        data = connection.recv(length, socket.MSG_WAITALL) if length else b""
    except OSError:
        return None
    return dict(json.loads(data)) if data else None


def seal(key: str) -> bytes:
    """The line that ends a whole report."""
    return json.dumps([key, "seal"]).encode() + b"\n"


def _warm_up(modules: list[str]) -> None:
    sys.dont_write_bytecode = True
    for name in modules:
        with contextlib.suppress(ModuleNotFoundError):  # named in a file, not installed: the run will say so
            importlib.import_module(name)
    importlib.import_module("checker.inside.execute")
    for name in importlib.import_module("_pytest.config").default_plugins:
        importlib.import_module(f"_pytest.{name}")
    # Frozen objects are never visited again: forks share their memory, and start with little to collect.
    gc.collect()
    gc.freeze()
    gc.disable()


# -- with fork


def _serve_workers(descriptors: list[int], carry_out: CarryOut) -> None:
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


def next_request(connection: socket.socket) -> dict[str, Any] | None:
    """The next request, or None. A stop that comes here is late: its run has ended by itself."""
    message = receive_message(connection)
    while message and "stop" in message:
        message = receive_message(connection)
    return message


def answer(connection: socket.socket, header: dict[str, Any], report: bytes) -> None:
    """Send what came of a run: a line of JSON, then the report."""
    data = json.dumps({**header, "size": len(report)}).encode() + b"\n" + report
    with contextlib.suppress(OSError):  # the checker is gone, and with it the next request
        connection.sendall(data)


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
    report, stopped = read_report(reading, connection, request)
    os.close(reading)
    status = _end(pid, at_once=bool(stopped) or report.endswith(seal(request["key"])))
    answer(connection, {"stopped": stopped, "status": status}, report)
    return True


def become_run(request: dict[str, Any], report: int) -> None:
    """Carry out the run in this very process, with one descriptor of ours left open, the report's."""
    os.closerange(3, report)
    os.closerange(report + 1, _DESCRIPTORS)
    _carry_out(request, report)


def _carry_out(request: dict[str, Any], report: int) -> None:
    execute = sys.modules["checker.inside.execute"].execute
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    try:
        execute(request, report)
    finally:
        os._exit(0)  # no waiting for threads, no atexit of the learner's


def read_report(
    reading: int,
    connection: socket.socket,
    request: dict[str, Any],
    takes_too_much: Callable[[], bool] = lambda: False,
) -> tuple[bytes, str]:
    """All that the run reports until its seal or its end, and what it was stopped for, if it was.

    That is ``time``, ``memory`` where `takes_too_much` said so, or ``call`` when nobody waits for an answer.
    """
    deadline = time.monotonic() + request["limit"]
    look = time.monotonic() + _LOOK_AROUND
    report = bytearray()
    while (left := deadline - time.monotonic()) > 0:
        ready, _, _ = select.select([reading, connection.fileno()], [], [], min(left, _LOOK_AROUND))
        if connection.fileno() in ready:
            message = receive_message(connection)
            if not message or message["stop"] == request["key"]:
                return bytes(report), "call"
        if reading in ready:
            data = os.read(reading, 65_536)
            report += data
            if not data or len(report) > REPORT_LIMIT or report.endswith(seal(request["key"])):
                return bytes(report), ""
        if time.monotonic() >= look:  # by the clock: a run that keeps reporting is looked at too
            look = time.monotonic() + _LOOK_AROUND
            if takes_too_much():
                return bytes(report), "memory"
    return bytes(report), "time"


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


# -- without fork


def _serve_once() -> None:
    """One run in this very process: the request comes on stdin, the report goes to what was stdout."""
    report = os.dup(1)
    os.write(report, READY + b"\n")
    line = sys.stdin.buffer.readline()
    if line:
        _carry_out(json.loads(line), report)


if __name__ == "__main__":
    main(sys.argv[1:])
