"""The sandbox from inside: what a run in it can and cannot see, do, take and leave."""

import itertools
import os
import shutil
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest
import sandboxes

from checker.doctor import machine
from checker.engine import namespaces_allowed
from checker.engine.libraries import modules_for
from checker.engine.run import Request
from checker.errors import UsageError
from checker.grading import sandbox
from checker.grading.sandbox import open_sandbox, require_sandbox

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="there is no bubblewrap here")


@pytest.fixture(scope="module")
def box():
    with open_sandbox(modules_for([])) as runner:
        yield runner


def request_for(source, **more):
    files = {"test_it.py": textwrap.dedent(source).encode()}
    return Request("41_lesson", {"app.py": "name = 'app'\n"}, files, ("test_it.py",), **more)


def outcomes(report):
    return {fields[0].split("::")[1]: fields[1] for name, *fields in report.events if name == "test"}


def messages(report):
    return {fields[0].split("::")[1]: fields[3] for name, *fields in report.events if name == "test"}


def test_run_says_what_each_test_did(box):
    report = box.run(request_for("def test_a(): pass\ndef test_b(): assert 0\n"))

    assert report.sealed
    assert outcomes(report) == {"test_a": "passed", "test_b": "failed"}


# Each of these passes inside.
INSIDE = {
    "it is an ordinary user": "import os\ndef test_it(): assert os.getuid() != 0 and os.getgroups() in ([], [os.getgid()])\n",
    "it has no rights over its namespaces": """
        import ctypes
        def test_it():
            libc = ctypes.CDLL(None)
            assert libc.sethostname(b"other", 5) == -1
            assert libc.mount(b"x", b"/tmp", b"tmpfs", 0, None) == -1
            assert libc.unshare(0x10000000) == -1
            assert libc.ptrace(16, 1, 0, 0) == -1
    """,
    "nothing answers beyond the machine": """
        import socket, pytest
        def test_it():
            for address in ("192.0.2.1", "127.0.0.2"):
                with socket.socket() as s, pytest.raises(OSError):
                    s.settimeout(1)
                    s.connect((address, 80))
    """,
    "sockets of other kinds are refused": """
        import socket, pytest
        def test_it():
            for family in (socket.AF_NETLINK, socket.AF_PACKET, socket.AF_VSOCK):
                with pytest.raises(OSError):
                    socket.socket(family, socket.SOCK_DGRAM)
    """,
    "a test may serve itself": """
        import socket
        def test_it():
            with socket.create_server(("127.0.0.1", 0)) as server:
                with socket.create_connection(("localhost", server.getsockname()[1])) as client:
                    server.accept()[0].close()
                    assert client.recv(1) == b""
    """,
    "there are no processes to look at": "import os\ndef test_it(): assert os.listdir('/proc') == []\n",
    "its own number is always the same": "import os\ndef test_it(): assert (os.getpid(), os.getppid()) == (2, 1)\n",
    "the environment tells nothing": """
        import os
        def test_it():
            mine = {n for n in os.environ if not n.startswith("PYTEST_")}
            assert mine <= {"PATH", "HOME", "LANG", "TZ", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONPATH", "TMPDIR",
                            "TEMP", "TMP", "PWD", "LC_CTYPE"}
    """,
    "the app cannot be changed, replaced or removed": """
        import os, pathlib, pytest
        def test_it():
            app = pathlib.Path("app.py")
            for change in (lambda: app.write_text(""), app.unlink, lambda: os.rename("test_it.py", "app.py"),
                           lambda: app.chmod(0o666)):
                with pytest.raises(OSError):
                    change()
            assert app.read_text() == "name = 'app'\\n"
    """,
    "libraries and the checker cannot be changed": """
        import pathlib, pytest, fastapi, checker
        def test_it():
            for module in (fastapi, checker, pytest):
                folder = pathlib.Path(module.__file__).parent
                for attempt in (lambda: (folder / "evil.py").write_text(""),
                                lambda: pathlib.Path(module.__file__).write_text("")):
                    with pytest.raises(OSError):
                        attempt()
    """,
    "only its own places can be written to": """
        import pathlib, subprocess
        def is_writable(folder):
            try:
                pathlib.Path(folder, "new").touch()
            except OSError:
                return False
            return True
        def test_it():
            found = subprocess.run(["find", "/", "-type", "d", "-writable"], capture_output=True, text=True)
            places = [place for place in found.stdout.split() if is_writable(place)]
            assert places and all(place.startswith(("/tmp", "/dev/shm")) for place in places), places
    """,
    "the course's solutions are not there": """
        import subprocess
        def test_it():
            names = ["-name", "users_in_a_class.py", "-o", "-name", "session_api.py"]
            found = subprocess.run(["find", "/", *names], capture_output=True, text=True)
            assert found.stdout == ""
    """,
    "no input and no terminal": """
        import os, sys, pytest
        def test_it():
            assert os.read(0, 1) == b""
            with pytest.raises(OSError):
                open("/dev/tty")
    """,
    "files of a test are gone, and counted, at a limit": """
        import errno, pytest
        def test_it():
            with pytest.raises(OSError) as refused:
                for number in range(100_000):
                    open(f"/tmp/{number}", "w").close()
            assert refused.value.errno == errno.ENOSPC
    """,
    "the disk is small": """
        import errno, pytest
        def test_it():
            with pytest.raises(OSError) as refused:
                for number in range(100):
                    with open(f"/tmp/{number}", "wb") as file:
                        file.write(bytes(10_000_000))
            assert refused.value.errno == errno.ENOSPC
    """,
    "a file cannot be large": """
        import pytest, signal
        def test_it():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            with pytest.raises(OSError), open("/tmp/large", "wb") as file:
                file.truncate(10**10)
    """,
    "the processes are counted": """
        import os, pytest, time
        def test_it():
            with pytest.raises(OSError):
                for _ in range(1000):
                    if os.fork() == 0:
                        time.sleep(30)
                        os._exit(0)
    """,
    "one process has little memory": """
        import pytest
        def test_it():
            with pytest.raises(MemoryError):
                bytearray(4_000_000_000)
    """,
    "there is no memory that nobody is counted for": """
        import ctypes, os, pytest
        def test_it():
            with pytest.raises(OSError):
                os.memfd_create("mine")
            libc = ctypes.CDLL(None)
            assert libc.shmget(4711, 4096, 0o1600) == -1
            assert libc.semget(4711, 32_000, 0o1600) == -1
            assert libc.msgget(4711, 0o1600) == -1
            assert libc.mq_open(b"/mine", os.O_CREAT | os.O_RDWR, 0o600, None) == -1
    """,
    "buffers of the kernel keep their size": """
        import fcntl, os, pytest, socket
        def test_it():
            with socket.socket() as mine:
                mine.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                mine.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for buffer in (socket.SO_SNDBUF, socket.SO_RCVBUF):
                    with pytest.raises(PermissionError):
                        mine.setsockopt(socket.SOL_SOCKET, buffer, 1 << 22)
            reading, writing = os.pipe()
            os.set_blocking(writing, False)
            with pytest.raises(PermissionError):
                fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 1 << 20)
    """,
    "sets are in the same order for everybody": """
        import sys
        def test_it(): assert not sys.flags.hash_randomization
    """,
    "the descriptor of the report is the only one it is given": """
        import os
        def test_it():
            def is_open(n):
                try:
                    os.fstat(n)
                    return True
                except OSError:
                    return False
            import stat
            kinds = [n for n in range(3, 100) if is_open(n) and stat.S_ISFIFO(os.fstat(n).st_mode)]
            sockets = [n for n in range(3, 100) if is_open(n) and stat.S_ISSOCK(os.fstat(n).st_mode)]
            assert (len(kinds), sockets) == (1, [])
    """,
    "killing everything kills nothing of ours": """
        import os, signal
        def test_it():
            os.kill(1, signal.SIGKILL)
            assert os.getppid() == 1
    """,
}


