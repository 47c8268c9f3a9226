"""Carry out runs, several at a time, in processes that are warmed ahead.

Two ways, one interface: forks of a warm parent, and, where there is no fork, single-use warmed processes.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import IO, Any, Protocol

from checker import warm
from checker.errors import HarnessError

CAN_FORK = hasattr(os, "fork") and sys.platform != "win32"
TIME_LIMIT = 10.0  # seconds a run may take
MOST_TESTS = 1_000  # tests of a suite that are run

_TRIES = 3
# -P: nothing in the current folder can shadow a library.
_COMMAND = (sys.executable, "-P", "-m", "checker.warm")

# What every run needs, down to what would otherwise be imported at a first request.
_ALWAYS = (
    "fastapi",
    "fastapi.testclient",
    "anyio._backends._asyncio",
    "anyio.pytest_plugin",
    "pytest_asyncio.plugin",
    "pydantic.v1",  # FastAPI looks for its models at the first route
    "unittest",
    "pdb",
    "difflib",
    "pickle",
)
# What a run needs if its files name it: a word to look for, and the modules to import.
_WHEN_NAMED = {
    "sqlalchemy": ("sqlalchemy", "sqlalchemy.orm", "sqlalchemy.dialects.sqlite.pysqlite"),
    "sqlalchemy.ext.asyncio": ("sqlalchemy.ext.asyncio",),
    "aiosqlite": ("aiosqlite", "sqlalchemy.dialects.sqlite.aiosqlite"),
    "jwt": ("jwt",),
    "passlib": ("passlib.context", "passlib.handlers.argon2"),
    "time_machine": ("time_machine",),
    "freezegun": ("freezegun",),
    "Form": ("python_multipart",),
    "httpx2": ("httpx2",),
    "httpx": ("httpx",),
}


@dataclass(frozen=True)
class Request:
    """One run: which workspace, which tests, in which order."""

    folder: str
    """The lesson folder of this run's workspace."""
    scratch: str
    """The folder for temporary files of this run."""
    paths: tuple[str, ...]
    """The test files, below `folder`."""
    order: str = "file"
    only: str = ""
    without: tuple[str, ...] = ()
    strict: bool = False
    """Whether warnings are errors."""
    evidence: bool = False
    """Whether what happens in the tests is watched for `checker.advice`."""
    limit: float = TIME_LIMIT
    most_tests: int = MOST_TESTS
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    """Marks the lines of this run's report."""


@dataclass(frozen=True)
class Report:
    """What came back from a run, before anything is made of it."""

    events: tuple[tuple[Any, ...], ...]
    sealed: bool
    timed_out: bool
    status: int
    seconds: float


class Interrupted(Exception):
    """The run was ended by `Runner.interrupt`: nobody waits for it any more."""


class Runner(Protocol):
    """Carries out runs."""

    workers: int

    def run(self, request: Request) -> Report:
        """Carry out one run; several threads may call at a time.

        Raises HarnessError where it cannot, Interrupted where `interrupt` ended it.
        """
        ...

    def interrupt(self) -> None:
        """End every run under way and begin no other, until `resume`. From any thread."""
        ...

    def resume(self) -> None:
        """Carry out runs again; every call of `run` from before must have ended."""
        ...


@contextlib.contextmanager
def open_runner(
    modules: Iterable[str], workers: int | None = None, fork: bool = CAN_FORK
) -> Iterator[Runner]:
    """A runner with `modules` imported ahead, by default a worker a core and one more; it ends with the block.

    One more, because a run often waits while its client and its app hand over to each other.
    """
    workers = workers or (os.cpu_count() or 1) + 1
    runner = _ForkingRunner(list(modules), workers) if fork else _SingleUseRunner(list(modules), workers)
    try:
        yield runner
    finally:
        runner.close()


def run_all(runner: Runner, jobs: Iterable[Any], carry_out: Any) -> Iterator[Any]:
    """`carry_out` each of the jobs, as many at a time as the runner has workers; results in order, as they come."""
    with ThreadPoolExecutor(runner.workers) as pool:
        yield from pool.map(carry_out, jobs)


def modules_for(texts: Iterable[str]) -> list[str]:
    """The libraries worth importing ahead for runs of these source files."""
    everything = "\n".join(texts)
    named = [module for word, modules in _WHEN_NAMED.items() if word in everything for module in modules]
    return [*_ALWAYS, *named]


