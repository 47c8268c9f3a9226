"""Runs where there is no fork: each in a process of its own, warmed ahead while others still work."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
import time
from typing import IO, Any

from checker.engine.gate import Gate
from checker.engine.processes import environment, python_module
from checker.engine.run import Interrupted, Report, Request, report_of
from checker.engine.stopwatch import LOOK_AROUND, Stopwatch
from checker.engine.wire import READY, REPORT_LIMIT, seal
from checker.engine.workspace import workspace
from checker.errors import HarnessError


class SingleUseRunner:
    """A warmed process for each run, started while others still work."""

    def __init__(self, modules: list[str], workers: int, gate: Gate | None = None) -> None:
        self.workers = workers
        self._gate = gate or Gate()
        self._command = python_module("checker.engine.warm", "once", *modules)
        self._ready: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._interrupted = False
        self._busy: set[subprocess.Popen[bytes]] = set()
        for _ in range(workers):
            self._ready.put(self._start())

    def run(self, request: Request, *, alone: bool = False) -> Report:
        with self._gate.alone() if alone else self._gate.beside_others():
            return self._run(request)

    def _run(self, request: Request) -> Report:
        process = self._ready.get()
        self._ready.put(self._start())
        if _stream(process.stdout).readline().strip() != READY:
            _discard(process)
            raise HarnessError("A worker process could not start.")
        started = time.perf_counter()
        with self._lock:
            self._busy.add(process)
            if self._interrupted:
                process.kill()
        with workspace(request.lesson, request.files) as space:
            message = request.message(folder=str(space.folder), scratch=str(space.scratch))
            watch = Stopwatch(process.pid, request.limit, request.key)
            data, stopped = _talk(process, request, message, watch)
            left, gone = space.left(), space.gone()
        with self._lock:
            self._busy.remove(process)
        if self._interrupted:
            raise Interrupted
        status = process.returncode
        header = {"stopped": stopped, "status": status, "left": left, "gone": gone, "took": watch.took}
        return report_of(request, data, header, time.perf_counter() - started)

    def interrupt(self) -> None:
        with self._lock:
            self._interrupted = True
            for process in self._busy:
                process.kill()

    def resume(self) -> None:
        self._interrupted = False

    def close(self) -> None:
        while not self._ready.empty():
            _discard(self._ready.get())

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            start_new_session=True,
        )


def _talk(
    process: subprocess.Popen[bytes], request: Request, message: dict[str, Any], watch: Stopwatch
) -> tuple[bytes, str]:
    """Send the request, read the report until its seal, its end or a limit; then end the process."""
    chunks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    # A thread reads, so that nothing which holds the pipe open can outlast the limit.
    threading.Thread(target=_read_into, args=(process.stdout, chunks), daemon=True).start()
    with contextlib.suppress(OSError):
        _stream(process.stdin).write(json.dumps(message).encode() + b"\n")
        _stream(process.stdin).flush()
    report, stopped = bytearray(), ""
    while not report.endswith(seal(request.key)) and len(report) <= REPORT_LIMIT:
        if stopped := watch.look():
            break
        try:
            data = chunks.get(timeout=LOOK_AROUND)
        except queue.Empty:
            continue
        if not data:
            break
        watch.hear(data)
        report += data
    if not stopped:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1)  # let it die of itself: its status says how
    _kill(process)
    return bytes(report), stopped


def _read_into(stream: Any, chunks: queue.SimpleQueue[bytes]) -> None:
    with stream, contextlib.suppress(OSError):
        while data := stream.read1(65_536):
            chunks.put(data)
    chunks.put(b"")


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and, where there are process groups, all that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
    process.wait()
    with contextlib.suppress(OSError):
        _stream(process.stdin).close()


def _discard(process: subprocess.Popen[bytes]) -> None:
    """End a process that nobody reads from."""
    _kill(process)
    _stream(process.stdout).close()


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None  # a pipe was asked for
    return stream