@pytest.mark.parametrize("source", INSIDE.values(), ids=INSIDE)
def test_inside(box, source):
    report = box.run(request_for(source, limit=60))

    assert outcomes(report) == {"test_it": "passed"}, messages(report)


def test_a_later_run_finds_nothing_of_an_earlier_one(box):
    leave = """
        import pathlib, socket
        def test_it():
            for place in ("/tmp/mark", "/dev/shm/mark", "mark"):
                pathlib.Path(place).write_text("seen")
            with socket.create_server(("127.0.0.1", 4711)) as server:
                client = socket.create_connection(server.getsockname())
                server.accept()[0].close()  # the port is taken for a minute
                client.close()
    """
    look = """
        import pathlib, socket
        def test_it():
            assert not any(pathlib.Path(p).exists() for p in ("/tmp/mark", "/dev/shm/mark", "mark"))
            with socket.socket() as server:
                server.bind(("127.0.0.1", 4711))
    """

    first, second = box.run(request_for(leave)), box.run(request_for(look))

    assert (outcomes(first), outcomes(second)) == ({"test_it": "passed"}, {"test_it": "passed"}), messages(
        second
    )
    assert (first.left, second.left) == (("mark",), ())


def test_a_daemon_ends_with_its_run(box):
    mark = f"sleep-{os.getpid()}"
    source = f"""
        import os, sys
        def test_it():
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    os.execv(sys.executable, ["{mark}", "-c", "import time; time.sleep(60)"])
                os._exit(0)
    """

    assert outcomes(box.run(request_for(source))) == {"test_it": "passed"}

    assert mark not in "\n".join(sandboxes.command_lines())


