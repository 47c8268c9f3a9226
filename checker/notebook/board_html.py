"""A board as HTML that reads in light and dark, in a screen reader and without colour. Pure; no script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from checker.notebook.board import Board
from checker.showing.report import DONE, LATER, TO_DO, UNDER_WAY

_WORDS = {DONE: "done", TO_DO: "not yet", UNDER_WAY: "under way", LATER: "open"}
# Middle tones: each has enough contrast on white and on black, and only repeats what the mark and a word say.
_COLOURS = {DONE: "#2e8b57", TO_DO: "#d1495b", UNDER_WAY: "#8a8a8a", LATER: "#8a8a8a"}
_SQUARES = re.compile("[■□·]+")
# JupyterLab would break a line in the middle of a word.
_TEXT = "white-space: pre-wrap; word-break: normal; overflow-wrap: anywhere; margin: 0.5em 0 1em"
_CELL = "text-align: left; vertical-align: top; padding: 0.15em 0.8em"


def as_html(board: Board) -> str:
    """The whole board."""
    colour = _COLOURS[board.mark]
    parts = [
        f"<p><strong>{_mark(board.mark)} {escape(board.headline)}</strong></p>",
        _table(board.about, ("", "test", "result"), [(r.mark, r.test, r.text) for r in board.rows]),
        _quotation(board.particulars),
        _table(board.lesson, ("", "stage", "state"), board.stages),
        f"<p>{escape(board.next_step)}</p>",
    ]
    return "\n".join(
        [
            f'<section aria-label="Verdict" style="border-left: 4px solid {colour}; padding-left: 1em">',
            *filter(None, parts),
            "</section>",
        ]
    )


def _table(caption: str, header: Sequence[str], rows: Iterable[tuple[str, str, str]]) -> str:
    """Marks, names and texts; empty where there are none. A name heads its row."""
    body = [
        f'<tr><td style="{_CELL}">{_mark(mark)}</td><th scope="row" style="{_CELL}">{escape(name)}</th>'
        f'<td style="{_CELL}">{escape(text)}</td></tr>'
        for mark, name, text in rows
    ]
    if not body:
        return ""
    head = "".join(f'<th scope="col" style="{_CELL}">{name or _hidden("mark")}</th>' for name in header)
    title = f'<caption style="text-align: left; font-weight: bold; white-space: nowrap">{escape(caption)}</caption>'
    return "\n".join(
        [f"<table>{title}", f"<thead><tr>{head}</tr></thead>", "<tbody>", *body, "</tbody></table>"]
    )


def _mark(mark: str) -> str:
    """A mark to see and, for those who hear it, a word."""
    return (
        f'<span role="img" aria-label="{_WORDS[mark]}" title="{_WORDS[mark]}"'
        f' style="color: {_COLOURS[mark]}">{mark}</span>'
    )


def _hidden(word: str) -> str:
    return f'<span aria-label="{word}"></span>'


def _quotation(lines: Sequence[str]) -> str:
    """Lines as they are; the squares of an area are for the eye, the numbers beside them for everybody."""
    if not lines:
        return ""
    text = escape("\n".join(lines), quote=False)
    shown = _SQUARES.sub(lambda squares: f'<span aria-hidden="true">{squares[0]}</span>', text)
    return f'<pre style="{_TEXT}">{shown}</pre>'
