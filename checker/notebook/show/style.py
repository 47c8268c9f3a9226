"""How the pictures of lessons 03 to 06 look: on a white card, which reads on a light page and on a dark one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, FAINT, GRID = "#1f2933", "#9aa5b1", "#e4e7eb"
# Each of these also has a word, a place or a pattern of its own: colour alone says nothing.
BLUE, ORANGE, GREEN, PLUM = "#9cc4e4", "#f7c873", "#a8d5a2", "#d4b5d8"


def card(rows: int, columns: int, height: float, *, sharex: bool = False) -> tuple[Figure, list[Axes]]:
    """A figure as wide as a page, `height` inches high, and its rows × columns bare panels as one list."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, height), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False, sharex=sharex)
    return figure, [_bare(axes) for axes in panels.flat]


def title(axes: Axes, text: str) -> None:
    """What a panel shows, above it."""
    axes.set_title(text, loc="left", fontsize=10, color=INK)


def name_rows(axes: Axes, names: Iterable[str]) -> None:
    """Name the rows 0, 1, … of a panel; the first one is on top."""
    names = list(names)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)


def bar(axes: Axes, row: int, start: float, end: float, look: tuple[str, str], text: str) -> None:
    """A bar in a row, in a look (colour, pattern), with a word in its middle."""
    [drawn] = axes.barh(row, end - start, left=start, height=0.72, color=look[0])
    drawn.set(hatch=look[1], edgecolor="white", linewidth=0)
    around = {"facecolor": "white", "edgecolor": "none", "boxstyle": "round,pad=0.15", "alpha": 0.8}
    axes.text((start + end) / 2, row, text, ha="center", va="center", fontsize=8, color=INK, bbox=around)


def _bare(axes: Axes) -> Axes:
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0, colors=INK)
    return axes
