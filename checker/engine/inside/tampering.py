"""Notice what only a suite that games its verdict does. Code of the same process can get round it, with effort.

Python tells an audit hook of every file opened, signal sent and program started, and of who looks at a
function's code (PEP 578). Flags: ``reads_app_source``, ``traces_the_run``, ``imports_checker``, ``loads_native_code``,
``kills_processes``, ``starts_programs``, ``exit_hook``.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Callable, Iterable
from operator import attrgetter
from types import FrameType
from typing import Any

# Of the standard library, what reads and looks for reasons of its own while a test stands above it; all the rest of it,
# and pytest, read and look for whoever asks.
_OWN_REASONS = {
    *("traceback", "logging", "warnings", "runpy", "asyncio", "threading", "concurrent", "unittest"),
    "pdb",  # who leaves a breakpoint in
}
_READERS = {*sys.stdlib_module_names, "_pytest", "pytest"} - _OWN_REASONS
# Where an import's own machinery runs.
_IMPORTS = {"_frozen_importlib_external", "importlib._bootstrap_external", "_pytest.assertion.rewrite"}
_TRACES = {
    *("sys.addaudithook", "sys.settrace", "sys.setprofile"),
    *("gc.get_objects", "gc.get_referents", "gc.get_referrers"),
}
_ENDS = {"_exit", "abort", "kill", "killpg"}
_STARTS = {"os.exec", "os.posix_spawn", "os.system", "os.fork", "os.forkpty"}
# Start a process of another program by a call that no event tells of.
_STARTERS = {"multiprocessing.popen_spawn_posix", "multiprocessing.popen_forkserver"}
# What leads from an object to its code, and where the module of that code is found.
_MODULE_OF = {
    "__code__": attrgetter("__globals__"),
    "f_code": attrgetter("f_globals"),
    "cr_code": attrgetter("cr_frame.f_globals"),
    "gi_code": attrgetter("gi_frame.f_globals"),
    "ag_code": attrgetter("ag_frame.f_globals"),
}


def watch_for_tampering(folder: str, app: Iterable[str], send: Callable[..., None]) -> None:
    """From now on, in this process, ``send("suspect", flag)`` once for each flag.

    What it knows is kept in the cells of functions: no object of ours can be had from a module, or be told to be silent.
    Our modules are forgotten too: whoever imports one is heard, and gets another than the one at work.
    """
    for name in [name for name in sys.modules if name.partition(".")[0] == "checker"]:
        del sys.modules[name]
    own = folder + os.sep
    files = {own + path for path in app}
    same_files = {(about.st_dev, about.st_ino) for about in map(os.stat, filter(os.path.exists, files))}
    names = {os.path.basename(path) for path in files}  # noqa: PTH119
    told: set[str] = set()
    listening = threading.local()
    look = os.stat

    def tell(flag: str) -> None:
        if flag not in told:
            told.add(flag)
            send("suspect", flag)

    def is_suites(frame: FrameType) -> bool:
        file = frame.f_code.co_filename
        return file.startswith(own) and file not in files

    def is_app_file(path: object) -> bool:
        """By what the path leads to, however it is written."""
        if isinstance(path, int) or not isinstance(path, str | bytes | os.PathLike):
            return False
        try:
            about = look(path)
        except (OSError, ValueError):
            return os.path.basename(os.fsdecode(path)) in names  # noqa: PTH119  below a folder that is open
        return (about.st_dev, about.st_ino) in same_files

    def suite_reads(frame: FrameType | None) -> bool:
        """Whether a file is opened by the suite, directly or through a library that reads for it."""
        while frame is not None:
            if is_suites(frame):
                return True
            if frame.f_code.co_name == "exec_module" and frame.f_globals.get("__name__") in _IMPORTS:
                return _is_made_by_suite(frame, is_suites)
            if str(frame.f_globals.get("__name__")).split(".")[0] not in _READERS:
                return False
            frame = frame.f_back
        return False

    def looks_at_app(thing: Any, attribute: str, frame: FrameType) -> bool:
        if not is_suites(frame) and str(frame.f_globals.get("__name__")).split(".")[0] not in _READERS:
            return False
        if not suite_reads(frame):
            return False
        try:
            module = _MODULE_OF[attribute](thing)
        except AttributeError:  # a coroutine that has ended has no frame
            return False
        return is_app_file(module.get("__file__"))

    def hear(event: str, args: tuple[Any, ...]) -> None:
        frame = sys._getframe(2)
        if event == "open":
            if is_app_file(args[0]) and suite_reads(frame):
                tell("reads_app_source")
        elif event == "object.__getattr__":
            if args[1] in _MODULE_OF and looks_at_app(args[0], args[1], frame):
                tell("reads_app_source")
        elif event in ("os.symlink", "os.link"):
            if is_suites(frame) and is_app_file(args[0]):
                tell("reads_app_source")
        elif event in _TRACES:
            if suite_reads(frame):
                tell("traces_the_run")
        elif event == "ctypes.dlopen":
            if suite_loads(frame):
                tell("loads_native_code")
        elif event == "import":
            if args[0] in _STARTERS:
                tell("starts_programs")
            if str(args[0]).partition(".")[0] == "checker" and suite_imports(frame):
                tell("imports_checker")
        elif event in ("os.kill", "os.killpg"):
            if args[0] in (-1, 0, 1, os.getppid()):
                tell("kills_processes")
        elif (
            event in _STARTS and frame.f_globals.get("__name__") != "subprocess"
        ):  # people use it, and mean well
            tell("starts_programs")

    def suite_imports(frame: FrameType | None) -> bool:
        """Whether the suite's own line asks for an import: importlib stands between."""
        while frame is not None and str(frame.f_globals.get("__name__")).startswith(("importlib", "_frozen")):
            frame = frame.f_back
        return frame is not None and is_suites(frame)

    def suite_loads(frame: FrameType | None) -> bool:
        """Whether the suite's own line loads a library; `import ctypes` loads one too, and is nothing to look at."""
        while frame is not None and frame.f_globals.get("__name__") == "ctypes":
            if frame.f_code.co_name == "<module>":
                return False
            frame = frame.f_back
        return frame is not None and is_suites(frame)

    def hear_once(event: str, args: tuple[Any, ...]) -> None:
        if not getattr(listening, "now", False):  # looking at frames is heard of too
            listening.now = True
            try:
                hear(event, args)
            finally:
                listening.now = False

    sys.addaudithook(hear_once)
    _watch_exit_hooks(is_suites, tell)


def _watch_exit_hooks(is_suites: Callable[[FrameType], bool], tell: Callable[[str], None]) -> None:
    register = atexit.register

    def watched(function: Any, *args: Any, **kwargs: Any) -> Any:
        if is_suites(sys._getframe(1)) and _ends_processes(function):
            tell("exit_hook")
        return register(function, *args, **kwargs)

    atexit.register = watched  # type: ignore[assignment]


def _ends_processes(function: Any) -> bool:
    """Whether it names what ends a process from within; to tidy up at the end is an honest habit."""
    code = getattr(function, "__code__", None)
    return getattr(function, "__name__", "") in _ENDS or bool(
        code and _ENDS & {*code.co_names, *code.co_consts}
    )


def _is_made_by_suite(frame: FrameType, is_suites: Callable[[FrameType], bool]) -> bool:
    """Whether what imports is a loader that the suite has called by hand: its own line stands right above it."""
    above = frame.f_back
    return above is not None and is_suites(above)
