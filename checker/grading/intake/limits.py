"""How much of a hand-in is looked at, and the one way in which intake refuses it."""

from __future__ import annotations

from dataclasses import dataclass, field

from checker.grading.intake.names import is_archive


@dataclass(frozen=True)
class Limits:
    """What a submission may be: far more than a person hands in, far less than what harms."""

    file_bytes: int = 1_000_000
    """A file that is larger is left aside."""
    notebook_bytes: int = 4_000_000
    """Of a notebook, which has its pictures in it."""
    taken_bytes: int = 40_000_000
    """All files that are read, together, archives inside it among them."""
    unpacked_bytes: int = 500_000_000
    """All that an archive unpacks to, also what nobody reads; an environment packed along still fits."""
    ratio: int = 200
    """How many times its size an archive may unpack to, from `ratio_from` bytes on."""
    ratio_from: int = 20_000_000
    entries: int = 30_000
    """Files and folders, of all archives in it together."""
    path_characters: int = 1000
    header_bytes: int = 4_000_000
    """A zip's directory."""
    tar_header_bytes: int = 32_000
    """What stands before one entry of a tar: its header, a long name, attributes."""
    nested: int = 2
    """An archive inside an archive, or inside a folder, is opened; one inside that is not."""
    nested_bytes: int = 20_000_000
    part_bytes: int = 255
    """A file's or a folder's name, in UTF-8: what file systems take."""
    suite_entries: int = 200
    """A lesson's files, and the folders that they lie in: a run has room for some thousands."""
    suite_bytes: int = 2_000_000
    """A lesson's files, together."""

    def most_of(self, path: str) -> int:
        """How large a file of this path may be."""
        if is_archive(path):
            return self.nested_bytes
        return self.notebook_bytes if path.endswith(".ipynb") else self.file_bytes


LIMITS = Limits()


class Refused(Exception):
    """What was handed in is not taken in at all; the message is the reason, in one line."""


@dataclass
class Budget:
    """What a submission has used of its limits, over all its parts."""

    limits: Limits = LIMITS
    _entries: int = field(default=0, init=False)
    _taken: int = field(default=0, init=False)
    _unpacked: int = field(default=0, init=False)

    def enter(self, path: str) -> None:
        """One more file or folder. Raises Refused."""
        self._entries += 1
        if self._entries > self.limits.entries:
            raise Refused(f"it has more than {self.limits.entries:,} files and folders")
        if len(path) > self.limits.path_characters:
            raise Refused(f"it has a path of more than {self.limits.path_characters:,} characters")

    def take(self, size: int) -> None:
        """So many bytes more are kept in memory. Raises Refused."""
        self._taken += size
        if self._taken > self.limits.taken_bytes:
            raise Refused(f"what would be read of it is more than {_megabytes(self.limits.taken_bytes)}")

    def unpack(self, size: int) -> None:
        """An archive unpacks to so many bytes more. Raises Refused."""
        self._unpacked += size
        if self._unpacked > self.limits.unpacked_bytes:
            raise Refused(f"it unpacks to more than {_megabytes(self.limits.unpacked_bytes)}")

    def compare(self, packed: int, unpacked: int) -> None:
        """An archive of `packed` bytes unpacks to `unpacked`, so far. Raises Refused."""
        if unpacked > self.limits.ratio_from and unpacked > packed * self.limits.ratio:
            raise Refused(f"it unpacks to more than {self.limits.ratio} times its size")


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB"
