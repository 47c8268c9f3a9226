"""A token's life: which door is open at which second, and which token was shown when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from checker.notebook.show import Picture, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKS = {True: ("o", "#2f7d32", "open"), False: ("x", "#b3261e", "shut")}


class Shown(NamedTuple):
    """A token was shown at a moment, and opened the door or did not."""

    token: str
    moment: datetime
    opened: bool


def doors(answers: Mapping[str, Sequence[bool]], moments: Sequence[str], edge: int) -> Picture:
    """A row for each door, name → is it open at each of the moments: a filled dot where it is, else a cross.

    A line stands before the moment number `edge`: there the token ends.
    """
    figure, [axes] = style.card(1, 1, 0.9 + 0.42 * len(answers))
    style.name_rows(axes, answers)
    axes.set_xticks(range(len(moments)), moments)
    axes.axvline(edge - 0.5, color=style.INK, linestyle="--", linewidth=1)
    for row, opened in enumerate(answers.values()):
        axes.axhline(row, color=style.GRID, zorder=0)
        _mark(axes, row, dict(enumerate(opened)))
    _legend(axes)
    words = [_told(name, dict(zip(moments, opened, strict=True))) for name, opened in answers.items()]
    return Picture(figure, "\n".join(words))


def tokens(lives: Mapping[str, tuple[datetime, datetime]], shown: Sequence[Shown], zero: datetime) -> Picture:
    """A bar for each token, name → (made, end), and a mark wherever it was shown; in minutes from `zero`."""

    def minutes(moment: datetime) -> float:
        return (moment - zero).total_seconds() / 60

    figure, [axes] = style.card(1, 1, 0.9 + 0.5 * len(lives))
    style.name_rows(axes, lives)
    words = []
    for row, (token, (made, end)) in enumerate(lives.items()):
        marks = {minutes(one.moment): one.opened for one in shown if one.token == token}
        axes.barh(row, minutes(end) - minutes(made), left=minutes(made), height=0.5, color=style.BLUE)
        _mark(axes, row, marks)
        name = f"{token}, minute {minutes(made):g} to {minutes(end):g}"
        words.append(_told(name, {f"{minute:g}": opened for minute, opened in marks.items()}))
    axes.use_sticky_edges = False
    axes.margins(x=0.02)
    axes.set_xlabel(f"minutes from {zero:%H:%M}", color=style.INK)
    _legend(axes)
    return Picture(figure, "\n".join(words))


def _mark(axes: Axes, row: int, opened: Mapping[float, bool]) -> None:
    for x, is_open in opened.items():
        shape, colour, _ = _MARKS[is_open]
        axes.scatter(x, row, s=60, marker=shape, c=colour, zorder=2)


def _legend(axes: Axes) -> None:
    for shape, colour, text in _MARKS.values():
        axes.scatter([], [], s=60, marker=shape, c=colour, label=text)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, frameon=False, labelcolor=style.INK)


def _told(name: str, opened: Mapping[str, bool]) -> str:
    parts = [
        f"{text} at " + ", ".join(moment for moment, is_open in opened.items() if is_open == mark)
        for mark, (_, _, text) in _MARKS.items()
        if mark in opened.values()
    ]
    return f"{name}: " + "; ".join(parts)
