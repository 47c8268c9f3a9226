"""Reading a zip into memory: nothing is written, and no more is unpacked than is wanted."""

from __future__ import annotations

import calendar
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import IO

from checker.grading.intake.found import Found, Wanted, is_passed_over, safe_path
from checker.grading.intake.limits import Budget, Refused
from checker.grading.intake.names import clean
from checker.grading.intake.streams import Bounded

_LOCAL_HEADER = 30
_CHUNK = 1 << 16
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    OSError,
    ArithmeticError,
    RuntimeError,
)


def read_zip(file: IO[bytes], size: int, wanted: Wanted, budget: Budget) -> Iterator[Found]:
    """The files of a zip of `size` bytes. Raises Refused for one that is broken, hostile or too large.

    All of the directory is judged before anything is unpacked. The sizes it states are not believed: never more is
    unpacked of an entry than it states, and one with more in it is broken.
    """
    try:
        with zipfile.ZipFile(Bounded(file, budget.limits.header_bytes)) as archive:
            entries = _judged(archive, size, budget)
            for entry, path in entries:
                yield _found(archive, entry, path, wanted, budget)
    except _BROKEN as error:
        raise Refused(f"it is a broken zip ({clean(str(error)[:80]) or type(error).__name__})") from None


def _judged(archive: zipfile.ZipFile, size: int, budget: Budget) -> list[tuple[zipfile.ZipInfo, str]]:
    """The files with their paths, once all of the directory is found harmless. Raises Refused."""
    entries = archive.infolist()
    _refuse_overlaps(entries)
    files: dict[str, zipfile.ZipInfo] = {}
    total = 0
    for entry in entries:
        path = safe_path(_name(entry))
        budget.enter(path)
        budget.unpack(entry.file_size)
        total += entry.file_size
        budget.compare(size, total)
        if not path or entry.filename.endswith(("/", "\\")) or is_passed_over(path):
            continue
        _refuse_kind(entry, path)
        if path in files:
            raise Refused(f"it has two files of the name {clean(path)}")
        files[path] = entry
    return [(entry, path) for path, entry in files.items()]


def _name(entry: zipfile.ZipInfo) -> str:
    """The name, also where UTF-8 was written and not said so; else it is the code page that zip began with."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename


def _refuse_kind(entry: zipfile.ZipInfo, path: str) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise Refused(f"it has a link in it, {clean(path)}")
    if kind not in (0, stat.S_IFREG):
        raise Refused(f"it has something in it that is no file, {clean(path)}")
    if entry.flag_bits & 0x1:
        raise Refused(f"it is encrypted ({clean(path)})")
    if entry.compress_type not in _METHODS:
        raise Refused(f"{clean(path)} is packed in a way that few tools can read. Ask for a plain zip")


def _refuse_overlaps(entries: list[zipfile.ZipInfo]) -> None:
    """Entries that share their bytes are how a small zip unpacks to millions of times its size."""
    spans = sorted(
        (entry.header_offset, entry.header_offset + _LOCAL_HEADER + entry.compress_size) for entry in entries
    )
    if any(end > begin for (_, end), (begin, _) in pairwise(spans)):
        raise Refused("its entries overlap, as a zip bomb's do")


def _found(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: str, wanted: Wanted, budget: Budget
) -> Found:
    modified = _seconds(entry)
    if not wanted(path):
        return Found(path, None, modified)
    if entry.file_size > (most := budget.limits.most_of(path)):
        return Found(path, None, modified, f"larger than {most:,} bytes")
    budget.take(entry.file_size)
    with archive.open(entry) as content:
        # In pieces: asked for all at once, it would be unpacked before its stated size is seen to be a lie.
        return Found(path, b"".join(iter(lambda: content.read(_CHUNK), b"")), modified)


def _seconds(entry: zipfile.ZipInfo) -> float:
    """A zip's times have no zone: they are read as UTC, which keeps them in order among themselves."""
    try:
        return calendar.timegm((*entry.date_time, 0, 0, 0))
    except ValueError:
        return 0
