"""Writing files so that whoever reads them, after whatever interruption, finds the old content or the new."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

# Asked for once: it can only be read by changing it, and watch has threads that write.
_UMASK = os.umask(0)
os.umask(_UMASK)


def write_atomically(path: Path, content: bytes, scratch: Path | None = None) -> None:
    """Put `content` at `path`, all of it or nothing; folders above are made. Raises OSError.

    The new file is written in `scratch`, by default beside the old one, under a hidden name, and takes its
    place in one step.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if scratch:
        scratch.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=scratch or path.parent, prefix=f".{path.name}.", suffix=".new")
    new = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.chmod(_mode(path))
        new.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise


def write_folder_atomically(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make `folder` with these files in it, by their paths there; all of it or nothing. Raises OSError.

    It is written under a hidden name beside its place; what an interrupted attempt left there is removed.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    remove_left_overs(folder.parent)
    new = folder.with_name(f".{folder.name}.new")
    new.mkdir()
    for path, content in files.items():
        _write_through(new / path, content)
    for made in (new, *(path for path in new.rglob("*") if path.is_dir())):
        _sync_folder(made)
    new.rename(folder)
    _sync_folder(folder.parent)


def remove_left_overs(folder: Path) -> None:
    """Remove from `folder` what interrupted writing left there, under its hidden names. Raises OSError."""
    for left in folder.glob(".*.new"):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


def walk(folder: Path) -> Iterator[str]:
    """The files below `folder`, and its links, by their paths there; not what is hidden, a cache or an environment.

    Links are never followed: one to a folder is an entry of its own.
    """
    for here, folders, names in os.walk(folder):
        links = [name for name in folders if Path(here, name).is_symlink()]
        folders[:] = sorted(name for name in folders if not _is_passed_over(Path(here, name)))
        for name in sorted((*names, *links)):
            if not name.startswith("."):
                yield (Path(here, name)).relative_to(folder).as_posix()


def is_environment(folder: Path) -> bool:
    """Whether it is a virtual environment of Python's."""
    return (folder / "pyvenv.cfg").is_file()


def _is_passed_over(folder: Path) -> bool:
    return folder.name.startswith((".", "__pycache__")) or is_environment(folder)


def _write_through(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """So that the names in it survive a power cut; not every system can."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _mode(path: Path) -> int:
    """The permissions of the file that is there, or those a new file would get."""
    if path.exists():
        return path.stat().st_mode & 0o777
    return 0o666 & ~_UMASK
