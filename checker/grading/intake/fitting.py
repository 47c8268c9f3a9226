"""What of a suite a run's folder can hold: one file that does not fit would leave the harness without a verdict. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker.course.lessons import Lesson
from checker.grading.intake.limits import Limits


def unfit(files: Mapping[str, bytes], lesson: Lesson, limits: Limits) -> dict[str, str]:
    """Those of a suite's files that are to be left aside, by their paths, and why.

    Where there are too many, the lesson's own files stay, and then those that lie highest.
    """
    left: dict[str, str] = {}
    entries: set[str] = set()
    size = 0
    for path in sorted(files, key=lambda path: (path not in lesson.starter_files, path.count("/"), path)):
        with_folders = {path, *_folders(path)}
        if why := _why_not(path, lesson, limits):
            left[path] = why
        elif len(entries | with_folders) > limits.suite_entries:
            left[path] = f"a suite has at most {limits.suite_entries} files and folders"
        elif size + len(files[path]) > limits.suite_bytes:
            left[path] = f"a suite has at most {limits.suite_bytes:,} bytes"
        else:
            entries |= with_folders
            size += len(files[path])
    return left


def _why_not(path: str, lesson: Lesson, limits: Limits) -> str:
    """Why a file has no place in any folder of the lesson's; empty where it has."""
    if any(len(part.encode("utf-8", "replace")) > limits.part_bytes for part in path.split("/")):
        return f"a name in its path has more than {limits.part_bytes} bytes"
    for folder in _folders(path):
        # Modules of any name: the suite may have one there too, or another correct app.
        if folder in lesson.app_files or folder.endswith(".py"):
            return f"{folder} is a folder by the name of a file"
    if any(path in _folders(app) for app in lesson.app_files):
        return "the app has a folder of this name"
    return ""


def _folders(path: str) -> Iterator[str]:
    """The folders that a file lies in, the innermost first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
