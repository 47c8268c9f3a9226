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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields, replace
from typing import IO, Any, Protocol

from checker import warm
from checker.errors import HarnessError
from checker.events import MOST_TESTS, Event, read_events
from checker.workspace import workspace

CAN_FORK = hasattr(os, "fork") and sys.platform != "win32"
TIME_LIMIT = 10.0  # seconds a run may take

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
    """One run: which files, which of their tests, in which order."""

    lesson: str
    """The name of the folder that the files are put in."""
    app: Mapping[str, str]
    """The app's files, by their paths in that folder."""
    suite: Mapping[str, bytes]
    """The learner's files, likewise; an app's file goes before one of the same path."""
    paths: tuple[str, ...]
    """The test files."""
    order: str = "file"
    only: str = ""
    without: tuple[str, ...] = ()
    strict: bool = False
    """Whether warnings are errors."""
    evidence: bool = False
    """Whether what happens in the tests is watched for `checker.advice`."""
    watched: bool = False
    """Whether tampering is looked for."""
    limit: float = TIME_LIMIT
    most_tests: int = MOST_TESTS
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    """Marks the lines of this run's report."""

    @property
    def files(self) -> dict[str, bytes]:
        """All that a run's folder holds."""
        return {**self.suite, **{path: text.encode() for path, text in self.app.items()}}

    def message(self, **where: Any) -> dict[str, Any]:
        """What the process that carries the run out is told: all but the files' contents, and `where` they are."""
        rest = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("app", "suite")}
        return {**rest, "app": sorted(self.app), **where}


@dataclass(frozen=True)
class Report:
    """What came back from a run, before anything is made of it."""

    events: tuple[Event, ...]
    sealed: bool
    stopped: str
    """``time`` or ``memory`` where the run was ended at a limit of these; else empty."""
    status: int
    seconds: float
    left: tuple[str, ...] = ()
    """Files that the run left in its folder."""
    gone: tuple[str, ...] = ()
    """Files that it took away."""


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

    def close(self) -> None:
        """End every run under way, and the processes; a call of `run` then raises HarnessError."""
        ...


