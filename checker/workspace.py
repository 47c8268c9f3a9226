"""Workspaces: the folder that one run sees, made afresh for it, and what the run left in it."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_NOT_LEFT = ("__pycache__", ".pytest_cache")


@dataclass(frozen=True)
class Workspace:
    """A lesson folder with one variant's app and the learner's files, for one run."""

    folder: Path
    scratch: Path
    """Where temporary files go; outside the lesson folder, gone with the workspace."""
    put: frozenset[str]

    def left(self) -> list[str]:
        """Files that the run left in the lesson folder, caches aside."""
        return sorted(path for path in self._now() - self.put if not any(part in path for part in _NOT_LEFT))

    def gone(self) -> list[str]:
        """Files that the run took away."""
        return sorted(self.put - self._now())

    def _now(self) -> set[str]:
        return {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()}


def put_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write `files` below `folder`, which need not be there yet."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


@contextlib.contextmanager
def workspace(name: str, files: Mapping[str, bytes]) -> Iterator[Workspace]:
    """A workspace whose lesson folder is called `name`; removed afterwards, whatever the run did to it."""
    root = Path(tempfile.mkdtemp(prefix="checker-")).resolve()
    try:
        folder, scratch = root / name, root / "tmp"
        scratch.mkdir()
        put_files(folder, files)
        yield Workspace(folder, scratch, frozenset(files))
    finally:
        shutil.rmtree(root, ignore_errors=True)
