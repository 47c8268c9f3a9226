"""Working copies: the course in a folder of the learner's own, made by `checker init`, kept by `checker update`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from checker import __version__
from checker.copies.manifest import Manifest, load_manifest
from checker.copies.update import Change, WorkingCopy
from checker.course.lessons import SHIPPED_COURSE
from checker.errors import UsageError
from checker.files import is_environment, walk

TEMPLATE = Path(__file__).with_name("template")
"""The files of a working copy's own root."""

_FOLDERS = ("lessons", "solutions", "notebooks")
_FILES = (".gitignore", ".vscode/extensions.json", ".vscode/settings.json", "LICENSE", "constraints.txt")
_TEMPLATE_FILES = (".devcontainer/devcontainer.json", "README.md", "pytest.ini")
_NOT_FOREIGN = {".checker", ".git", ".DS_Store", "wheels"}


def course_files(shipped: Path = SHIPPED_COURSE, *, solutions: bool = True) -> dict[str, bytes]:
    """What a working copy consists of: the files of the course as shipped, and those of the copy's own root."""
    folders = [name for name in _FOLDERS if solutions or name != "solutions"]
    below = [f"{folder}/{path}" for folder in folders for path in walk(shipped / folder)]
    return {
        **{path: (shipped / path).read_bytes() for path in (*below, *_FILES)},
        **{path: template_file(path) for path in _TEMPLATE_FILES},
    }


def template_file(path: str) -> bytes:
    """A file of a working copy's own root, which the course itself has otherwise or not at all."""
    return (TEMPLATE / path).read_bytes()


def init(
    folder: Path, *, solutions: bool = True, shipped: Path = SHIPPED_COURSE, version: str = __version__
) -> None:
    """Make `folder` a working copy. Interrupted, it can be done again.

    Raises UsageError where something of somebody else's is in it, it is a working copy already, or it
    cannot be written.
    """
    copy = WorkingCopy(folder)
    begun, _ = _manifest(copy)
    if begun and begun.files:
        raise UsageError(f"{folder} is a working copy already. In it, checker update brings what is new.")
    if not begun:
        refuse_foreign(folder)
    given = Manifest(solutions=solutions, unfinished=begun.unfinished if begun else {})
    _bring(copy, course_files(shipped, solutions=solutions), given, version)


def update(
    root: Path, *, shipped: Path = SHIPPED_COURSE, version: str = __version__
) -> tuple[list[Change], str]:
    """Bring what is new to the working copy at `root`: what became of each file, and a line on a lost manifest.

    Interrupted, it can be done again. Raises UsageError where `root` is a checkout of the workbook itself,
    which git keeps, or cannot be written.
    """
    if (root / "checker" / "__init__.py").is_file():
        raise UsageError(f"{root} is a clone, which git updates: docs/learners.md says how, under Updating.")
    copy = WorkingCopy(root)
    given, problem = _manifest(copy)
    if not given:
        _refuse_without_lessons(root, shipped)
        given = Manifest(solutions=(root / "solutions").is_dir())
        problem += " Whatever differs from the new course counts as yours."
    return _bring(copy, course_files(shipped, solutions=given.solutions), given, version), problem


def _bring(copy: WorkingCopy, files: Mapping[str, bytes], given: Manifest, version: str) -> list[Change]:
    try:
        return copy.bring(files, given, version)
    except OSError as error:
        raise UsageError(
            f"{version} could not be written to {copy.root}, or only in part ({error}). Nothing of yours was "
            "touched. Mend that, then give the same command again."
        ) from None


def _manifest(copy: WorkingCopy) -> tuple[Manifest | None, str]:
    """The copy's manifest, or none and a sentence that says why."""
    try:
        manifest = load_manifest(copy.manifest)
    except UsageError as error:
        return None, str(error)
    return manifest, "" if manifest else f"There is no {copy.manifest}."


def _refuse_without_lessons(root: Path, shipped: Path) -> None:
    """Without a manifest, a folder is a copy of the course only if it has a lesson of it."""
    if not any((root / "lessons" / lesson.name).is_dir() for lesson in (shipped / "lessons").iterdir()):
        raise UsageError(f"{root} is no working copy of this course. To make one: checker init DIR.")


def refuse_foreign(folder: Path) -> None:
    """Raise UsageError where `folder` is a file, or something of somebody else's is in it."""
    if not folder.is_dir():
        if folder.exists() or folder.is_symlink():
            raise UsageError(f"{folder} is no folder. Give the name of a new or an empty one.")
        return
    foreign = sorted(p.name for p in folder.iterdir() if p.name not in _NOT_FOREIGN and not is_environment(p))
    if foreign:
        named = ", ".join(foreign[:5]) + (", …" if len(foreign) > 5 else "")
        raise UsageError(f"{folder} has files in it: {named}. Give the name of a new or an empty folder.")
