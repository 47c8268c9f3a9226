"""Reading what was handed in, a folder or an archive, into memory, with archives inside it opened too.

Nothing is ever unpacked to the disk, so no path, link or device of an archive has a place to go. They are refused
all the same: nobody who means well hands in such a thing, and a person should look.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from checker.grading.intake.folders import open_regular, read_folder
from checker.grading.intake.found import Found, Wanted, is_passed_over
from checker.grading.intake.limits import Budget, Refused
from checker.grading.intake.names import clean, is_archive
from checker.grading.intake.streams import decompressor_for
from checker.grading.intake.tars import read_tar
from checker.grading.intake.zips import read_zip

_MAGIC_AT_MOST = 512
_DEEPEST_NESTED = 4


@dataclass
class Tree:
    """The files of one folder or archive, or several that were handed in one by one."""

    name: str = ""
    """Where the archive lies in the hand-in; empty for the folder or archive itself."""
    files: dict[str, Found] = field(default_factory=dict)
    stamp: tuple[int, ...] = ()
    """What is larger was handed in later."""

    def full(self, path: str) -> str:
        """A path in it, as a person is told it."""
        return clean(f"{self.name}/{path}" if self.name else path)


def read_tree(path: Path, wanted: Wanted, budget: Budget, name: str = "") -> list[Tree]:
    """The files of the folder or archive at `path`, and a tree for each archive in it.

    Raises Refused with the reason, one line, where it or an archive in it is not taken in.
    """
    if path.is_dir() and not path.is_symlink():
        return _with_nested(Tree(name, _by_path(read_folder(path, wanted, budget))), budget, wanted, 1)
    with open_regular(path) as file:
        return _archive(file, os.fstat(file.fileno()).st_size, Tree(name), wanted, budget, 1)


def newest_time(path: Path) -> float:
    """When a file, or the newest in a folder or archive, was changed; 0 where it cannot be read."""
    if not path.is_dir() and not is_archive(path.name):
        return path.lstat().st_mtime
    try:
        trees = read_tree(path, lambda _: False, Budget())
    except Exception:  # what is wrong with it is told where it is taken in
        return 0
    return max((found.modified for tree in trees for found in tree.files.values()), default=0)


def _archive(
    file: IO[bytes], size: int, tree: Tree, wanted: Wanted, budget: Budget, depth: int
) -> list[Tree]:
    try:
        tree.files.update(_by_path(_read(file, size, wanted, budget)))
    except Refused as refused:
        raise Refused(f"{clean(tree.name)}: {refused}" if tree.name else str(refused)) from None
    return _with_nested(tree, budget, wanted, depth + 1)


def _read(file: IO[bytes], size: int, wanted: Wanted, budget: Budget) -> Iterator[Found]:
    """By what the file is, not by what it is called."""
    try:
        beginning = file.read(_MAGIC_AT_MOST)
        file.seek(0)
    except OSError as error:
        raise Refused(f"it cannot be read ({error.strerror})") from None
    if beginning.startswith((b"PK\3\4", b"PK\5\6")):
        return read_zip(file, size, wanted, budget)
    make = decompressor_for(beginning)
    if beginning[257:262] == b"ustar" or make is not decompressor_for(b""):
        return read_tar(file, make, wanted, budget)
    raise Refused("it is neither a zip nor a tar. Ask for a zip")


def _with_nested(tree: Tree, budget: Budget, wanted: Wanted, depth: int) -> list[Tree]:
    """The tree, and those of the archives that lie high up in it."""
    trees = [tree]
    for path, found in list(tree.files.items()):
        if found.content is None or not is_archive(path):
            continue
        inner = Tree(f"{tree.name}/{path}" if tree.name else path)
        if depth > budget.limits.nested:
            raise Refused(f"{clean(inner.name)}: it is an archive in an archive in an archive")
        trees += _archive(io.BytesIO(found.content), len(found.content), inner, wanted, budget, depth)
        tree.files[path] = Found(path, None, found.modified)
    return trees


def is_worth_opening(path: str) -> bool:
    """Whether an archive at this path of a hand-in may hold lessons."""
    return is_archive(path) and path.count("/") <= _DEEPEST_NESTED and not is_passed_over(path)


def _by_path(files: Iterator[Found]) -> dict[str, Found]:
    return {found.path: found for found in files}
