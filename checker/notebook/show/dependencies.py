"""Which part of an app answered in a request: the real one, one that was swapped in, or none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from checker.notebook.show import Picture, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STEP, _WIDTH = 0.9, 6.2  # to the right for each level; of a box
_REAL: dict[str, Any] = {"facecolor": style.BLUE, "edgecolor": style.INK}
_SWAPPED: dict[str, Any] = {"facecolor": style.ORANGE, "edgecolor": style.INK, "linewidth": 2}
_SILENT: dict[str, Any] = {"facecolor": "white", "edgecolor": style.FAINT, "linestyle": "--"}


def dependencies(tree: Mapping[str, int], requests: Mapping[str, Mapping[str, str]]) -> Picture:
    """A panel for each request, title → answers; in it the parts of the tree, name → depth, from the top down.

    `answers` says who answered for a part: the part itself, or what was swapped in. A part that has no answer
    was not asked.
    """
    lines = (len(requests) + 1) // 2
    figure, panels = style.card(lines, 2, lines * (0.5 + 0.34 * len(tree)))
    for axes in panels[len(requests) :]:
        axes.set_visible(False)
    for axes, (title, answers) in zip(panels, requests.items(), strict=False):
        style.title(axes, title)
        style.name_rows(axes, [""] * len(tree))
        axes.set(xlim=(-0.1, max(tree.values()) * _STEP + _WIDTH + 0.1), xticks=[])
        for row, (part, depth) in enumerate(tree.items()):
            _box(axes, row, depth, part, answers.get(part))
    return Picture(figure, "\n".join(_in_words(title, tree, answers) for title, answers in requests.items()))


def _box(axes: Axes, row: int, depth: int, part: str, answer: str | None) -> None:
    look = _SILENT if answer is None else _REAL if answer == part else _SWAPPED
    text = part if answer in (None, part) else f"{part}  →  {answer}"
    axes.barh(row, _WIDTH, left=depth * _STEP, height=0.74, **look)
    axes.text(depth * _STEP + 0.2, row, text, va="center", fontsize=9, color=style.INK)


def _in_words(title: str, tree: Mapping[str, int], answers: Mapping[str, str]) -> str:
    def told(part: str) -> str:
        answer = answers.get(part)
        return "not asked" if answer is None else "called" if answer == part else f"{answer} called for it"

    return "\n".join(
        [f"{title}:", *(f"  {'  ' * depth}{part}: {told(part)}" for part, depth in tree.items())]
    )