def test_a_run_whose_processes_take_the_memory_together_is_stopped(box):
    source = """
        import os, time
        def test_it():
            for _ in range(8):
                if os.fork() == 0:
                    held = bytearray(os.urandom(1)) * 400_000_000
                    time.sleep(60)
            time.sleep(60)
    """

    report = box.run(request_for(source, limit=30))

    assert report.stopped == "memory"


# Memory of the kernel that is in no process's own.
IN_THE_KERNEL = {
    "buffers of sockets": """
        import socket, time
        def test_it():
            held = [socket.socketpair() for _ in range(200)]
            time.sleep(60)
    """,
    "buffers of sockets, closed and on their way in others": """
        import array, os, socket, time
        def test_it():
            for _ in range(5):
                if os.fork() == 0:
                    held = [socket.socketpair() for _ in range(60)]
                    for one, other in held[1:]:
                        sent = array.array("i", [one.fileno(), other.fileno()])
                        held[0][0].sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, sent)])
                        one.close(), other.close()
                    time.sleep(60)
            time.sleep(60)
    """,
    "tables of pages": """
        import mmap, time
        def test_it():
            size, no_reserve = 700 << 30, 0x4000
            large = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | no_reserve, prot=mmap.PROT_READ)
            for place in range(0, size, 2 << 20):
                large[place]
            time.sleep(60)
    """,
}


@pytest.mark.parametrize("source", IN_THE_KERNEL.values(), ids=IN_THE_KERNEL)
def test_a_run_for_which_the_kernel_holds_the_memory_is_stopped(box, source):
    report = box.run(request_for(source, limit=30))

    assert (report.stopped, outcomes(report)) == ("memory", {})


def test_a_run_that_keeps_reporting_is_stopped_for_its_memory_all_the_same(box):
    source = """
        import os, stat, threading, time
        def is_pipe(number):
            try:
                return stat.S_ISFIFO(os.fstat(number).st_mode)
            except OSError:
                return False
        def keep_reporting():
            report = next(n for n in range(3, 100) if is_pipe(n))
            while True:
                os.write(report, b"\\n")
                time.sleep(0.02)
        def test_it():
            threading.Thread(target=keep_reporting, daemon=True).start()
            for _ in range(8):
                if os.fork() == 0:
                    held = bytearray(os.urandom(1)) * 400_000_000
                    time.sleep(60)
            time.sleep(60)
    """

    assert box.run(request_for(source, limit=30)).stopped == "memory"


def test_a_run_that_ignores_every_signal_ends_at_its_limit(box):
    source = """
        import signal
        def test_it():
            for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
                signal.signal(number, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
            while True:
                try:
                    while True:
                        pass
                except BaseException:
                    pass
    """

    report = box.run(request_for(source, limit=1))

    assert (report.stopped, report.sealed) == ("test", False)


def test_a_run_that_crashes_says_by_which_signal(box):
    report = box.run(request_for("import ctypes\n\ndef test_it():\n    ctypes.string_at(0)\n"))

    assert (report.sealed, report.status) == (False, -11)