class _ForkingRunner:
    """Workers forked from one warm parent; each has a socket and carries out one run at a time."""

    def __init__(self, modules: list[str], workers: int) -> None:
        self.workers = workers
        self._modules = modules
        self._parents: list[subprocess.Popen[bytes]] = []
        self._idle: queue.SimpleQueue[socket.socket] = queue.SimpleQueue()
        self._sockets: set[socket.socket] = set()
        self._closed = False
        self._lock = threading.Lock()
        self._interrupted = False
        self._busy: dict[socket.socket, Request] = {}
        self._start(workers)

    def run(self, request: Request) -> Report:
        for _ in range(_TRIES):
            connection = self._idle.get()
            try:
                report = self._ask(connection, request)
            except Interrupted:
                self._idle.put(connection)
                raise
            except (OSError, ValueError):
                # The worker is gone; whatever ended it, another one takes its place.
                connection.close()
                if self._closed:
                    break
                self._replace_worker()
            else:
                self._idle.put(connection)
                return report
        raise HarnessError(f"A run ended its worker process {_TRIES} times: does a test kill processes?")

    def interrupt(self) -> None:
        with self._lock:
            self._interrupted = True
            for connection, request in self._busy.items():
                with contextlib.suppress(OSError):
                    warm.send_message(connection, {"stop": request.key})

    def resume(self) -> None:
        self._interrupted = False

    def _ask(self, connection: socket.socket, request: Request) -> Report:
        """Have a worker carry out the run. Raises OSError or ValueError when it ends before it answers."""
        started = time.perf_counter()
        with self._lock:  # a stop is never sent before its request
            if self._interrupted:
                raise Interrupted
            warm.send_message(connection, asdict(request))
            self._busy[connection] = request
        try:
            with connection.makefile("rb") as replies:
                header = json.loads(replies.readline())
                data = replies.read(header["size"])
        finally:
            with self._lock:
                del self._busy[connection]
        if self._interrupted:
            raise Interrupted
        return _report(request, data, header["timed_out"], header["status"], time.perf_counter() - started)

    def close(self) -> None:
        self._closed = True
        for connection in list(self._sockets):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)  # a worker in a run sees it, and ends the run
            connection.close()
        for parent in self._parents:
            parent.wait()

    def _replace_worker(self) -> None:
        try:
            self._start(1)
        except OSError as error:
            raise HarnessError(f"No worker process can be started: {error}.") from None

    def _start(self, workers: int) -> None:
        pairs = [socket.socketpair() for _ in range(workers)]
        theirs = [there.fileno() for _, there in pairs]
        command = [*_COMMAND, "fork", ",".join(map(str, theirs)), *self._modules]
        # A session of its own: Ctrl-C reaches the checker alone, and closing the sockets ends the workers.
        self._parents.append(
            subprocess.Popen(command, pass_fds=theirs, stdin=subprocess.DEVNULL, start_new_session=True)
        )
        for here, there in pairs:
            there.close()
            self._sockets.add(here)
            self._idle.put(here)


class _SingleUseRunner:
    """A warmed process for each run, started while others still work."""

    def __init__(self, modules: list[str], workers: int) -> None:
        self.workers = workers
        self._command = [*_COMMAND, "once", *modules]
        self._ready: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._interrupted = False
        self._busy: set[subprocess.Popen[bytes]] = set()
        for _ in range(workers):
            self._ready.put(self._start())

    def run(self, request: Request) -> Report:
        process = self._ready.get()
        self._ready.put(self._start())
        if _stream(process.stdout).readline().strip() != warm.READY:
            _discard(process)
            raise HarnessError("A worker process could not start.")
        started = time.perf_counter()
        with self._lock:
            self._busy.add(process)
            if self._interrupted:
                process.kill()
        data, timed_out = _talk(process, request)
        with self._lock:
            self._busy.remove(process)
        if self._interrupted:
            raise Interrupted
        return _report(request, data, timed_out, process.returncode, time.perf_counter() - started)

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
            start_new_session=True,
        )


def _talk(process: subprocess.Popen[bytes], request: Request) -> tuple[bytes, bool]:
    """Send the request, read the report until its seal, its end or the time limit; then end the process."""
    chunks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    # A thread reads, so that nothing which holds the pipe open can outlast the limit.
    threading.Thread(target=_read_into, args=(process.stdout, chunks), daemon=True).start()
    deadline = time.monotonic() + request.limit
    with contextlib.suppress(OSError):
        _stream(process.stdin).write(json.dumps(asdict(request)).encode() + b"\n")
        _stream(process.stdin).flush()
    report, timed_out = bytearray(), False
    while not report.endswith(warm.seal(request.key)) and len(report) <= warm.REPORT_LIMIT:
        try:
            data = chunks.get(timeout=max(0, deadline - time.monotonic()))
        except queue.Empty:
            timed_out = True
            break
        if not data:
            break
        report += data
    if not timed_out:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1)  # let it die of itself: its status says how
    _kill(process)
    return bytes(report), timed_out


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


def _report(request: Request, data: bytes, timed_out: bool, status: int, seconds: float) -> Report:
    """Only whole lines that carry the run's key count."""
    events = []
    for line in data.splitlines():
        with contextlib.suppress(ValueError, TypeError, IndexError):
            key, *event = json.loads(line)
            if key == request.key:
                events.append(tuple(event))
    sealed = bool(events) and events[-1] == ("seal",)
    return Report(tuple(events), sealed, timed_out, status, seconds)
