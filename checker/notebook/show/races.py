"""Who made which step when, where two want the same thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checker.notebook.show import Picture, style

Steps = Sequence[tuple[str, str]]
"""(who, what), in the order in which they were made."""

_LOOKS = ((style.BLUE, ""), (style.ORANGE, "///"))


def turns(races: Mapping[str, Steps]) -> Picture:
    """A panel for each race, title → steps; in it a lane for each of the two who run."""
    figure, panels = style.card(len(races), 1, 1.35 * len(races) + 0.3, sharex=True)
    for axes, (title, steps) in zip(panels, races.items(), strict=True):
        runners = _runners(steps)
        style.title(axes, title)
        style.name_rows(axes, runners)
        for lane in range(len(runners)):
            axes.axhline(lane, color=style.GRID, zorder=0)
        for number, (who, what) in enumerate(steps, start=1):
            lane = runners.index(who)
            style.bar(axes, lane, number - 0.47, number + 0.47, _LOOKS[lane], what)
    longest = max(len(steps) for steps in races.values())
    panels[-1].set(xlim=(0.4, longest + 0.6), xticks=range(1, longest + 1))
    panels[-1].set_xlabel("step", color=style.INK)
    return Picture(figure, "\n".join(_told(title, steps) for title, steps in races.items()))


def orders(apps: Mapping[str, Sequence[tuple[str, Steps]]]) -> Picture:
    """A panel for each app; in it a row for each order of steps, with what came of it: (outcome, steps)."""
    height = sum(0.6 + 0.36 * len(rows) for rows in apps.values())
    figure, panels = style.card(len(apps), 1, height, sharex=True)
    words = []
    for axes, (title, rows) in zip(panels, apps.items(), strict=True):
        style.title(axes, title)
        style.name_rows(axes, [outcome for outcome, _ in rows])
        axes.set(xticks=[])
        for row, (_, steps) in enumerate(rows):
            for number, (who, what) in enumerate(steps, start=1):
                look = _LOOKS[_runners(steps).index(who)]
                style.bar(axes, row, number - 0.47, number + 0.47, look, f"{who} {what}")
        words += [f"{title}:", *(f"  {_told(outcome, steps)}" for outcome, steps in rows)]
    return Picture(figure, "\n".join(words))


def _runners(steps: Steps) -> list[str]:
    return sorted({who for who, _ in steps})


def _told(name: str, steps: Steps) -> str:
    return f"{name}: " + "; ".join(f"{who} {what}" for who, what in steps)