def test_a_run_after_a_fork_bomb_is_as_ever(box):
    bomb = """
        import os
        def test_it():
            while True:
                try:
                    os.fork()
                except OSError:
                    pass
    """

    ended = box.run(request_for(bomb, limit=1))

    assert ended.stopped in ("test", "run", "memory")
    assert outcomes(box.run(request_for("def test_a(): pass\n"))) == {"test_a": "passed"}


def test_what_a_run_takes_away_is_told(box):
    report = box.run(request_for("import os\n\ndef test_it():\n    os.unlink('test_it.py')\n"))

    assert (report.left, report.gone) == ((), ("test_it.py",))


def test_nothing_is_left_when_the_sandbox_is_closed():
    mark = f"mark-{os.getpid()}"
    with open_sandbox([mark]) as runner:
        runner.run(request_for("def test_a(): pass\n"))
        assert any(mark in line for line in processes_with("checker.engine.inside.keeper"))

    deadline = time.monotonic() + 10
    while (
        any(mark in line for line in processes_with("checker.engine.inside.keeper"))
        and time.monotonic() < deadline
    ):
        time.sleep(0.05)
    assert not any(mark in line for line in processes_with("checker.engine.inside.keeper"))


def processes_with(word):
    return [line for line in sandboxes.command_lines() if word in line]


# -- where there is none


def test_without_bubblewrap_the_sandbox_is_refused_with_a_way_out(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(UsageError, match="apt-get install bubblewrap"):
        require_sandbox()


def test_a_bubblewrap_that_does_not_work_is_refused_with_its_own_words(monkeypatch, tmp_path):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    with pytest.raises(UsageError, match="No permissions to create new namespace"):
        require_sandbox()


@pytest.mark.parametrize(
    ("setting", "value", "way_out"),
    [
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "sysctl kernel.apparmor_restrict_unprivileged_userns=0",
        ),
        ("kernel/unprivileged_userns_clone", "0", "sysctl kernel.unprivileged_userns_clone=1"),
        ("user/max_user_namespaces", "0", "sysctl user.max_user_namespaces=10000"),
    ],
)
def test_where_namespaces_are_forbidden_the_cause_is_named_and_nobody_is_told_to_install(
    monkeypatch, tmp_path, setting, value, way_out
):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (tmp_path / setting).parent.mkdir(parents=True)
    (tmp_path / setting).write_text(f"{value}\n")
    monkeypatch.setattr(namespaces_allowed, "_KERNEL", tmp_path)

    with pytest.raises(UsageError, match=way_out) as refused:
        require_sandbox()

    assert "nstall" not in str(refused.value)
    assert "does not work: bwrap: setting up uid map" in machine.sandbox().text


def test_python_is_started_though_its_path_has_two_dots_in_it(monkeypatch):
    program = Path(sys.executable)
    monkeypatch.setattr(sys, "executable", str(program.parent / ".." / program.parent.name / program.name))

    assert not any("/../" in word for word in sandbox.sandbox_command())


def test_an_environment_made_in_the_courses_folder_shows_nothing_but_python(monkeypatch, tmp_path):
    for name in ("bin", "lib", "solutions", "submissions"):
        (tmp_path / name).mkdir()
    for name in ("pyvenv.cfg", "gradebook.db"):
        (tmp_path / name).touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))

    command = sandbox.sandbox_command()

    bound = {Path(path) for word, path in itertools.pairwise(command) if word == "--ro-bind"}
    assert {path for path in bound if path == tmp_path or tmp_path in path.parents} == {
        tmp_path / name for name in ("bin", "lib", "pyvenv.cfg")
    }


def test_what_nobody_may_read_is_not_graded_from_where_everybody_can(checker):
    with tempfile.TemporaryDirectory(dir=Path(sys.prefix) / "lib") as folder:
        suite = Path(folder, "class", "ann", "test_test_client.py")
        suite.parent.mkdir(parents=True)
        suite.write_text("def test_it(): pass\n")

        done = checker("grade", suite.parents[1], "--out", Path(folder, "out"), "--lesson", "01")

    assert done.returncode == 2
    assert "every submission can read. Move it to a folder of its own." in done.stderr


def test_on_another_machine_the_sandbox_is_refused(monkeypatch):
    monkeypatch.setattr(sandbox.sys, "platform", "darwin")

    with pytest.raises(UsageError, match="needs Linux"):
        require_sandbox()


def test_where_it_works_nothing_is_said():
    require_sandbox()