def default_workers() -> int:
    """One a core that this process may use, and one more: a run often waits while client and app hand over."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return usable + 1


@contextlib.contextmanager
def open_runner(
    modules: Iterable[str], workers: int | None = None, fork: bool = CAN_FORK
) -> Iterator[Runner]:
    """A runner with `modules` imported ahead; it ends with the block."""
    workers = workers or default_workers()
    runner = ForkingRunner(list(modules), workers) if fork else _SingleUseRunner(list(modules), workers)
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


def all_modules() -> list[str]:
    """Every library that any run may be worth importing ahead for."""
    return modules_for(_WHEN_NAMED)


class ForkingRunner:
    """Workers forked from one warm parent; each has a socket and carries out one run at a time."""

    def __init__(
        self,
        modules: list[str],
        workers: int,
        command: Sequence[str] = (),
        mode: str = "fork",
        errors: IO[bytes] | None = None,
    ) -> None:
        """`command` starts `checker.warm`, which makes the workspaces itself where its `mode` is ``sandbox``.

        What goes wrong in its processes is written to `errors`, by default this process's.
        """
        self.workers = workers
        self._command = (*(command or _COMMAND), mode)
        self._modules = modules
        self._errors = errors
        self._ask = self._in_its_own_place if mode == "sandbox" else self._in_a_workspace
        self._parents: list[subprocess.Popen[bytes]] = []
        self._idle: queue.SimpleQueue[socket.socket] = queue.SimpleQueue()
        self._sockets: set[socket.socket] = set()
        self._closed = False
        self._lock = threading.Lock()
        self._starting = threading.Lock()  # no worker is started when all are being ended
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
                if not self._replace_worker():
                    self._idle.put(connection)  # whoever waits for one is to see that none comes
                    raise HarnessError("The processes that carry out runs have been ended.") from None
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

    def _in_a_workspace(self, connection: socket.socket, request: Request) -> Report:
        with workspace(request.lesson, request.files) as space:
            where = {"folder": str(space.folder), "scratch": str(space.scratch)}
            report = self._answer(connection, request, request.message(**where))
            return replace(report, left=tuple(space.left()), gone=tuple(space.gone()))

    def _in_its_own_place(self, connection: socket.socket, request: Request) -> Report:
        # Latin-1 has a character for each byte, and a learner's file may hold any bytes.
        files = {path: content.decode("latin-1") for path, content in request.files.items()}
        return self._answer(connection, request, request.message(files=files))

    def _answer(self, connection: socket.socket, request: Request, message: dict[str, Any]) -> Report:
        """Have a worker carry out the run. Raises OSError or ValueError when it ends before it answers."""
        started = time.perf_counter()
        with self._lock:  # a stop is never sent before its request
            if self._interrupted:
                raise Interrupted
            warm.send_message(connection, message)
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
        return _report(request, data, header, time.perf_counter() - started)

    def close(self) -> None:
        with self._starting:
            self._closed = True
        for connection in list(self._sockets):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)  # a worker in a run sees it, and ends the run
            connection.close()
        for parent in self._parents:
            parent.wait()

    def _replace_worker(self) -> bool:
        """Start another worker; False where the runner has been closed."""
        try:
            with self._starting:
                if not self._closed:
                    self._start(1)
                return not self._closed
        except OSError as error:
            raise HarnessError(f"No worker process can be started: {error}.") from None

    def _start(self, workers: int) -> None:
        pairs = [socket.socketpair() for _ in range(workers)]
        theirs = [there.fileno() for _, there in pairs]
        command = [*self._command, ",".join(map(str, theirs)), *self._modules]
        # A session of its own: Ctrl-C reaches the checker alone, and closing the sockets ends the workers.
        self._parents.append(
            subprocess.Popen(
                command,
                pass_fds=theirs,
                stdin=subprocess.DEVNULL,
                stderr=self._errors,
                env=_environment(),
                start_new_session=True,
            )
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
        with workspace(request.lesson, request.files) as space:
            message = request.message(folder=str(space.folder), scratch=str(space.scratch))
            data, stopped = _talk(process, request, message)
            left, gone = space.left(), space.gone()
        with self._lock:
            self._busy.remove(process)
        if self._interrupted:
            raise Interrupted
        header = {"stopped": stopped, "status": process.returncode, "left": left, "gone": gone}
        return _report(request, data, header, time.perf_counter() - started)

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
            env=_environment(),
            start_new_session=True,
        )


def _environment() -> dict[str, str]:
    """This process's, with one order of sets for all: two checks of one suite say the same."""
    return {**os.environ, "PYTHONHASHSEED": "0"}


def _talk(process: subprocess.Popen[bytes], request: Request, message: dict[str, Any]) -> tuple[bytes, str]:
    """Send the request, read the report until its seal, its end or the time limit; then end the process."""
    chunks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    # A thread reads, so that nothing which holds the pipe open can outlast the limit.
    threading.Thread(target=_read_into, args=(process.stdout, chunks), daemon=True).start()
    deadline = time.monotonic() + request.limit
    with contextlib.suppress(OSError):
        _stream(process.stdin).write(json.dumps(message).encode() + b"\n")
        _stream(process.stdin).flush()
    report, stopped = bytearray(), ""
    while not report.endswith(warm.seal(request.key)) and len(report) <= warm.REPORT_LIMIT:
        try:
            data = chunks.get(timeout=max(0, deadline - time.monotonic()))
        except queue.Empty:
            stopped = "time"
            break
        if not data:
            break
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


def _report(request: Request, data: bytes, header: Mapping[str, Any], seconds: float) -> Report:
    events = read_events(data, request.key)
    return Report(
        events,
        sealed=bool(events) and events[-1] == ("seal",),
        stopped=header["stopped"],
        status=header["status"],
        seconds=seconds,
        left=tuple(header.get("left", ())),
        gone=tuple(header.get("gone", ())),
    )
