"""What lived when, drawn over the events of a pytest run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checker.notebook.show import Picture, style

Events = Sequence[tuple[str, str]]
"""("begin", name) and ("end", name), in the order in which they came."""

_LOOKS = ((style.ORANGE, ""), (style.GREEN, ""), (style.PLUM, "..."), (style.GRID, "xx"))
_LOWEST = (style.BLUE, "///")  # the row that carries the others


def lifetimes(runs: Mapping[str, Events], rows: Sequence[str]) -> Picture:
    """One panel for each run, title → events; in it a row for each name, and a numbered bar for each life.

    The axis counts events and is the same for all panels: a longer panel had more to do.
    """
    found = {title: {name: lives(events, name) for name in rows} for title, events in runs.items()}
    height = len(runs) * (0.55 + 0.34 * len(rows)) + 0.3
    figure, panels = style.card(len(runs), 1, height, sharex=True)
    for axes, (title, by_name) in zip(panels, found.items(), strict=True):
        style.title(axes, title)
        style.name_rows(axes, rows)
        for row, name in enumerate(rows):
            look = _LOWEST if name == rows[-1] else _LOOKS[row % len(_LOOKS)]
            for number, (start, end) in enumerate(by_name[name], start=1):
                style.bar(axes, row, start, end, look, str(number))
    panels[-1].set_xlabel("event number", color=style.INK)
    return Picture(figure, "\n".join(_in_words(title, by_name) for title, by_name in found.items()))


def lives(events: Events, name: str) -> list[tuple[int, int]]:
    """The numbers of the events that begin and end each life of this name. One without an end is left out."""
    starts = [number for number, event in enumerate(events) if event == ("begin", name)]
    ends = [number for number, event in enumerate(events) if event == ("end", name)]
    return list(zip(starts, ends, strict=False))


def _in_words(title: str, by_name: Mapping[str, Sequence[tuple[int, int]]]) -> str:
    told = [
        f"  {name}: " + ", ".join(f"{start} to {end}" for start, end in found)
        for name, found in by_name.items()
    ]
    return "\n".join([f"{title}:", *told])
