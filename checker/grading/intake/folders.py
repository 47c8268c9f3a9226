"""Reading a handed-in folder: no link is followed, nothing that could block is opened."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from checker.grading.intake.found import Found, Wanted, is_passed_over
from checker.grading.intake.limits import Budget, Refused


def read_folder(folder: Path, wanted: Wanted, budget: Budget) -> Iterator[Found]:
    """The files below `folder`; what is no file, or cannot be read, says so. Raises Refused for too many of them."""
    waiting = [""]
    while waiting:
        here = waiting.pop()
        for entry in _entries(folder / here):
            path = f"{here}/{entry.name}" if here else entry.name
            if is_passed_over(path):
                continue
            budget.enter(path)
            if entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            else:
                yield _found(entry, path, wanted, budget)


def open_regular(path: Path) -> IO[bytes]:
    """The file, opened to be read, without following a link or waiting for a pipe. Raises Refused where it is none."""
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise Refused(f"it cannot be read ({error.strerror})") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Refused("it is no file")
    return os.fdopen(descriptor, "rb")


def read_regular(path: Path, most: int) -> bytes:
    """The content of a file, its first `most` bytes. Raises Refused where it is none, or cannot be read."""
    with open_regular(path) as file:
        try:
            return file.read(most)
        except OSError as error:
            raise Refused(f"it cannot be read ({error.strerror})") from None


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise Refused(f"a folder in it cannot be read ({error.strerror})") from None


def _found(entry: os.DirEntry[str], path: str, wanted: Wanted, budget: Budget) -> Found:
    plain = unicodedata.normalize("NFC", path)
    if entry.is_symlink():
        return Found(plain, problem="a link, which is not followed")
    try:
        about = entry.stat(follow_symlinks=False)
    except OSError as error:
        return Found(plain, problem=f"it cannot be read ({error.strerror})")
    if not stat.S_ISREG(about.st_mode):
        return Found(plain, problem="no file")
    if not wanted(plain):
        return Found(plain, None, about.st_mtime)
    if about.st_size > (most := budget.limits.most_of(path)):
        return Found(plain, None, about.st_mtime, f"larger than {most:,} bytes")
    budget.take(about.st_size)
    try:
        return Found(plain, read_regular(Path(entry.path), most), about.st_mtime)
    except Refused as refused:
        return Found(plain, problem=str(refused))
