"""Notice what only a suite that games its verdict does. Code of the same process can get round it, with effort.

Python tells an audit hook of every file opened, signal sent and program started, and of who looks at a
function's code (PEP 578). Flags: ``reads_app_source``, ``kills_processes``, ``starts_programs``, ``exit_hook``.
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

# Through these a test can read a file; anything else between them reads for reasons of its own.
_READERS = {
    "io",
    "_io",
    "pathlib",
    "inspect",
    "linecache",
    "tokenize",
    "codecs",
    "ast",
    "pkgutil",
    "shutil",
    "importlib",
}
_STARTS = {"subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.fork", "os.forkpty"}
# What leads from an object to its code, and where the module of that code is found.
_MODULE_OF = {
    "__code__": attrgetter("__globals__"),
    "f_code": attrgetter("f_globals"),
    "cr_code": attrgetter("cr_frame.f_globals"),
    "gi_code": attrgetter("gi_frame.f_globals"),
    "ag_code": attrgetter("ag_frame.f_globals"),
}


def watch_for_tampering(folder: str, app: Iterable[str], send: Callable[..., None]) -> None:
    """From now on, in this process, ``send("suspect", flag)`` once for each flag."""
    _Watch(folder, app, send).begin()


class _Watch:
    def __init__(self, folder: str, app: Iterable[str], send: Callable[..., None]) -> None:
        self._folder = folder + os.sep
        self._app = {self._folder + path for path in app}
        self._send = send
        self._told: set[str] = set()

    def begin(self) -> None:
        listening = threading.local()

        def hear(event: str, args: tuple[Any, ...]) -> None:
            if not getattr(listening, "now", False):  # looking at frames is heard of too
                listening.now = True
                try:
                    self._hear(event, args)
                finally:
                    listening.now = False

        sys.addaudithook(hear)
        register = atexit.register

        def watched(function: Any, *args: Any, **kwargs: Any) -> Any:
            if self._is_suites(sys._getframe(1)):
                self._tell("exit_hook")
            return register(function, *args, **kwargs)

        atexit.register = watched  # type: ignore[assignment]

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            if self._is_app_file(args[0]) and self._suite_reads(sys._getframe(2)):
                self._tell("reads_app_source")
        elif event == "object.__getattr__":
            if args[1] in _MODULE_OF and self._looks_at_app(args[0], args[1], sys._getframe(2)):
                self._tell("reads_app_source")
        elif event == "gc.get_referents":
            if self._is_suites(sys._getframe(2)):
                self._tell("reads_app_source")
        elif event in ("os.kill", "os.killpg"):
            if args[0] in (-1, 0, 1, os.getppid()):
                self._tell("kills_processes")
        elif event in _STARTS:
            self._tell("starts_programs")

    def _tell(self, flag: str) -> None:
        if flag not in self._told:
            self._told.add(flag)
            self._send("suspect", flag)

    def _is_app_file(self, path: object) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        return os.path.abspath(os.fsdecode(path)) in self._app  # noqa: PTH100  links are not followed

    def _looks_at_app(self, thing: Any, attribute: str, frame: FrameType) -> bool:
        if not self._is_suites(frame):
            return False
        try:
            module = _MODULE_OF[attribute](thing)
        except AttributeError:  # a coroutine that has ended has no frame
            return False
        return self._is_app_file(module.get("__file__"))

    def _suite_reads(self, frame: FrameType | None) -> bool:
        """Whether a file is opened by the suite, directly or through a library that reads for it."""
        while frame is not None:
            if self._is_suites(frame):
                return True
            if frame.f_code.co_name == "exec_module":  # an import
                return False
            if str(frame.f_globals.get("__name__")).split(".")[0] not in _READERS:
                return False
            frame = frame.f_back
        return False

    def _is_suites(self, frame: FrameType) -> bool:
        file = frame.f_code.co_filename
        return file.startswith(self._folder) and file not in self._app
