"""Reading a tar into memory, compressed or not: nothing is written, and it is read once, in small pieces."""

from __future__ import annotations

import lzma
import math
import struct
import tarfile
import zlib
from collections.abc import Iterator
from typing import IO

from checker.grading.intake.found import Found, Wanted, is_passed_over, safe_path
from checker.grading.intake.limits import Budget, Refused
from checker.grading.intake.names import clean
from checker.grading.intake.streams import MakeDecompressor, Unpacked

_CHUNK = 1 << 13
_BROKEN = (
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
    OSError,
    ArithmeticError,
    struct.error,
    RecursionError,
)


def read_tar(file: IO[bytes], make: MakeDecompressor, wanted: Wanted, budget: Budget) -> Iterator[Found]:
    """The files of a tar, unpacked by what `make` makes. Raises Refused for one that is broken, hostile or too large."""
    seen: set[str] = set()
    stream = Unpacked(file, make, budget)
    stream.allow(budget.limits.tar_header_bytes, is_header=True)
    try:
        with tarfile.TarFile(fileobj=stream, mode="r", errors="surrogateescape") as archive:
            while member := _next(archive, stream, budget):
                path = safe_path(member.name)
                budget.enter(path)
                if not path or member.isdir() or is_passed_over(path):
                    continue
                _refuse_kind(member, path)
                if path in seen:
                    raise Refused(f"it has two files of the name {clean(path)}")
                seen.add(path)
                yield _found(archive, member, path, wanted, stream, budget)
    except _BROKEN as error:
        raise Refused(f"it is a broken tar ({clean(str(error)[:80]) or type(error).__name__})") from None


def _next(archive: tarfile.TarFile, stream: Unpacked, budget: Budget) -> tarfile.TarInfo | None:
    stream.allow(budget.limits.tar_header_bytes, is_header=True)
    archive.members = []  # type: ignore[attr-defined]  # it would keep them all
    return archive.next()


def _refuse_kind(member: tarfile.TarInfo, path: str) -> None:
    if member.issym() or member.islnk():
        raise Refused(f"it has a link in it, {clean(path)}")
    if not member.isreg() or member.issparse():
        raise Refused(f"it has something in it that is no file, {clean(path)}")


def _found(
    archive: tarfile.TarFile,
    member: tarfile.TarInfo,
    path: str,
    wanted: Wanted,
    stream: Unpacked,
    budget: Budget,
) -> Found:
    modified = float(member.mtime) if math.isfinite(member.mtime) else 0
    if not wanted(path):
        return Found(path, None, modified)
    if member.size > (most := budget.limits.most_of(path)):
        return Found(path, None, modified, f"larger than {most:,} bytes")
    budget.take(member.size)
    stream.allow(member.size, is_header=False)
    content = archive.extractfile(member)
    data = b"".join(iter(lambda: content.read(_CHUNK), b"")) if content else b""
    if len(data) != member.size:
        raise EOFError("it ends in the middle of a file")
    return Found(path, data, modified)
