"""The entries of the folder of submissions, with what their names, or Gradescope's list, say of them."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from checker.errors import UsageError
from checker.grading.intake.gradescope import METADATA, read_metadata
from checker.grading.intake.matching import Roster
from checker.grading.intake.names import Claim, claim_of, clean, is_archive

_NOBODYS = {"__MACOSX", "Thumbs.db", "desktop.ini", METADATA}


@dataclass(frozen=True)
class Entry:
    """A folder, an archive or a file in the folder of submissions."""

    path: Path
    name: str
    """Its path below that folder."""
    claims: tuple[Claim, ...]
    """Whose it is: several people only for a group of Gradescope's."""

    @property
    def claim(self) -> Claim:
        """The first of them."""
        return self.claims[0]


def list_entries(folder: Path, known: Roster) -> tuple[list[Entry], list[str]]:
    """The entries that are submissions, and a line for each that is none.

    An export that was unpacked into a folder of its own may be named with or without that folder; a learner's only
    folder, which `known` or an LMS's name tells, is none, whatever the learner put into it.
    Raises UsageError where `folder` is missing, no folder or empty.
    """
    top = _top(folder, known)
    listed = read_metadata(top / METADATA) if (top / METADATA).is_file() else {}
    entries, others = [], []
    for path in _visible(top):
        name = path.relative_to(folder).as_posix()
        claims = listed.get(path.name) or (claim_of(path.name, path.is_dir()),)
        if problem := _problem(path, claims[0], known):
            others.append(f"{clean(name)}: {problem}")
        else:
            entries.append(Entry(path, name, claims))
    return entries, others + _missing(top, listed)


def _top(folder: Path, known: Roster) -> Path:
    """The folder with the entries: the one that was named, or what an export was unpacked to in it."""
    if folder.is_file():
        raise UsageError(f"{folder} is a file. Unpack it, and name the folder that it unpacks to.")
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}. Name the folder that holds the submissions.")
    there = _visible(folder)
    if not there and not (folder / METADATA).is_file():
        raise UsageError(f"The folder {folder} is empty. Put a folder or an archive for each learner in it.")
    if len(there) == 1 and there[0].is_dir() and not there[0].is_symlink() and _is_export(there[0], known):
        return there[0]
    return folder


def _is_export(folder: Path, known: Roster) -> bool:
    claim = claim_of(folder.name, is_folder=True)
    if claim.is_from_lms or known.find(claim):
        return False
    return (folder / METADATA).is_file() or any(
        claim_of(path.name, path.is_dir()).is_from_lms for path in _visible(folder)
    )


def _visible(folder: Path) -> list[Path]:
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise UsageError(f"The folder {folder} cannot be read: {error.strerror}.") from None
    return [path for path in paths if not path.name.startswith(".") and path.name not in _NOBODYS]


def _problem(path: Path, claim: Claim, known: Roster) -> str:
    """Why an entry is no submission; empty where it may be one."""
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return "a link, which is not followed"
    if stat.S_ISDIR(mode):
        return ""
    if not stat.S_ISREG(mode):
        return "neither a folder nor a file"
    if claim.is_from_lms or is_archive(path.name) or path.name.endswith((".py", ".ipynb")):
        return ""
    if known.find(claim):  # somebody's, whatever it is: it is taken in, and said to be of no use
        return ""
    return "neither a folder, an archive, a notebook nor a Python file"


def _missing(top: Path, listed: Mapping[str, object]) -> list[str]:
    return [
        f"{clean(name)}: listed in {METADATA}, but not there" for name in listed if not (top / name).exists()
    ]
