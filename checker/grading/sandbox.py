"""The sandbox: bubblewrap round a warm parent, so that code nobody has read can be run.

In it there is no network, nothing of the home folder, of the course's solutions, of other submissions or of the
gradebook, and nothing can be written but what each run gets for itself (`checker.engine.inside.keeper`).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import site
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import checker
from checker.engine.forking import ForkingRunner
from checker.engine.gate import Gate
from checker.engine.inside import seccomp
from checker.engine.namespaces_allowed import why_not
from checker.engine.run import Request, Runner
from checker.errors import HarnessError, UsageError

_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin")
_PYTHON = ("bin", "lib", "lib64", "pyvenv.cfg")  # of a folder that Python, or an environment, is installed in
_SETTINGS = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/alternatives", "/etc/localtime")
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",  # sets are in one order for everybody, and in every grading
}
_ELSEWHERE = "/elsewhere"
_HOW = "Install it (Debian, Ubuntu: apt-get install bubblewrap), or see docs/instructors.md"
_TOLD = 300  # characters of what went wrong that are passed on


@contextlib.contextmanager
def open_sandbox(modules: Iterable[str], gate: Gate | None = None) -> Iterator[Runner]:
    """A runner with one worker in a sandbox of its own, `modules` imported ahead; it ends with the block.

    Raises HarnessError, from `Runner.run`, where a run ends its worker again and again.
    """
    with tempfile.TemporaryFile() as errors:
        runner = ForkingRunner(list(modules), 1, sandbox_command(), errors, gate)
        try:
            yield runner
        finally:
            runner.close()


def require_sandbox() -> None:
    """Run one small test in a sandbox. Raises UsageError, saying what to do, where that does not work."""
    if not sys.platform.startswith("linux") or not seccomp.is_supported():
        raise UsageError(
            "The sandbox needs Linux on x86-64 or AArch64. See docs/instructors.md for a container; "
            "--no-sandbox runs everybody's code as you."
        )
    if not shutil.which("bwrap"):
        raise UsageError(
            f"The sandbox needs bubblewrap, which is not here. {_HOW}; --no-sandbox runs code as you."
        )
    probe = Request("probe", {"app.py": ""}, {"test_probe.py": b"def test_it(): pass\n"}, ("test_probe.py",))
    with tempfile.TemporaryFile() as errors:
        runner = ForkingRunner(["fastapi"], 1, sandbox_command(), errors)
        try:
            report = runner.run(probe)
        except HarnessError:
            raise UsageError(
                f"The sandbox does not work on this machine: {_told(errors)}. {_way_out()}."
            ) from None
        finally:
            runner.close()
    if not report.sealed:
        raise UsageError(f"The sandbox does not work on this machine: a run in it ended early. {_way_out()}.")


def require_unseen(private: Iterable[Path]) -> None:
    """Raises UsageError where something that no submission may read lies in what all of them can read."""
    package = Path(checker.__file__).parent
    seen, hidden = _seen(package), _hidden(package)
    for path in private:
        real = path.resolve()
        where = next((folder for folder in seen if real.is_relative_to(folder.resolve())), None)
        if where and not any(real.is_relative_to(folder.resolve()) for folder in hidden):
            raise UsageError(
                f"{path} lies in {where}, which every submission can read. Move it to a folder of its own."
            )


def _way_out() -> str:
    """What to do where bubblewrap is there and does not work: to install it would change nothing."""
    return why_not() or "Whether bubblewrap may make namespaces: bwrap --unshare-user --ro-bind / / true"


def _told(errors: object) -> str:
    stream = errors
    stream.seek(0)  # type: ignore[attr-defined]
    text = stream.read().decode(errors="replace")  # type: ignore[attr-defined]
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:_TOLD] if lines else "it ended without a word"


def sandbox_command() -> list[str]:
    """The command that starts Python in a sandbox; what the keeper is told comes after it."""
    package = Path(checker.__file__).parent
    command = [
        "bwrap",
        "--unshare-pid",
        "--unshare-ipc",
        "--unshare-net",
        "--unshare-uts",
        "--unshare-cgroup-try",
    ]
    if os.getuid() == 0:
        command += [
            "--cap-add",
            "CAP_SETUID",
            "--cap-add",
            "CAP_SETGID",
        ]  # to be somebody else as soon as it can
    else:
        command += ["--unshare-user"]
    for path in _seen(package):
        command += _bound(path)
    for spoils in _hidden(package):
        command += ["--perms", "0755", "--tmpfs", _inside(spoils), "--remount-ro", _inside(spoils)]
    command += [
        "--ro-bind",
        str(package / "engine" / "inside" / "hosts"),
        "/etc/hosts",
    ]  # "localhost", and nobody else
    command += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev", *_folder(Path("/tmp"))]
    command += ["--remount-ro", "/", "--chdir", "/", "--clearenv"]
    for name, value in {**_ENVIRONMENT, "PYTHONPATH": _inside(package.parent)}.items():
        command += ["--setenv", name, value]
    return [*command, _inside(_absolute(sys.executable)), "-P", "-m", "checker.engine.inside.keeper"]


def _seen(package: Path) -> list[Path]:
    """What is there to be read: the system's programs, Python, its libraries and the checker; outer ones first."""
    wanted = {Path(path) for path in (*_SYSTEM, *_SETTINGS)}
    prefixes = map(_absolute, (sys.prefix, sys.base_prefix))
    wanted |= {prefix / part for prefix in prefixes for part in _PYTHON}
    wanted |= set(map(_absolute, _libraries()))
    wanted |= {package, *_links(_absolute(sys.executable))}
    there = sorted(path for path in wanted if path.exists() or path.is_symlink())
    return [path for path in there if path.is_symlink() or not any(_holds(other, path) for other in there)]


def _absolute(path: str) -> Path:
    """The path without ``..``, which a mount cannot have; a link stays one."""
    return Path(os.path.abspath(path))  # noqa: PTH100


def _libraries() -> list[str]:
    return [*site.getsitepackages(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])]


def _hidden(package: Path) -> list[Path]:
    """Where the course may lie with its solutions; an installation in place has it among the libraries."""
    packages = {package, *(Path(folder) / package.name for folder in _libraries())}
    return [folder / "shipped" for folder in sorted(packages) if (folder / "shipped").is_dir()]


def _links(program: Path) -> Iterator[Path]:
    """The folders through which a program's symbolic links lead."""
    while program.is_symlink():
        program = program.parent / program.readlink()
        yield Path(os.path.normpath(program.parent))


def _holds(outer: Path, inner: Path) -> bool:
    return outer != inner and not outer.is_symlink() and inner.is_relative_to(outer)


def _bound(path: Path) -> list[str]:
    way = _folder(Path(_inside(path)).parent)
    # A link stays one: what is hidden in its target would be seen through a second mount of it.
    if path.is_symlink() and (path.parent == Path("/") or not path.readlink().is_absolute()):
        return [*way, "--symlink", os.fspath(path.readlink()), _inside(path)]
    return [*way, "--ro-bind", str(path), _inside(path)]


def _inside(path: Path) -> str:
    """Where something is in the sandbox: at its own place, but for what a run's own /tmp would hide."""
    return f"{_ELSEWHERE}{path}" if path.is_relative_to("/tmp") else str(path)


def _folder(path: Path) -> list[str]:
    """Folders on the way, for anybody to pass through."""
    return [
        word
        for folder in reversed((path, *path.parents))
        if folder != Path("/")
        for word in ("--perms", "0755", "--dir", str(folder))
    ]
