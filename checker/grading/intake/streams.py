"""Reading bytes that a stranger packed, never more at once than is safe to hold."""

from __future__ import annotations

import bz2
import io
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from typing import IO, Protocol

from checker.grading.intake.limits import Budget, Refused

_CHUNK = 1 << 16
_LZMA_MEMORY = 128_000_000
# What tarfile's own patterns take hours over, in Pythons before 3.11.10 and 3.12.6 (CVE-2024-6232).
_SLOW = re.compile(rb"[0-9]{64}|hdrcharset=[^\n]*hdrcharset=")


class Bounded(io.RawIOBase):
    """A file of which no single read gets more than `most` bytes: one that asks for more was told a lie.

    Raises Refused from such a read.
    """

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file = file
        self._most = most

    def read(self, size: int = -1) -> bytes:
        """As of any file."""
        if size > self._most:
            raise Refused(f"its list of contents is larger than {self._most:,} bytes")
        if size >= 0:
            return self._file.read(size)
        # In pieces: asked for all that may be there, Python makes room for it first.
        pieces = iter(lambda: self._file.read(_CHUNK), b"")
        return b"".join(islice(pieces, self._most // _CHUNK + 1))[: self._most]

    def seek(self, offset: int, whence: int = 0) -> int:
        """As of any file."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """As of any file."""
        return self._file.tell()

    def seekable(self) -> bool:
        """As of any file."""
        return True

    def readable(self) -> bool:
        """As of any file."""
        return True


class Decompressor(Protocol):
    """What bz2 and lzma have, and gzip gets below."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gzip:
    """zlib's decompressor in the shape of the other two."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max(max_length, 0))


class _Plain:
    """What is not compressed, in the same shape."""

    eof = False
    needs_input = True
    unused_data = b""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return data


MakeDecompressor = Callable[[], Decompressor]

_BY_MAGIC: dict[bytes, MakeDecompressor] = {
    b"\x1f\x8b": _Gzip,
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\x00": lambda: lzma.LZMADecompressor(memlimit=_LZMA_MEMORY),
}


def decompressor_for(beginning: bytes) -> MakeDecompressor:
    """How to unpack a stream that begins so; one that nobody packed is left as it is."""
    return next((make for magic, make in _BY_MAGIC.items() if beginning.startswith(magic)), _Plain)


class Unpacked(io.RawIOBase):
    """What a compressed file unpacks to, as a file that is read once from its beginning to its end.

    Whoever reads is first allowed so many bytes: a reader that goes by what the file says of itself gets no further.
    Raises Refused from a read that exceeds this, or the budget.
    """

    def __init__(self, file: IO[bytes], make: MakeDecompressor, budget: Budget) -> None:
        self._file = file
        self._make = make
        self._budget = budget
        self._decompressor = make()
        self._buffer = b""
        self._position = 0
        self._packed = 0
        self._allowed = 0
        self._is_header = True

    def allow(self, size: int, is_header: bool) -> None:
        """From here on, so many bytes may be read, of headers or of a file's content; skipping is free."""
        self._allowed, self._is_header = size, is_header

    def read(self, size: int = -1) -> bytes:
        """The next `size` bytes, fewer only at the end."""
        if not 0 <= size <= self._allowed:
            raise Refused("it has an entry whose header is larger than any real one")
        self._allowed -= size
        data = b"".join(self._pieces(size))
        if self._is_header and _SLOW.search(data):
            raise Refused("it has an entry whose header no tool writes")
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Forward only."""
        if whence != 0 or offset < self._position:
            raise OSError("its entries lie about where they are")
        for _ in self._pieces(offset - self._position):
            pass
        return self._position

    def tell(self) -> int:
        """How much was read and skipped."""
        return self._position

    def seekable(self) -> bool:
        """Forward."""
        return True

    def readable(self) -> bool:
        """Yes."""
        return True

    def _pieces(self, size: int) -> Iterator[bytes]:
        while size and (self._buffer or self._fill()):
            piece, self._buffer = self._buffer[:size], self._buffer[size:]
            self._position += len(piece)
            size -= len(piece)
            yield piece

    def _fill(self) -> bool:
        """Unpack a little more; False at the end."""
        while not self._buffer:
            data = b""
            if (
                self._decompressor.eof
            ):  # several streams may stand one after the other, and zeros behind the last
                data = self._decompressor.unused_data or self._next()
                if not data.strip(b"\0"):
                    return False
                self._decompressor = self._make()
            elif self._decompressor.needs_input and not (data := self._next()):
                if isinstance(self._decompressor, _Plain):
                    return False
                raise EOFError("it ends too early")
            self._buffer = self._decompressor.decompress(data, _CHUNK)
            self._budget.unpack(len(self._buffer))
        self._budget.compare(self._packed, self._position + len(self._buffer))
        return True

    def _next(self) -> bytes:
        data = self._file.read(_CHUNK)
        self._packed += len(data)
        return data
