"""Lessons and where they are: the folder is the manifest.

A *course* is a folder with ``lessons/`` and, beside it, ``solutions/``. The learner works in one (found
from the current folder upwards); the installed package carries another, as shipped. Comparing the two is
how an edited app is noticed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from checker.errors import UsageError
from checker.source import is_test_file

_IN_PACKAGE = Path(__file__).parents[1] / "shipped"
SHIPPED_COURSE = _IN_PACKAGE if _IN_PACKAGE.is_dir() else _IN_PACKAGE.parents[1]
"""The course as the package carries it; run from a development checkout, that checkout."""

LESSON_NAME = re.compile(r"(\d\d)_([a-z][a-z0-9_]*)")
_TITLE = re.compile(r"#\s*(?:\d+\s*[·:.–-]\s*)?(.+)")


@dataclass(frozen=True)
class Lesson:
    """One numbered folder: one idea, one small app, one test file to complete."""

    home: Path
    """The folder the learner works in."""
    shipped: Path
    """The same folder as shipped; in a development checkout it is `home` itself."""
    solution: Path
    """The folder of what spoils: our suite, the variants, the debrief. It may be absent."""
    unpublished: Path | None = None
    """A folder of an instructor's own variants, laid out like `solution`; it may be absent."""

    @property
    def name(self) -> str:
        """The folder's name, such as ``03_fixture_scopes``."""
        return self.home.name

    @property
    def number(self) -> int:
        """The lesson's number: 3 for ``03_fixture_scopes``."""
        return int(self.name[:2])

    @property
    def slug(self) -> str:
        """The name without its number: ``fixture_scopes``."""
        return self.name[3:]

    @cached_property
    def title(self) -> str:
        """What the README's first line says, without its number."""
        readme = self.shipped / "README.md"
        lines = readme.read_text("utf-8").splitlines() if readme.is_file() else []
        match = _TITLE.match(lines[0]) if lines else None
        return match[1].strip() if match else self.slug.replace("_", " ")

    @cached_property
    def app_files(self) -> dict[str, str]:
        """The reference, as shipped: the text of each of the app's files by its path inside the folder."""
        return {path: text for path, text in _texts(self.shipped).items() if not _is_learners(path)}

    @cached_property
    def starter_files(self) -> dict[str, str]:
        """The learner-owned files as shipped: the starter tests and, in some lessons, a conftest."""
        return {path: text for path, text in _texts(self.shipped).items() if _is_learners(path)}

    def edited_app_files(self) -> list[str]:
        """The app's files that differ, in the learner's folder, from those shipped."""
        return [path for path, text in self.app_files.items() if _text_or_none(self.home / path) != text]


@dataclass(frozen=True)
class Course:
    """A folder with lessons, the learner's own, beside the course as shipped."""

    root: Path
    shipped: Path = SHIPPED_COURSE
    """Where the course is as shipped; lessons that are not there are taken from `root`."""
    variants: Path | None = None
    """A folder with an instructor's own variants, ``NN_topic/variants.toml`` in it for any of the lessons."""

    @cached_property
    def lessons(self) -> list[Lesson]:
        """Every lesson in order of number. Raises UsageError where two share one."""
        folders = _lesson_folders(self.root)
        for one, other in pairwise(folders):
            if one.name[:2] == other.name[:2]:
                raise UsageError(
                    f"Two lessons have the number {one.name[:2]}: {one.name} and {other.name}. Rename one."
                )
        return [self._lesson(path) for path in folders]

    def find(self, spelling: str) -> Lesson:
        """The lesson that ``3``, ``03``, ``fixture_scopes``, ``03_fixture_scopes`` or a path ending so means."""
        if found := _spelt(spelling, self.lessons):
            return found
        there = ", ".join(lesson.name[:2] for lesson in self.lessons) or "none"
        raise UsageError(f"There is no lesson {spelling!r} in {self.root / 'lessons'}. There are: {there}.")

    def require_unpublished(self) -> None:
        """Raises UsageError where the folder of unpublished variants has none, or some of a lesson there is not."""
        if self.variants is None:
            return
        if not self.variants.is_dir():
            raise UsageError(f"--variants: there is no folder {self.variants}.")
        names = [lesson.name for lesson in self.lessons]
        found = sorted(path.parent.name for path in self.variants.glob("*/variants.toml"))
        for name in found:
            if name not in names:
                raise UsageError(
                    f"--variants: {self.variants / name} is of no lesson. There are: {', '.join(names)}."
                )
        if not found:
            raise UsageError(
                f"--variants: there is no {self.variants / names[0] / 'variants.toml'}, or of another lesson."
            )

    def find_shipped(self, spelling: str) -> Lesson:
        """The same, also for a lesson that was shipped and whose folder is gone. Raises UsageError."""
        gone = [self._lesson(self.root / "lessons" / path.name) for path in _lesson_folders(self.shipped)]
        return _spelt(spelling, [*self.lessons, *gone]) or self.find(spelling)

    def _lesson(self, home: Path) -> Lesson:
        origin = self.shipped if (self.shipped / "lessons" / home.name).is_dir() else self.root
        unpublished = self.variants / home.name if self.variants else None
        return Lesson(home, origin / "lessons" / home.name, origin / "solutions" / home.name, unpublished)


def _spelt(spelling: str, lessons: Iterable[Lesson]) -> Lesson | None:
    wanted = spelling.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    for lesson in lessons:
        if wanted in (lesson.name, lesson.slug) or (wanted.isdecimal() and int(wanted) == lesson.number):
            return lesson
    return None


def find_course(start: Path) -> Course:
    """The course that `start` lies in: the nearest folder above it that holds ``lessons/NN_…``.

    Raises UsageError where there is none.
    """
    for folder in (start, *start.parents):
        if _lesson_folders(folder):
            return Course(folder)
    raise UsageError(
        f"No lessons here: neither {start} nor a folder above it has lessons/. "
        "Go to the workbook's folder, or make one: checker init DIR."
    )


def _lesson_folders(root: Path) -> list[Path]:
    """The lessons' folders below a course's root, in order of number; an empty folder is none."""
    there = sorted((root / "lessons").iterdir()) if (root / "lessons").is_dir() else []
    return [
        path for path in there if LESSON_NAME.fullmatch(path.name) and path.is_dir() and any(path.iterdir())
    ]


def is_hidden(path: str) -> bool:
    """Whether a path lies in a cache or begins, anywhere, with a dot: no file of anybody's."""
    return any(part.startswith((".", "__pycache__")) for part in path.split("/"))


def _is_learners(path: str) -> bool:
    return is_test_file(path) or path == "conftest.py"


def _texts(folder: Path) -> dict[str, str]:
    """The text of every file of a lesson that is text and not prose, by its path in the folder."""
    return {
        relative: text
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not (relative := path.relative_to(folder).as_posix()).endswith((".md", ".pyc"))
        and not is_hidden(relative)
        and (text := _text_or_none(path)) is not None
    }


def _text_or_none(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
