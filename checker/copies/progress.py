"""What the checker remembers of a learner's way: a cache of what a check can prove again, and the hints seen.

It lives in ``.checker/progress.json`` at the course's root. Losing it loses nothing but the hints' count.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from checker import __version__
from checker.check import Checked
from checker.course.lessons import Lesson
from checker.course.suite import Suite
from checker.files import write_atomically

FORMAT = "checker/progress/v1"

# Watch has a thread that checks and one that gives hints.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class LessonProgress:
    """What is remembered of one lesson."""

    status: str = ""
    """Of the last check; empty where there was none."""
    killed: int = 0
    mutants: int = 0
    key: str = ""
    """What that check judged, as `key_of` says."""
    hints: Mapping[str, int] = field(default_factory=dict)
    """The rungs seen, by task, or by the id of a surviving mutant."""


@dataclass(frozen=True)
class Progress:
    """All that is remembered, by the lesson's name."""

    lessons: Mapping[str, LessonProgress] = field(default_factory=dict)
    notice: str = ""
    """One line where the file could not be used."""

    def of(self, lesson: Lesson) -> LessonProgress:
        """What is remembered of `lesson`; nothing, at first."""
        return self.lessons.get(lesson.name, LessonProgress())

    def with_check(self, checked: Checked, key: str) -> Progress:
        """This, and a verdict on the learner's own suite, of which `key` says what it judged."""
        verdict = checked.verdict
        killed = sum(mutant.killed for mutant in verdict.mutants)
        return self._with(
            checked.lesson, status=verdict.status, killed=killed, mutants=len(verdict.mutants), key=key
        )

    def with_hint(self, lesson: Lesson, about: str, rungs: int) -> Progress:
        """This, and that `rungs` rungs of the ladder `about` something were seen."""
        return self._with(lesson, hints={**self.of(lesson).hints, about: rungs})

    def _with(self, lesson: Lesson, **changed: Any) -> Progress:
        return replace(self, lessons={**self.lessons, lesson.name: replace(self.of(lesson), **changed)})


def key_of(lesson: Lesson, suite: Suite) -> str:
    """A digest of what a check of `lesson` judges: the learner's suite, the app and the variants."""
    variants = lesson.solution / "variants.toml"
    parts = {f"suite/{path}": content for path, content in suite.files.items()}
    parts |= {f"app/{path}": text.encode() for path, text in lesson.app_files.items()}
    parts["variants"] = variants.read_bytes() if variants.is_file() else b""
    digest = hashlib.sha256(__version__.encode())
    for name, content in sorted(parts.items()):
        digest.update(os.fsencode(f"{name} {len(content)} ") + content)
    return digest.hexdigest()[:16]


def load_progress(root: Path) -> Progress:
    """What the file at the course's root says; nothing where there is none.

    A file that cannot be read as one of ours is set aside under another name, and `notice` says so.
    """
    path = _path(root)
    try:
        return Progress(_parsed(path.read_bytes()))
    except FileNotFoundError:
        return Progress()
    except (OSError, ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return Progress(notice=_set_aside(path))


def change_progress(root: Path, change: Callable[[Progress], Progress]) -> str:
    """Load, `change` and save it, one thread at a time; empty, or one line where something is wrong with the file."""
    with _ONE_AT_A_TIME:
        progress = load_progress(root)
        notices = (progress.notice, save_progress(root, change(progress)))
    return " ".join(filter(None, notices))


def save_progress(root: Path, progress: Progress) -> str:
    """Write it; empty, or one line that says why it could not be kept. A check is worth showing all the same."""
    lessons = {name: asdict(of_lesson) for name, of_lesson in progress.lessons.items()}
    document = json.dumps({"format": FORMAT, "lessons": lessons}, indent=1)
    try:
        write_atomically(_path(root), document.encode())
    except OSError as error:
        return f"This progress is not kept: {error}"
    return ""


def _path(root: Path) -> Path:
    return root / ".checker" / "progress.json"


def _parsed(content: bytes) -> dict[str, LessonProgress]:
    """The lessons in a document. Raises one of the errors that `load_progress` knows where it is not one of ours."""
    document = json.loads(content)
    if document.get("format") != FORMAT:
        raise ValueError("another format")
    return {name: _lesson(**of_lesson) for name, of_lesson in document["lessons"].items()}


def _lesson(status: str, killed: int, mutants: int, key: str, hints: dict[str, int]) -> LessonProgress:
    if not all(isinstance(value, str) for value in (status, key, *hints)):
        raise TypeError("not text")
    if not all(type(number) is int and number >= 0 for number in (killed, mutants, *hints.values())):
        raise TypeError("not a count")
    return LessonProgress(status, killed, mutants, key, hints)


def _set_aside(path: Path) -> str:
    aside = next(
        candidate
        for number in range(1, 10_000)
        if not (candidate := path.with_name(f"progress.damaged-{number}.json")).exists()
    )
    try:
        path.replace(aside)
    except OSError as error:
        return f"{path} cannot be read as progress, nor set aside: {error}"
    return f"{path} could not be read as progress: it is now {aside.name}, and progress begins anew."


def record_check(root: Path, checked: Checked, key: str) -> str:
    """Remember a verdict on the learner's own suite; one line where that cannot be done, else nothing."""
    return change_progress(root, lambda progress: progress.with_check(checked, key))
