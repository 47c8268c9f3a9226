"""Notebooks as documents: what is kept of one, and the solved one made from the one that is shipped. Pure.

A notebook here is what is in its file: plain dictionaries and lists, with every text in one piece.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from checker.errors import UsageError

Notebook = dict[str, Any]
Cell = dict[str, Any]

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
ANSWER = "<details>"

_CHECK = re.compile(r"%%check (\d\d)\n")
_TODO = re.compile(r"""fail\(\s*["']TODO""")
_CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Exercise:
    """A cell with something to write, and the folded answer in the cell after it."""

    number: int
    """The cell's place in the notebook."""
    answer: str
    """The code of the answer; empty where there is none."""


def read(text: str, name: str = "the notebook") -> Notebook:
    """The notebook in a file's text, its texts in one piece. Raises UsageError, with its `name`, where it is none."""
    try:
        return _read(text)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise UsageError(f"{name} is no notebook of format 4.5: {what}. Save it in Jupyter.") from None


def _read(text: str) -> Notebook:
    notebook: Notebook = json.loads(text)
    for cell in notebook["cells"]:
        cell["id"], cell["source"] = cell["id"], _joined(cell["source"])
        for output in cell["outputs"] if cell["cell_type"] == "code" else []:
            if "text" in output:
                output["text"] = _joined(output["text"])
            for kind, data in output.get("data", {}).items():
                output["data"][kind] = _joined(data)
    return notebook


def written(notebook: Notebook) -> str:
    """The text of its file, as Jupyter writes it: a line of source is a line of the file."""
    split = copy.deepcopy(notebook)
    for cell in split["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
        for output in cell.get("outputs", []):
            if "text" in output:
                output["text"] = output["text"].splitlines(keepends=True)
            for kind, data in output.get("data", {}).items():
                if kind.startswith("text/"):
                    output["data"][kind] = data.splitlines(keepends=True)
    return json.dumps(split, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def tidy(notebook: Notebook) -> Notebook:
    """The same without what differs from run to run, or from one program that wrote it to another."""
    numbers = count(1)
    return {
        "cells": [_tidy_cell(cell, numbers) for cell in notebook["cells"]],
        "metadata": copy.deepcopy(METADATA),
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def solved(notebook: Notebook) -> Notebook:
    """The same with the folded answers in the exercises' cells, and no outputs: they are still to come."""
    answered = copy.deepcopy(notebook)
    for cell in answered["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
        else:
            cell["source"] = cell["source"].replace("](../", "](../../")  # it lies one folder further down
    for exercise in exercises(notebook):
        cell = answered["cells"][exercise.number]
        cell["source"] = cell["source"].partition("\n")[0] + "\n\n" + exercise.answer.rstrip()
    return answered


def exercises(notebook: Notebook) -> Iterator[Exercise]:
    """The cells that are judged and have a TODO."""
    cells = notebook["cells"]
    for number, cell in enumerate(cells):
        if cell["cell_type"] == "code" and lesson_of(cell) and _TODO.search(cell["source"]):
            after = cells[number + 1]["source"] if number + 1 < len(cells) else ""
            code = _CODE.search(after) if ANSWER in after else None
            yield Exercise(number, code[1] if code else "")


def lesson_of(cell: Cell) -> str:
    """The number of the lesson by which a cell is judged; empty for any other cell."""
    match = _CHECK.match(cell["source"])
    return match[1] if match else ""


def plain_text(cell: Cell) -> str:
    """All that a cell's outputs say as text."""
    outputs = cell.get("outputs", [])
    return "".join(
        output.get("text", "") + output.get("data", {}).get("text/plain", "") for output in outputs
    )


def _tidy_cell(cell: Cell, numbers: Iterator[int]) -> Cell:
    """Cells of code are numbered as in a first run: nbval does not compare one without a number."""
    kept: Cell = {key: cell[key] for key in ("cell_type", "id", "source")} | {"metadata": {}}
    if cell["cell_type"] == "code":
        numbered = {"execution_count": next(numbers)}
        outputs = [one | (numbered if "execution_count" in one else {}) for one in cell["outputs"]]
        kept |= {**numbered, "outputs": outputs}
    return kept


def _joined(text: Any) -> Any:
    return "".join(text) if isinstance(text, list) else text
