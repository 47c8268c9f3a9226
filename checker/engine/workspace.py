"""Workspaces: the folder that one run sees, made afresh for it, and what the run left in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_NOT_LEFT = {"__pycache__", ".pytest_cache"}


@dataclass(frozen=True)
class Workspace:
    """A lesson folder with one variant's app and the learner's files, for one run."""

    folder: Path
    scratch: Path
    """Where temporary files go; outside the lesson folder, gone with the workspace."""
    put: frozenset[str]

    def left(self) -> list[str]:
        """Files that the run left in the lesson folder, caches aside."""
        return sorted(path for path in self._now() - self.put if not _NOT_LEFT & set(path.split("/")))

    def gone(self) -> list[str]:
        """Files that the run took away."""
        return sorted(self.put - self._now())

    def _now(self) -> set[str]:
        # os.walk passes over what it may not look into; a run can leave such a folder too.
        return {
            Path(folder, name).relative_to(self.folder).as_posix()
            for folder, _, names in os.walk(self.folder)
            for name in names
        }


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
        yield Workspace(folder, scratch, frozenset(files))
    finally:
        _remove(root)


def _remove(root: Path) -> None:
    """Remove a folder that is ours, with all in it; where some of it cannot be removed, as much as can."""
    shutil.rmtree(root, ignore_errors=True)
    if root.exists():
        _open_up(root)
        shutil.rmtree(root, ignore_errors=True)


def _open_up(root: Path) -> None:
    """Give ourselves every right in the folders below `root`; no link is followed."""
    root.chmod(0o700)
    for folder, names, _ in os.walk(root):  # looks into each of the names only after this
        for path in (Path(folder, name) for name in names):
            if not path.is_symlink():
                with contextlib.suppress(OSError):
                    path.chmod(0o700)
