"""Suites: which files of a learner's are judged, and which are left aside."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from checker.course.lessons import Lesson, is_hidden
from checker.errors import UsageError
from checker.source import is_test_file

_IMPORTED_AT_START = {"sitecustomize", "usercustomize"}


@dataclass(frozen=True)
class Suite:
    """The learner's files for one lesson."""

    files: dict[str, bytes]
    """Each file's content by its path below the app's root."""
    ignored: tuple[str, ...] = ()
    """Files that are not taken, because their names would shadow the app or a library."""
    is_own: bool = field(default=True, kw_only=True)
    """Whether it is the lesson's own suite, with its tasks; not so for one given by ``--suite``."""

    @property
    def test_files(self) -> list[str]:
        """The files that pytest collects tests from."""
        return [path for path in self.files if is_test_file(path)]


def own_suite(lesson: Lesson, folder: Path | None = None) -> Suite:
    """The suite in `folder`, by default the learner's lesson folder; files of the app are not part of it."""
    folder = folder or lesson.home
    taken, ignored = learner_owned(_sources(folder), lesson)
    return Suite({path: (folder / path).read_bytes() for path in taken}, ignored)


def suite_of(files: Mapping[str, bytes], lesson: Lesson) -> Suite:
    """The suite among a lesson folder's files, given by their paths in it: what `own_suite` takes of a folder."""
    taken, ignored = learner_owned(sorted(files), lesson)
    return Suite({path: files[path] for path in taken}, ignored)


def learner_owned(paths: Iterable[str], lesson: Lesson) -> tuple[list[str], tuple[str, ...]]:
    """Of a lesson folder's paths those that a suite may have, and the modules left aside because they shadow others.

    The app's own files, what is hidden and what is no Python file are in neither.
    """
    mine = [path for path in paths if _is_source(path) and path not in lesson.app_files]
    taken = [path for path in mine if not _shadows(path, lesson)]
    return taken, tuple(sorted(set(mine) - set(taken)))


def solution_suite(lesson: Lesson) -> Suite:
    """Our suite for the lesson. Raises UsageError where the solutions are not there."""
    if not any(lesson.solution.glob("test_*.py")):
        raise UsageError(f"There is no solution for lesson {lesson.name} in {lesson.solution}.")
    # The solution's folder also holds whole replacement apps; only test files and conftests are the suite.
    files = {path: (lesson.solution / path).read_bytes() for path in _sources(lesson.solution)}
    return Suite({path: content for path, content in files.items() if _is_suite_file(path)})


def suite_at(path: Path, lesson: Lesson) -> Suite:
    """Somebody else's suite. A file is judged as ``test_suite.py``; a folder keeps its name, below the app.

    Raises UsageError where `path` is neither a file nor a folder with tests in it.
    """
    if path.is_file():
        return Suite({"test_suite.py": path.read_bytes()}, is_own=False)
    if not path.is_dir():
        raise UsageError(f"--suite: there is no {path}.")
    name = path.resolve().name
    taken = [p for p in _sources(path) if not _shadows(p, lesson)]
    left = tuple(p for p in _sources(path) if p not in taken)
    suite = Suite({f"{name}/{p}": (path / p).read_bytes() for p in taken}, left, is_own=False)
    if not suite.test_files:
        raise UsageError(f"--suite: {path} has no test_*.py in it.")
    return suite


def _sources(folder: Path) -> list[str]:
    paths = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.py")) if path.is_file())
    return [path for path in paths if _is_source(path)]


def _is_source(path: str) -> bool:
    return path.endswith(".py") and not is_hidden(path)


def _is_suite_file(path: str) -> bool:
    return is_test_file(path) or path.rsplit("/", 1)[-1] == "conftest.py"


def _shadows(path: str, lesson: Lesson) -> bool:
    """Whether a module of this path would be imported in place of the app, a library or the standard one."""
    if _is_suite_file(path):
        return False
    parts = path.removesuffix(".py").split("/")
    if _top_names(lesson) & set(parts):
        return True
    return any(_is_taken(name, lesson) for name in {parts[0], parts[-1]} - {"__init__"})


def _top_names(lesson: Lesson) -> set[str]:
    return {path.split("/", 1)[0].removesuffix(".py") for path in lesson.app_files}


def _is_taken(name: str, lesson: Lesson) -> bool:
    """Whether a standard module, or an installed one, has this name, or Python imports it unasked."""
    if name in sys.stdlib_module_names | _IMPORTED_AT_START:
        return True
    try:
        spec = importlib.util.find_spec(name) if name.isidentifier() else None
    except (ImportError, ValueError):  # as for __main__
        return True
    return spec is not None and spec.origin is not None and not Path(spec.origin).is_relative_to(lesson.home)
