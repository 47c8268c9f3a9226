"""Keep a run: a process beside it that walls it off, feeds it, watches it, ends it, and says what came of it.

In the sandbox nothing passes from one run to another, nor to what carries them out. The worker that is forked
for each run never reads a request: a *keeper*, forked from it, does. It makes namespaces for the run, puts the
files there, and forks the *first process* of the run's own numbering, which starts the run and ends with it;
the kernel then ends whatever else the run has started.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from checker.engine.family import Family
from checker.engine.inside import namespaces, seccomp
from checker.engine.limits import most_for
from checker.engine.parent import become_run, read_report, serve_workers, warm_up
from checker.engine.stopwatch import Stopwatch
from checker.engine.wire import answer, next_request, seal
from checker.engine.workspace import Workspace, identity_of, put_files

ORDINARY_USER = 64_999  # whom root's runs belong to: a number that no system gives to anybody
_ROOM = Path("/tmp")
_MEGABYTE = 1024 * 1024
_DISK = 64 * _MEGABYTE
_FILES = 4_096
_SHARED_MEMORY = 16 * _MEGABYTE
_MEMORY = 1024 * _MEGABYTE  # for all the processes of a run together, beyond what they began with
_PROCESSES = 200  # and threads
_A_SOCKET = 4 * _MEGABYTE  # that the kernel may hold for one, as the largest buffer of TCP has it
_MOST_TOLD = 100  # files left or gone that are worth naming
_GRACE = 1.0  # seconds that a run whose report ended may take to end
_LIMITS = {
    "core": 0,
    "data": _MEMORY + 512 * _MEGABYTE,
    "fsize": _DISK,
    "nofile": 512,
    "nproc": _PROCESSES,
    "memlock": _MEGABYTE,
    "msgqueue": 0,
    "nice": 0,
}


def main(arguments: list[str]) -> None:
    """``5 fastapi …`` serves runs on the socket 5, each walled off from every other."""
    sockets, *modules = arguments
    warm_up(modules)
    _give_up_rights()
    serve_workers([int(descriptor) for descriptor in sockets.split(",")], _run_kept)


def _give_up_rights() -> None:
    """Called once, in the warm parent: no root, and no look into its memory."""
    if os.getuid() == 0:
        namespaces.become(ORDINARY_USER)
    namespaces.set_readable(False)


def _run_kept(connection: socket.socket) -> bool:
    """Serve one request of the socket by a keeper; False once there is none, or nobody can rely on the socket."""
    keeper = os.fork()
    if keeper == 0:
        _Keeper(connection).serve()
    _, status = os.waitpid(keeper, 0)
    return status == 0


class _Keeper:
    """Serves one run, in a process of its own."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def serve(self) -> None:
        """Wait for a request, carry it out, answer, and end."""
        code = 1
        try:
            if request := next_request(self._connection):
                header, report = self._carry_out(request)
                answer(self._connection, header, report)
                code = 0
        except BaseException as error:  # whatever it is, the outside sees a worker end, and reads this
            sys.stderr.write(f"keeper: {type(error).__name__}: {error}\n")
            sys.stderr.flush()
        finally:
            os._exit(code)

    def _carry_out(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        namespaces.unshare_all()
        namespaces.start_loopback()
        space = _furnished(request)
        reading, writing = os.pipe()
        said, says = os.pipe()
        first = os.fork()
        if first == 0:
            os.close(reading)
            os.close(said)
            self._connection.close()
            _be_first(request, space, writing, says)
        os.close(writing)
        os.close(says)
        watch = Stopwatch(first, request["limit"], request["key"], _Memory().is_exceeded)
        try:
            report, stopped = read_report(reading, self._connection, request, watch)
            at_once = stopped or report.endswith(seal(request["key"]))
            _end(first, time.monotonic() + (0 if at_once else _GRACE))
            status = int(os.read(said, 20) or b"-9")
            left, gone = _cleaned(space.left()), _cleaned(space.gone())
        except (
            Exception
        ) as error:  # what the suite has made of its run, which is its crash and no failure of ours
            sys.stderr.write(f"keeper: while it looked after a run: {type(error).__name__}: {error}\n")
            os.kill(first, signal.SIGKILL)
            report, stopped, status, left, gone = b"", "", -signal.SIGKILL, [], []
        header = {"stopped": stopped, "status": status, "left": left, "gone": gone, "took": watch.took}
        return header, report


def _furnished(request: dict[str, Any]) -> Workspace:
    """The run's own folders, with its files in them; the app's cannot be changed."""
    namespaces.mount_memory(str(_ROOM), _DISK, _FILES)
    namespaces.mount_memory("/dev/shm", _SHARED_MEMORY, _FILES)
    folder, scratch = _ROOM / request["lesson"], _ROOM / "tmp"
    scratch.mkdir()
    files = {path: text.encode("latin-1") for path, text in request.pop("files").items()}
    put_files(folder, files)
    for path in request["app"]:
        namespaces.make_read_only(folder / path)
    request |= {"folder": str(folder), "scratch": str(scratch)}
    return Workspace(folder, scratch, frozenset(files), identity_of(folder))


def _cleaned(paths: list[str]) -> list[str]:
    """Names that can be told: the learner chose them."""
    return [path.encode("utf-8", "replace").decode()[:200] for path in paths[:_MOST_TOLD]]


# -- inside


def _be_first(request: dict[str, Any], space: Workspace, report: int, says: int) -> None:
    """The first process of the run's own numbering: start the run, wait for it, say how it ended."""
    try:
        namespaces.end_with_parent(signal.SIGKILL)
        namespaces.unshare_mounts()
        # Where the whole machine runs out of memory, this is what goes first.
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")
        namespaces.hide("/proc")
        namespaces.limit(**_LIMITS, cpu=int(most_for(request["limit"]) + request["limit"]) + 5)
        namespaces.drop_capabilities()
        run = os.fork()
        if run == 0:
            os.setsid()
            os.umask(0o022)
            seccomp.install()
            become_run(request, report)
        namespaces.set_readable(False)
        os.close(report)
        os.write(says, str(_status_of(run)).encode())
    finally:
        os._exit(0)


def _status_of(run: int) -> int:
    """How the run ended; processes that it left behind are waited for meanwhile."""
    while True:
        with contextlib.suppress(InterruptedError):
            pid, status = os.wait()
            if pid == run:
                return os.waitstatus_to_exitcode(status)


# -- beside


def _end(first: int, deadline: float) -> None:
    """Wait until the deadline for the run to end by itself; then end it, and with it all that it started."""
    ended, _ = os.waitpid(first, os.WNOHANG)
    while not ended and time.monotonic() < deadline:
        time.sleep(0.005)
        ended, _ = os.waitpid(first, os.WNOHANG)
    if not ended:
        os.kill(first, signal.SIGKILL)
        os.waitpid(first, 0)


class _Memory:
    """What a run's processes hold together, beyond what the warm parent gave each of them."""

    def __init__(self) -> None:
        self._given = _own("self")
        self._sockets_before = _sockets()

    def is_exceeded(self, family: Family) -> bool:
        """Whether it is too much."""
        in_processes = sum(max(_own(str(pid)) - self._given, 0) for pid in family.pids())
        return in_processes + (_sockets() - self._sockets_before) * _A_SOCKET > _MEMORY


def _own(process: str) -> int:
    """Bytes of a process's memory that are its own, shared without a file, or tables of its pages; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text("ascii", "replace").splitlines()
    except OSError:
        return 0
    counted = ("RssAnon:", "RssShmem:", "VmPTE:")
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(counted))


def _sockets() -> int:
    """How many this network has, those too that no process has open: one may be on its way in another's buffer."""
    first = Path("/proc/self/net/sockstat").read_text("ascii").splitlines()[0]  # "sockets: used 3"
    return int(first.split()[2])


if __name__ == "__main__":
    main(sys.argv[1:])
