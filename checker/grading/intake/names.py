"""Whose a hand-in is, by its name alone: the names that Canvas, Moodle and people give. Pure.

Canvas       ``doejane_LATE_123_4567_test_x-1.py``: sortable name, LATE, user, attachment, file, resubmission;
             ``anon_Ab3dE_4567_test_x.py`` where grading is anonymous; ``doejane_123_text.html`` for typed text
Moodle       ``Jane Doe_123_assignsubmission_file`` (a folder) or ``…_file_test_x.py``; a group's name and ``-``
             may come first; ``Participant_123_…`` where marking is anonymous
anything     ``jane.zip``, ``jane (1).zip``, ``jane_LATE``: the name is who it is

What comes last in Canvas's and Moodle's names, the file's, is the learner's choice, and may look like the name of
another's. So what is read of a name is what comes first in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

ARCHIVE_SUFFIXES = (".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".tbz2", ".txz", ".tar", ".zip", ".rar", ".7z")
"""What ends an archive's name; the last two cannot be unpacked, and are refused when they are read."""

_CANVAS = re.compile(r"(?P<name>.+?)(?:_(?P<late>(?i:late)))?_(?P<user>\d+)_(?P<attachment>\d+)_(?P<file>.+)")
_CANVAS_TEXT = re.compile(
    r"(?P<name>.+?)(?:_(?P<late>(?i:late)))?_(?P<user>\d+)_(?P<file>(?:text|link)\.html)"
)
_CANVAS_ANONYMOUS = re.compile(
    r"(?:(?P<late>LATE)_)?(?P<user>anon_[A-Za-z0-9]+)_(?P<attachment>\d+)_(?P<file>.+)"
)
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+(?:_(?P<file>.*))?")
_LATE = re.compile(r"(?:^LATE[_ -]+|[_ -]+LATE(?=[_ -]|$))")
_COPY = re.compile(r"(?P<base>.+?) ?(?:-(?P<resubmission>\d{1,3})|\((?P<copy>\d{1,3})\))")


@dataclass(frozen=True)
class Claim:
    """What a name says: whose it is, and which of their attempts."""

    id: str
    """What to grade it under where no roster says better."""
    numbers: tuple[str, ...] = ()
    """An LMS's number of the person."""
    names: tuple[str, ...] = ()
    """What may be the person's name, or their team's; the likeliest first."""
    email: str = ""
    shown: str = ""
    """The person's name, where an LMS gives it."""
    file: str = ""
    """The name of the file as it was handed in; empty for a folder."""
    base: str = ""
    """The same without the number of a resubmission."""
    attempt: tuple[int, int] = (0, 0)
    """The number of a resubmission, and Canvas's number of the attachment; what is larger is newer."""
    is_late: bool = False
    bundle: str = field(default="", kw_only=True)
    """Entries with the same bundle are one hand-in; empty for one that stands alone."""
    is_from_lms: bool = field(default=False, kw_only=True)
    """Whether id, name and e-mail are told apart; else one word may be any of them."""


def claim_of(name: str, is_folder: bool) -> Claim:
    """What the name of an entry in the folder of submissions says."""
    if anonymous := _CANVAS_ANONYMOUS.fullmatch(name):
        return _canvas(anonymous)
    canvas, moodle = _CANVAS.fullmatch(name) or _CANVAS_TEXT.fullmatch(name), _MOODLE.fullmatch(name)
    if moodle and not (canvas and len(canvas["name"]) < len(moodle["name"])):
        return _moodle(moodle)
    if canvas and not name.startswith("test_"):  # test_1_2_x.py is somebody's file, not Canvas's
        return _canvas(canvas)
    return _plain(name, is_folder)


def _canvas(match: re.Match[str]) -> Claim:
    groups = match.groupdict()
    person = (groups["name"],) if "name" in groups else ()
    number, base = without_resubmission(groups["file"])
    return Claim(
        id=groups["user"],
        numbers=(groups["user"],),
        names=person,
        shown="".join(person),
        file=groups["file"],
        base=base,
        attempt=(number, int(groups.get("attachment") or 0)),
        is_late=bool(groups["late"]),
        bundle=f"canvas {groups['user']}",
        is_from_lms=True,
    )


def _moodle(match: re.Match[str]) -> Claim:
    number, base = without_resubmission(match["file"] or "")
    return Claim(
        id=match["number"],
        numbers=(match["number"],),
        names=_with_and_without_group(match["name"]),
        shown=match["name"],
        file=match["file"] or "",
        base=base,
        attempt=(number, 0),
        bundle=f"moodle {match['number']}",
        is_from_lms=True,
    )


def _with_and_without_group(name: str) -> tuple[str, ...]:
    """The whole first: most names with a hyphen have no group before it."""
    parts = name.split("-")
    people = ["-".join(parts[at:]) for at in range(len(parts))]
    return (*people, *("-".join(parts[:at]) for at in range(len(parts) - 1, 0, -1)))


def _plain(name: str, is_folder: bool) -> Claim:
    stem = name if is_folder else without_suffix(name)
    who = _LATE.sub("", stem) or stem
    return Claim(id=who, numbers=(who,), names=(who,), email=who, file=name, base=name, is_late=who != stem)


def without_suffix(name: str) -> str:
    """The name without what ends an archive's, or any one ending."""
    for suffix in ARCHIVE_SUFFIXES:
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    stem, dot, _ = name.rpartition(".")
    return stem if dot and stem else name


def is_archive(name: str) -> bool:
    """Whether a file of this name is an archive, so far as its name says."""
    return name.lower().endswith(ARCHIVE_SUFFIXES)


def without_resubmission(name: str) -> tuple[int, str]:
    """The number that Canvas or a browser put behind a name's stem (0 for none), and the name without it."""
    stem = without_suffix(name)
    if match := _COPY.fullmatch(stem):
        return int(match["resubmission"] or match["copy"]), match["base"] + name[len(stem) :]
    return 0, name


def clean(name: str) -> str:
    """The name as one harmless piece of a line: what does not print is written as an escape."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in name
    )
