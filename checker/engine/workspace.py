"""Workspaces: the folder that one run sees, made afresh for it, and what the run left in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

_MOST_LOOKED_AT = 10_000  # files that a run left
_DEEPEST = 100  # folders in each other before they are brought up
_NOT_LEFT = {"__pycache__", ".pytest_cache"}


@dataclass(frozen=True)
class Workspace:
    """A lesson folder with one variant's app and the learner's files, for one run."""

    folder: Path
    scratch: Path
    """Where temporary files go; outside the lesson folder, gone with the workspace."""
    put: frozenset[str]
    identity: tuple[int, int]
    """Device and number of the lesson folder as it was furnished: a run may put another one in its place."""

    def left(self) -> list[str]:
        """Files that the run left in the lesson folder, caches aside."""
        return sorted(path for path in self._now() - self.put if not _NOT_LEFT & set(path.split("/")))

    def gone(self) -> list[str]:
        """Files that the run took away."""
        return sorted(self.put - self._now())

    def _now(self) -> set[str]:
        """The files that are there; of the folder's own, and no more than anybody looks at."""
        try:
            is_ours = identity_of(self.folder) == self.identity
        except OSError:
            return set()
        return set(islice(_files_below(str(self.folder)), _MOST_LOOKED_AT)) if is_ours else set()


def identity_of(folder: Path) -> tuple[int, int]:
    """What tells a folder from another one in its place; no link is followed. Raises OSError where it is gone."""
    about = folder.lstat()
    return about.st_dev, about.st_ino


def _files_below(top: str) -> Iterator[str]:
    """The files below a folder, however deep; folders that may not be looked into are passed over."""
    waiting = [("", top)]
    while waiting:
        prefix, folder = waiting.pop()
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((f"{prefix}{entry.name}/", entry.path))
                else:
                    yield prefix + entry.name


def put_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write `files` below `folder`, which need not be there yet."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


@contextlib.contextmanager
def workspace(name: str, files: Mapping[str, bytes]) -> Iterator[Workspace]:
    """A workspace whose lesson folder is called `name`; removed afterwards, also where the run made that forbidden."""
    root = Path(tempfile.mkdtemp(prefix="checker-")).resolve()
    try:
        folder, scratch = root / name, root / "tmp"
        scratch.mkdir()
        put_files(folder, files)
        yield Workspace(folder, scratch, frozenset(files), identity_of(folder))
    finally:
        _remove(root)


def _remove(root: Path) -> None:
    """Remove a folder that is ours, with all in it; where some of it cannot be removed, as much as can."""
    with contextlib.suppress(RecursionError):
        shutil.rmtree(root, ignore_errors=True)
    if root.exists():
        _flatten(root)
        _open_up(root)
        shutil.rmtree(root, ignore_errors=True)


def _flatten(root: Path) -> None:
    """Bring what lies deep up to `root`: to remove folders, Python opens one in the other, and has so many at the most."""
    waiting, moved = [(str(root), 0)], 0
    while waiting:
        folder, depth = waiting.pop()
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in [entry for entry in entries if entry.is_dir(follow_symlinks=False)]:
                path = entry.path
                if depth == _DEEPEST:
                    path, moved = str(root / f"moved-{moved}"), moved + 1
                    os.rename(entry.path, path)  # noqa: PTH104  a path too long for pathlib's own look-ups
                waiting.append((path, 0 if depth == _DEEPEST else depth + 1))


def _open_up(root: Path) -> None:
    """Give ourselves every right in the folders below `root`; no link is followed."""
    root.chmod(0o700)
    for folder, names, _ in os.walk(root):  # looks into each of the names only after this
        for path in (Path(folder, name) for name in names):
            if not path.is_symlink():
                with contextlib.suppress(OSError):
                    path.chmod(0o700)
