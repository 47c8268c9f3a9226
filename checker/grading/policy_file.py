"""The policy's file: one small TOML, every setting optional.

lessons = ["01", "02_cookie_sessions"]   # those that count; all
points = 10                              # what each is out of
award = "score"                          # or "complete": full marks or none; or "thresholds"
round_to = 0.01                          # marks are multiples of this

[weights]
01 = 2                                   # counts twice in the total

[[threshold]]                            # with award = "thresholds"
caught = 75                              # from so many percent of the mutants
earns = 100                              # so many percent of the points

[cost]                                   # in percent of the lesson's points, once each
order = 10                               # a test depends on the order
leak = 10                                # something is left behind
invalid = 0                              # a test fails on a correct app, or is skipped
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

from checker.course.lessons import LESSON_NAME
from checker.errors import UsageError
from checker.grading.policy import Award, Costs, Policy, Threshold, plain

_HUNDREDTH = Fraction(1, 100)
_SETTINGS = ("lessons", "points", "award", "round_to", "weights", "threshold", "cost")


def content_of(path: Path) -> bytes:
    """What stands in the file. Raises UsageError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"The policy {path} cannot be read: {error.strerror or error}.") from None


def parsed(content: bytes, path: Path) -> Policy:
    """The policy that `content`, of the file at `path`, is.

    Raises UsageError, with the file, the key and what is allowed, where it cannot be used.
    """
    document = _document(content, path)
    file = _File(path)
    file.only(document, _SETTINGS, "")
    award = document.get("award", "score")
    if award not in get_args(Award):
        raise file.error("award", award, f"it is one of {', '.join(get_args(Award))}")
    points = file.number(document, "points", 10, 1, 1000)
    lessons = file.lessons("lessons", document["lessons"]) if "lessons" in document else ()
    if "lessons" in document and not lessons:
        raise file.error("lessons", [], "no lesson would count; leave the line out, and all count")
    round_to = file.number(document, "round_to", _HUNDREDTH, _HUNDREDTH, points)
    if points % round_to:
        allowed = f"full marks, {plain(points)} points, are to be a multiple of it"
        raise file.error("round_to", round_to, allowed)
    return Policy(
        lessons=lessons,
        weights=file.weights(document.get("weights", {}), lessons),
        points=points,
        award=award,
        thresholds=file.thresholds(document.get("threshold", []), award),
        costs=file.costs(document.get("cost", {})),
        round_to=round_to,
    )


def _document(content: bytes, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"), parse_float=Fraction)
    except (ValueError, RecursionError) as error:  # TOML's own, UTF-8's, and numbers such as inf
        raise UsageError(f"{path} is no TOML: {error}") from None


class _File:
    """The settings of one file, checked one by one; each raises UsageError."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def error(self, key: str, value: object, allowed: str) -> UsageError:
        shown = str(value) if isinstance(value, Fraction) else repr(value)
        return UsageError(f"{self._path}: {key} cannot be {shown}: {allowed}.")

    def only(self, table: object, keys: Collection[str], where: str) -> None:
        """Refuse keys that nobody reads: they are slips."""
        if not isinstance(table, Mapping):
            raise self.error(where, table, f"it is a table with {', '.join(keys)}")
        for key in table:
            if key not in keys:
                raise UsageError(
                    f"{self._path}: there is no {where}{where and '.'}{key}. There are: {', '.join(keys)}."
                )

    def number(
        self,
        table: Mapping[str, Any],
        key: str,
        default: int | Fraction,
        low: int | Fraction,
        high: int | Fraction,
        where: str = "",
    ) -> Fraction:
        value = table.get(key, default)
        is_number = isinstance(value, int | Fraction) and not isinstance(value, bool)
        if not is_number or not low <= value <= high:
            raise self.error(f"{where}{key}", value, f"it is a number from {float(low):g} to {float(high):g}")
        return Fraction(value)

    def lessons(self, key: str, spellings: object) -> tuple[str, ...]:
        if not isinstance(spellings, list | tuple):
            raise self.error(key, spellings, 'it is a list such as ["01", "02_cookie_sessions"]')
        numbers: set[int] = set()
        for spelling in spellings:
            number = self._lesson_number(key, spelling)
            if number in numbers:
                raise UsageError(f"{self._path}: {key} names lesson {number:02} twice. Leave one.")
            numbers.add(number)
        return tuple(spellings)

    def _lesson_number(self, key: str, spelling: object) -> int:
        if isinstance(spelling, str) and spelling.isascii() and spelling.isdecimal() and len(spelling) <= 2:
            return int(spelling)
        if isinstance(spelling, str) and LESSON_NAME.fullmatch(spelling):
            return int(spelling[:2])
        raise self.error(key, spelling, 'a lesson is "01" or its full name, such as "01_test_client"')

    def weights(self, table: object, counting: Collection[str]) -> dict[str, Fraction]:
        """The weights; `counting` are the lessons that count, none for all."""
        if not isinstance(table, Mapping):
            raise self.error("weights", table, "it is a table such as 01 = 2")
        self.lessons("weights", list(table))
        numbers = {self._lesson_number("lessons", spelling) for spelling in counting}
        for spelling in table:
            if numbers and self._lesson_number("weights", spelling) not in numbers:
                raise UsageError(
                    f"{self._path}: weights names lesson {spelling}, which does not count, as lessons does not name it. "
                    "Add it there, or leave out its weight."
                )
        return {key: self.number(table, key, 1, 0, 1000, "weights.") for key in table}

    def costs(self, table: object) -> Costs:
        keys = ("order", "leak", "invalid")
        self.only(table, keys, "cost")
        assert isinstance(table, Mapping)
        return Costs(*(self.number(table, key, 0, 0, 100, "cost.") for key in keys))

    def thresholds(self, tables: object, award: str) -> tuple[Threshold, ...]:
        if not isinstance(tables, list):
            raise self.error("threshold", tables, "each is a [[threshold]] with caught and earns")
        if (award == "thresholds") != bool(tables):
            raise UsageError(
                f'{self._path}: award = "thresholds" and [[threshold]] go together; one is missing.'
            )
        found = sorted((self._threshold(table) for table in tables), key=lambda one: one.caught)
        if len({one.caught for one in found}) < len(found):
            raise UsageError(f"{self._path}: threshold.caught has one value twice. Leave one.")
        for less, more in pairwise(found):
            if more.earns < less.earns:
                raise UsageError(
                    f"{self._path}: who catches {plain(more.caught)} % would earn {plain(more.earns)} %, and who catches "
                    f"{plain(less.caught)} % {plain(less.earns)} %. Let threshold.earns rise with threshold.caught."
                )
        return tuple(found)

    def _threshold(self, table: object) -> Threshold:
        keys = ("caught", "earns")
        self.only(table, keys, "threshold")
        assert isinstance(table, Mapping)
        if missing := [key for key in keys if key not in table]:
            raise UsageError(
                f"{self._path}: a [[threshold]] has no {missing[0]}. It has {' and '.join(keys)}."
            )
        caught, earns = (self.number(table, key, 0, 0, 100, "threshold.") for key in keys)
        return Threshold(caught, earns)
