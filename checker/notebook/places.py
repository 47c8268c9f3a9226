"""Where a lesson's notebooks are: the one that is shipped, and the same with its exercises solved."""

from __future__ import annotations

from pathlib import Path

from checker.course.lessons import Lesson
from checker.errors import UsageError


def shipped(root: Path, lesson: Lesson) -> Path:
    """Where the lesson's notebook belongs."""
    return root / "notebooks" / f"{lesson.name}.ipynb"


def solved(root: Path, lesson: Lesson) -> Path:
    """Where its solved twin belongs: beside all else that spoils."""
    return root / "solutions" / "notebooks" / f"{lesson.name}.ipynb"


def notebook_of(root: Path, lesson: Lesson) -> Path:
    """The lesson's notebook. Raises UsageError where there is none."""
    path = shipped(root, lesson)
    if path.is_file():
        return path
    there = sorted(p.name[:2] for p in path.parent.glob("[0-9][0-9]_*.ipynb")) or ["none"]
    raise UsageError(f"There is no {path}. There are notebooks for: {', '.join(there)}.")
