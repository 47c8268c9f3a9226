"""Runs in forks of one warm parent."""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import IO, Any

from checker.engine.gate import Gate
from checker.engine.processes import environment, python_module
from checker.engine.run import Interrupted, Report, Request, report_of
from checker.engine.wire import send_message
from checker.engine.workspace import workspace
from checker.errors import HarnessError

_TRIES = 3


class ForkingRunner:
    """Workers forked from one warm parent; each has a socket and carries out one run at a time."""

    def __init__(
        self,
        modules: list[str],
        workers: int,
        command: Sequence[str] = (),
        errors: IO[bytes] | None = None,
        gate: Gate | None = None,
    ) -> None:
        """`command` starts a warm parent that makes the workspaces itself; without one, they are made here.

        What goes wrong in its processes is written to `errors`, by default this process's. Runners that share a `gate`
        leave each other alone where a run is to have nothing beside it.
        """
        self.workers = workers
        self._command = tuple(command) or python_module("checker.engine.warm", "fork")
        self._modules = modules
        self._errors = errors
        self._gate = gate or Gate()
        self._ask = self._in_its_own_place if command else self._in_a_workspace
        self._parents: list[subprocess.Popen[bytes]] = []
        self._idle: queue.SimpleQueue[socket.socket] = queue.SimpleQueue()
        self._sockets: set[socket.socket] = set()
        self._closed = False
        self._lock = threading.Lock()
        self._starting = threading.Lock()  # no worker is started when all are being ended
        self._interrupted = False
        self._busy: dict[socket.socket, Request] = {}
        self._start(workers)

    def run(self, request: Request, *, alone: bool = False) -> Report:
        with self._gate.alone() if alone else self._gate.beside_others():
            return self._run(request)

    def _run(self, request: Request) -> Report:
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
                    send_message(connection, {"stop": request.key})

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
            send_message(connection, message)
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
        return report_of(request, data, header, time.perf_counter() - started)

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
                env=environment(),
                start_new_session=True,
            )
        )
        for here, there in pairs:
            there.close()
            self._sockets.add(here)
            self._idle.put(here)
