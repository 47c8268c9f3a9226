"""A verdict on a merged test file, told in the lines of the cell and of the file that it was made from. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from checker.check import Checked
from checker.course.cell import Line, Merged

_LINE = re.compile(r"\b(?:its )?line (\d+)\b")


def retold(checked: Checked, path: str, merged: Merged) -> Checked:
    """The verdict on `merged`, which was judged as the file at `path`: its lines are named as a person finds them."""
    entry = re.compile(rf"(?<![\w/.-]){re.escape(path)}:(\d+)\b")

    def in_traceback(line: Line) -> str:
        return f"this cell, line {line.number}" if line.in_cell else f"{path}:{line.number}"

    def in_sentence(line: Line) -> str:
        return f"line {line.number} of this cell" if line.in_cell else f"line {line.number} of your file"

    def in_traceback_of(text: str) -> str:
        return entry.sub(_by(in_traceback, merged), text)

    verdict = checked.verdict
    tests = [replace(test, detail=in_traceback_of(test.detail)) for test in verdict.tests]
    findings = [
        replace(finding, text=_LINE.sub(_by(in_sentence, merged), finding.text))
        if finding.stage == "advice"
        else replace(finding, text=in_traceback_of(finding.text))
        for finding in verdict.findings
    ]
    return replace(checked, verdict=replace(verdict, tests=tuple(tests), findings=tuple(findings)))


def _by(name: Callable[[Line], str], merged: Merged) -> Callable[[re.Match[str]], str]:
    """What to put in the place of a match whose first group is a line's number; the match, where there is no such line."""

    def told(match: re.Match[str]) -> str:
        number = int(match[1])
        line = merged.lines[number - 1] if 0 < number <= len(merged.lines) else Line("")
        return name(line) if line.number else match[0]

    return told
