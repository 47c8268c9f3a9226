"""Several attempts of one learner, and which is the newest."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from checker.grading.intake.archives import newest_time
from checker.grading.intake.entries import Entry
from checker.grading.model import Learner


@dataclass(frozen=True)
class Part:
    """One entry of the folder of submissions: a folder, an archive or a file."""

    path: Path
    entry_name: str
    name: str
    """What it was called when it was handed in."""
    attempt: tuple[int, ...] = ()
    """What is larger was handed in later."""


@dataclass(frozen=True)
class Attempt:
    """Entries that were handed in together, and by whom."""

    learners: tuple[Learner, ...]
    entries: tuple[Entry, ...]
    is_unmatched: bool = False

    @property
    def is_late(self) -> bool:
        """Whether one of the names says so."""
        return any(entry.claim.is_late for entry in self.entries)

    def newest_parts(self) -> tuple[Part, ...]:
        """Of each file that was handed in, the last of its resubmissions."""
        return tuple(
            Part(entry.path, entry.name, entry.claim.base or entry.name, entry.claim.attempt[::-1])
            for entry in self._newest().values()
        )

    def older_entries(self) -> list[str]:
        """The names of the entries that a resubmission replaced."""
        newest = self._newest().values()
        return [entry.name for entry in self.entries if entry not in newest]

    def _newest(self) -> dict[str, Entry]:
        newest: dict[str, Entry] = {}
        for entry in sorted(self.entries, key=lambda entry: (entry.claim.attempt, entry.name)):
            newest[(entry.claim.base or entry.name).casefold()] = entry
        return dict(sorted(newest.items()))

    def number(self) -> tuple[int, ...]:
        """Canvas's last number of an attachment, or the number of a copy: larger is later."""
        return max(entry.claim.attempt[::-1] for entry in self.entries)

    def newest_time(self) -> float:
        """When the newest file in it was changed."""
        return max(newest_time(entry.path) for entry in self.entries)


def newest_first(attempts: Sequence[Attempt], contested: Collection[int]) -> Iterator[Attempt]:
    """The attempts, the newest before the others; only of those at `contested` are the files' times looked at."""
    times = {at: attempts[at].newest_time() for at in contested}
    order = sorted(
        range(len(attempts)), key=lambda at: (attempts[at].number(), times.get(at, 0)), reverse=True
    )
    return (attempts[at] for at in order)
