"""What filling in a teacher's file changes, told: marks that are replaced, and zeros for work not handed in. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from checker.grading.exports.teachers_file import number
from checker.grading.marked import TOTAL, MarkedClass, MarkedLearner
from checker.grading.safely import one_line
from checker.text import count

_SHOWN = 5


@dataclass(frozen=True)
class Change:
    """A cell of somebody's that says something new."""

    learner: MarkedLearner
    item: str
    """The lesson's name, or ``total``."""
    old: str
    new: str


def changes_told(changes: Iterable[Change], marked: MarkedClass) -> list[str]:
    """A line on the marks that are replaced, and one on zeros for work that was not handed in."""
    changes = list(changes)
    replaced = [change for change in changes if number(change.old) is not None]
    zeros = sum(number(one.new) == 0 and not _handed_in(one, marked) for one in changes)
    lines = []
    if replaced:
        several = len({change.item for change in changes}) > 1
        shown = [_replacement(change, several) for change in replaced[:_SHOWN]]
        more = [f"and {len(replaced) - _SHOWN} more"] if len(replaced) > _SHOWN else []
        lines.append(f"{count(len(replaced), 'mark')} replaced: {', '.join([*shown, *more])}.")
    if zeros:
        lines.append(f"{count(zeros, 'zero')} written for work that was not handed in.")
    return lines


def _replacement(change: Change, several: bool) -> str:
    who = change.learner.result.learner
    where = f" ({change.item})" if several else ""
    return f"{one_line(who.name) or one_line(who.id)} {change.old.strip()} → {change.new}{where}"


def _handed_in(change: Change, marked: MarkedClass) -> bool:
    """Whether there is anything that the mark could be of."""
    names = [sheet.name for sheet in marked.counting] if change.item == TOTAL else [change.item]
    return any(name in change.learner.result.units for name in names)
