"""Pictures for the notebooks: the same each time, and each with words that say what it shows."""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # building its cache is no news

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GOOD, BAD, QUIET = "#2e8b57", "#d1495b", "#8a8a8a"
_DPI = 110


class Picture:
    """A drawing, and in words what it shows: the words are its text output, and read out in its place."""

    def __init__(self, figure: Figure, words: str) -> None:
        self.figure, self.words = figure, words

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        data = io.BytesIO()
        self.figure.savefig(data, format="png", dpi=_DPI, facecolor="white", bbox_inches="tight")
        return (
            {"image/png": data.getvalue(), "text/plain": self.words},
            {"image/png": {"alt": self.words}},
        )


def canvas(width: float = 7, height: float = 2.5) -> tuple[Figure, Axes]:
    """Somewhere to draw, of a size in inches. No window and no global state belongs to it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def grid(
    title: str,
    columns: Sequence[str],
    rows: Mapping[str, Sequence[str]],
    colours: Mapping[str, str] | None = None,
) -> Picture:
    """A table as a picture: each row a name and a text for each column. `colours` gives a text its colour."""
    from matplotlib.transforms import Bbox

    shades = colours or {}
    figure, ax = canvas(1.6 * (len(columns) + 1.2), 0.42 * (len(rows) + 2))
    ax.set_axis_off()
    ax.set_title(title, loc="left", fontsize=11)
    table = ax.table(
        [list(texts) for texts in rows.values()],
        rowLabels=list(rows),
        colLabels=list(columns),
        cellLoc="center",
        bbox=Bbox.unit(),
    )
    table.auto_set_font_size(False)
    table.set_fontsize(9)
    for cell in table.get_celld().values():
        cell.set_edgecolor("#cccccc")
        if colour := shades.get(cell.get_text().get_text()):
            cell.set_facecolor(colour)
            cell.get_text().set_color("white")
    return Picture(figure, _in_words(title, columns, rows))


def lanes(title: str, steps: Sequence[str], alive: dict[str, Sequence[bool]]) -> Picture:
    """What is alive after which step: a lane for each thing, by its name."""
    figure, ax = canvas(1.4 * len(steps) + 2, 0.6 * len(alive) + 0.8)
    for height, states in enumerate(reversed(alive.values())):
        for step, is_alive in enumerate(states):
            if is_alive:
                ax.barh(height, 1, left=step, height=0.5, color=GOOD)
                ax.text(step + 0.5, height, "alive", ha="center", va="center", color="white", fontsize=9)
    ax.set_yticks(range(len(alive)), list(reversed(alive)))
    ax.set_xticks([step + 0.5 for step in range(len(steps))], steps)
    ax.set_xlim(0, len(steps))
    ax.set_ylim(-0.5, len(alive) - 0.5)
    ax.set_title(title, loc="left", fontsize=11)
    words = {name: ["alive" if state else "not" for state in states] for name, states in alive.items()}
    return Picture(figure, _in_words(title, steps, words))


def _in_words(title: str, columns: Sequence[str], rows: Mapping[str, Sequence[str]]) -> str:
    """The same table in words, a line a row."""
    told = [
        f"  {name}: " + ", ".join(f"{column} {text}" for column, text in zip(columns, texts, strict=True))
        for name, texts in rows.items()
    ]
    return "\n".join([f"{title}:", *told])
