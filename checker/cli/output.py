"""What commands print: lines with a little colour, or one JSON document."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from checker.text import count, folded, readable_markdown

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from checker.grading.grade import Tally

_ASCII = str.maketrans({"✓": "+", "✗": "x", "·": "-", "■": "#", "□": "_", "…": "..."})
_COLOURS = {
    "^Lesson .*": "bold",
    "^  ✓": "green",
    "^  ✗": "red",
    "■+": "green",
    "□+": "red",
    "^ +· .*": "dim",
}


_DIFF_COLOURS = {r"^\+.*": "green", "^-.*": "red", "^@@.*": "cyan"}


def print_lines(lines: Iterable[str]) -> None:
    """Print with a little colour where the terminal wants it; the words say the same without."""
    console = _console()
    for line in folded(lines):
        console.print(_text(line, _COLOURS))
    sys.stdout.flush()  # watch's lines are read as they come, by a pipe too


def print_diff(lines: Iterable[str]) -> None:
    """Print a diff, its lines as they are."""
    console = _console()
    for line in lines:
        console.print(_text(line, _DIFF_COLOURS))


def print_markdown(text: str) -> None:
    """Print a page of Markdown: laid out on a terminal, as it is elsewhere."""
    from rich.markdown import Markdown

    console = _console()
    console.print(
        Markdown(readable_markdown(text)), width=min(console.width, 100)
    ) if console.is_terminal else typer.echo(text)


def print_json(document: object) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(document, indent=2))


def warn(notice: str) -> None:
    """One line on stderr, where there is something to say."""
    if notice:
        typer.echo(f"checker: {notice}", err=True)


def is_capable_terminal() -> bool:
    """Whether a full-screen app can be shown: a terminal on both ends, that can move its cursor, in UTF-8."""
    return (
        sys.stdin.isatty()
        and sys.stdout.isatty()
        and os.environ.get("TERM", "") not in ("dumb", "unknown")
        and _is_utf8()
    )


def _is_utf8() -> bool:
    return (sys.stdout.encoding or "").lower().startswith("utf")


def _console(stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True, stderr=stderr)


def _text(line: str, colours: Mapping[str, str]) -> Text:
    from rich.text import Text

    text = Text(line if _is_utf8() else line.translate(_ASCII))
    for pattern, style in colours.items():
        text.highlight_regex(pattern, style)
    return text


@contextmanager
def grading_progress() -> Iterator[Callable[[Tally], None]]:
    """Shows how far a grading is: a bar with rate and time left, or, without a terminal, a line now and then."""
    console = _console(stderr=True)
    if not console.is_terminal:
        yield _ProgressLines(console).show
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Grading"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task("")
        started = time.monotonic()

        def show(tally: Tally) -> None:
            minutes = (time.monotonic() - started) / 60
            rate = f"{tally.graded / minutes:.0f} suites a minute" if tally.graded else ""
            bar.update(task, total=tally.submissions, completed=tally.taken_in, description=rate)

        yield show


class _ProgressLines:
    """A line at the most every few seconds."""

    _EVERY = 10.0  # seconds

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = time.monotonic()

    def show(self, tally: Tally) -> None:
        if time.monotonic() - self._last >= self._EVERY:
            self._last = time.monotonic()
            self._console.print(
                f"{tally.taken_in} of {count(tally.submissions, 'submission')}, {count(tally.graded, 'suite')} graded"
            )
