"""`checker update`: what the installed course has and a working copy lacks; never over a learner's edit.

Digests tell edits: what is as it was given may be replaced, anything else is its learner's.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from checker.copies.manifest import Manifest, digest
from checker.files import remove_left_overs, write_atomically
from checker.source import is_test_file

Kind = Literal[
    "same",
    "new",
    "updated",
    "restored",  # it was deleted, and a lesson needs it
    "removed",  # no longer part of the course, and as it was given
    "edited",  # the learner's; the course's has not changed
    "aside",  # the learner's; the course's has changed, and is put aside
    "left",  # the learner's; no longer part of the course
    "deleted",  # by the learner, and stays so
    "gone",  # neither here nor in the course
]

_A_LINK = "something else than a file"


@dataclass(frozen=True)
class Change:
    """What became of one file."""

    path: str
    kind: Kind


def decide(given: str | None, coming: Collection[str], new: str | None, now: str | None) -> Kind:
    """What is to become of a file, from four digests; None: it was, or is, not there.

    `given` is the file as the last finished update left it, `coming` what unfinished ones were bringing,
    `new` the installed course's, `now` the one in the working copy.
    """
    unedited = now in (given, *coming)
    if new is None:
        return "gone" if now is None else "removed" if unedited else "left"
    if now == new:
        return "same"
    if now is None:
        return "new" if given is None else "deleted"
    if unedited:
        return "updated"
    return "edited" if given == new else "aside"


@dataclass(frozen=True)
class WorkingCopy:
    """A learner's folder with the course in it, and what is generated there."""

    root: Path

    @property
    def manifest(self) -> Path:
        """The file that says what the copy was given."""
        return self.root / ".checker" / "shipped.json"

    def aside(self, version: str) -> Path:
        """The folder for the new files whose old ones have been edited."""
        return self.root / ".checker" / "updates" / version

    @property
    def _scratch(self) -> Path:
        return self.root / ".checker" / "incoming"

    def bring(self, files: Mapping[str, bytes], given: Manifest, version: str) -> list[Change]:
        """Bring `files`, the course of `version`, to a copy that was `given` others; what became of each, by path.

        Interrupted at any step, nothing of the learner's is touched, and bringing again finishes. Raises OSError.
        """
        remove_left_overs(self._scratch)
        shipped = {path: digest(content) for path, content in files.items()}
        begun = given.begun(shipped)
        begun.save(self.manifest, self._scratch)
        paths = sorted({*begun.files, *begun.unfinished})
        changes = [self._bring_one(path, files, begun, version) for path in paths]
        Manifest(version, given.solutions, shipped).save(self.manifest, self._scratch)
        with contextlib.suppress(OSError):  # somebody else's file in it, as some file managers leave one
            self._scratch.rmdir()
        return changes

    def _bring_one(self, path: str, files: Mapping[str, bytes], given: Manifest, version: str) -> Change:
        kind = self._kind(path, files, given)
        if kind in ("new", "updated", "restored"):
            write_atomically(self.root / path, files[path], self._scratch)
        elif kind == "aside":
            write_atomically(self.aside(version) / path, files[path], self._scratch)
        elif kind == "removed":
            _remove(self.root, path)
        return Change(path, kind)

    def _kind(self, path: str, files: Mapping[str, bytes], given: Manifest) -> Kind:
        new = digest(files[path]) if path in files else None
        now = _digest_now(self.root, path)
        kind = decide(given.files.get(path), given.unfinished.get(path, ()), new, now)
        return "restored" if kind == "deleted" and _is_needed(self.root, path, files) else kind


def _digest_now(root: Path, path: str) -> str | None:
    """The digest of a file in the working copy. A link, or what lies behind one, is nothing we gave."""
    file = root / path
    below_root = (root / Path(*Path(path).parts[:n]) for n in range(1, len(Path(path).parts) + 1))
    if any(step.is_symlink() for step in below_root) or file.is_dir():
        return _A_LINK
    return digest(file.read_bytes()) if file.exists() else None


def _is_needed(root: Path, path: str, files: Collection[str]) -> bool:
    """Whether a file that was deleted comes back: a lesson's, but no starter beside tests of another name.

    Somebody who renamed the starter has their tests there, and no use for a second set of TODOs.
    """
    part, *below = path.split("/")
    if part != "lessons" or len(below) < 2:
        return False
    is_starter = is_test_file(path) or below[-1] == "conftest.py"
    tests = (file.relative_to(root).as_posix() for file in (root / part / below[0]).glob("test_*.py"))
    return not is_starter or all(test in files for test in tests)


def _remove(root: Path, path: str) -> None:
    """Remove a file, and the folders that it leaves empty but for Python's caches."""
    file = root / path
    file.unlink()
    for folder in file.parents:
        if folder != root and all(left.name == "__pycache__" for left in folder.iterdir()):
            shutil.rmtree(folder / "__pycache__", ignore_errors=True)
        if folder == root or any(folder.iterdir()):
            return
        folder.rmdir()


# -- for people

_HEADINGS: dict[Kind, str] = {
    "new": "New:",
    "updated": "Brought up to date:",
    "restored": "Restored, as it was missing:",
    "removed": "Removed, as it is no longer part of the course:",
    "edited": "Yours, not touched:",
    "left": "Yours, not touched; no longer part of the course:",
    "deleted": "Deleted by you, and left so:",
}


def lines(changes: list[Change], version: str) -> list[str]:
    """What to tell about an update."""
    told = []
    for kind, heading in _HEADINGS.items():
        if paths := [change.path for change in changes if change.kind == kind]:
            told += [heading, *(f"  {name}" for name in _by_folder(paths, kind)), ""]
    if paths := [change.path for change in changes if change.kind == "aside"]:
        told += ["Yours, not touched, though there is a new one:"]
        told += [f"  {path}\n    new: {_put_aside(path, version)}" for path in paths]
        is_lessons = any(path.startswith("lessons/") for path in paths)
        told += (
            ["To take a lesson's new files, with a backup of yours: checker reset NN"] if is_lessons else []
        )
        told += [""]
    if all(change.kind in ("same", "edited", "left", "deleted", "gone") for change in changes):
        told += [f"Nothing new: {version} is what you have."]
    return told


def _put_aside(path: str, version: str) -> str:
    return (WorkingCopy(Path()).aside(version) / path).as_posix()


def _by_folder(paths: list[str], kind: Kind) -> list[str]:
    """The paths; the ones of a whole new folder of the course as that folder."""
    if kind != "new":
        return paths
    folders: dict[str, list[str]] = {}
    for path in paths:
        folders.setdefault("/".join(path.split("/")[:2]), []).append(path)
    return [
        f"{name} ({len(inside)} files)" if len(inside) > 1 else inside[0] for name, inside in folders.items()
    ]
