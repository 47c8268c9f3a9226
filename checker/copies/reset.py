"""`checker reset`: a lesson folder as shipped, or as it was before; nothing is lost on the way.

What is there is in a backup, whole, before anything is changed. A note beside the backups says what was
begun, so that running the command again after an interruption finishes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from checker.copies.backups import Backups, Files, Unfinished
from checker.course.lessons import Lesson
from checker.errors import UsageError
from checker.files import walk, write_atomically

_STARTER = ""
_CONFIGURES_PYTEST = {"pytest.ini", "pytest.toml", "tox.ini", "setup.cfg", "pyproject.toml"}


@dataclass(frozen=True)
class Swap:
    """One content of a lesson folder in place of another.

    Only what is shipped, or acts on a test run, is replaced or removed: modules, and pytest's configuration.
    Notes and data stay where they are.
    """

    lesson: Lesson
    backups: Backups
    after: Files
    target: str
    """The backup that `after` comes from, or "" for the starter."""

    @property
    def before(self) -> Files:
        """What is there now. Raises UsageError on a link, which is never followed."""
        return _files_now(self.lesson)

    @property
    def says(self) -> str:
        """What the folder will be, in words."""
        return f"as it was on {self.target}" if self.target else "as shipped"

    def lines(self) -> list[str]:
        """What it does to which file; empty where there is nothing to do."""
        before = self.before
        kinds = {
            "replace": [p for p in self.after if p in before and before[p] != self.after[p]],
            "remove": [p for p in before if p not in self.after],
            "restore": [p for p in self.after if p not in before],
        }
        return [f"  {kind:<8} {path}" for kind, paths in kinds.items() for path in paths]

    def carry_out(self, now: datetime) -> Path | None:
        """Do it; the backup with what was there, or None where there was nothing to do.

        The folder is read anew: it may have been saved to since somebody was asked. Raises UsageError where
        a file cannot be written, saying what is safe.
        """
        before = self.before
        if before == self.after:
            self.backups.end()
            return None
        name = self._backup(before, now)
        kept = self.backups.folder / name
        try:
            self.backups.begin(Unfinished(name, self.target))
            self._apply(before)
            self.backups.end()
        except OSError as error:
            raise UsageError(
                f"{self.lesson.name} is changed in part ({error}). What you had is whole in {kept}. "
                "Mend that, then give the same command again."
            ) from None
        return kept

    def _backup(self, before: Files, now: datetime) -> str:
        try:
            return self._backup_that_covers(before) or self.backups.write(before, now)
        except OSError as error:
            raise UsageError(
                f"No backup can be made of {self.lesson.name} ({error}). Nothing was changed."
            ) from None

    def _backup_that_covers(self, before: Files) -> str | None:
        """The backup that has all of `before`: the newest, or that of an interrupted change."""
        names = self.backups.names()
        if unfinished := self.backups.unfinished():
            was, wanted = (self.backups.read(unfinished.before), self._files_of(unfinished.target))
            is_between = all(content in (was.get(path), wanted.get(path)) for path, content in before.items())
            return unfinished.before if is_between else None
        return names[-1] if names and self.backups.read(names[-1]) == before else None

    def _files_of(self, name: str) -> Files:
        return _shipped_files(self.lesson) if name == _STARTER else self.backups.read(name)

    def _apply(self, before: Files) -> None:
        home = self.lesson.home
        for path, content in self.after.items():
            if before.get(path) != content:
                write_atomically(home / path, content, scratch=self.backups.folder)
        for path in before.keys() - self.after.keys():
            (home / path).unlink(missing_ok=True)


def to_starter(lesson: Lesson, backups: Backups) -> Swap:
    """The lesson as shipped. Raises UsageError where the folder is itself what is shipped."""
    if lesson.home.resolve() == lesson.shipped.resolve():
        raise UsageError(
            f"The checker knows no other {lesson.name} than this folder. In a checkout, git brings it back: "
            f"git checkout -- lessons/{lesson.name}"
        )
    return Swap(lesson, backups, _shipped_files(lesson), _STARTER)


def to_backup(lesson: Lesson, backups: Backups) -> Swap:
    """What was there before the last change: the newest backup that says something else than the folder.

    Raises UsageError where there is none.
    """
    unfinished = backups.unfinished()
    if unfinished:
        name = unfinished.target or unfinished.before
        return Swap(lesson, backups, backups.read(name), name)
    before = _files_now(lesson)
    for name in reversed(backups.names()):
        if (files := backups.read(name)) != before:
            return Swap(lesson, backups, files, name)
    raise UsageError(
        f"There is nothing to bring back: no other state of {lesson.name} is kept in {backups.folder}."
    )


def _shipped_files(lesson: Lesson) -> Files:
    return {path: (lesson.shipped / path).read_bytes() for path in walk(lesson.shipped)}


def _files_now(lesson: Lesson) -> Files:
    shipped = set(walk(lesson.shipped))
    folders = {parent.as_posix() for path in shipped for parent in Path(path).parents}
    found = {}
    for path in walk(lesson.home):
        file = lesson.home / path
        if file.is_symlink() and (file.is_dir() or _acts(path) or path in shipped | folders):
            raise UsageError(f"{file} is a link, and reset follows none. Move it away, then try again.")
        if path in shipped or _acts(path):
            found[path] = file.read_bytes()
    return found


def _acts(path: str) -> bool:
    """Whether the file would still act on a test run if it were left."""
    return path.endswith(".py") or path.rsplit("/", 1)[-1] in _CONFIGURES_PYTEST
