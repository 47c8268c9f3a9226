"""What one check found, and how it reads. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, Literal

_WIDTH = 80
_NAME = " " * 9
_TEXT = " " * 26


@dataclass(frozen=True)
class Diagnosis:
    """What one check found."""

    state: Literal["ok", "warning", "problem"]
    """A problem is something needed that is not there; with warnings a machine is still ready."""
    text: str
    remedy: str = ""
    """What to do, where something can be done: a line of prose, or one command a line."""


def ok(text: str) -> Diagnosis:
    return Diagnosis("ok", text)


def warning(text: str, remedy: str = "") -> Diagnosis:
    return Diagnosis("warning", text, remedy)


def problem(text: str, remedy: str = "") -> Diagnosis:
    return Diagnosis("problem", text, remedy)


def lines(name: str, diagnosis: Diagnosis) -> list[str]:
    """The diagnosis for a terminal; a remedy is not wrapped, so that a command can be copied whole."""
    head = f"{diagnosis.state:<{len(_NAME)}}{name:<{len(_TEXT) - len(_NAME)}}"
    text = " ".join(diagnosis.text.split())
    first, *rest = wrap(text, _WIDTH - len(_TEXT), break_long_words=False, break_on_hyphens=False) or [""]
    remedies = [f"{_NAME}do: {line}" for line in diagnosis.remedy.splitlines()]
    return [f"{head}{first}", *(f"{_TEXT}{line}" for line in rest), *remedies]


def summary(diagnoses: Iterable[Diagnosis]) -> str:
    """The last line: whether the machine is ready."""
    states = [diagnosis.state for diagnosis in diagnoses]
    if "problem" in states:
        return f"Not ready yet: {_counted(states.count('problem'), 'problem')}."
    if "warning" in states:
        return f"Ready, with {_counted(states.count('warning'), 'warning')}."
    return "Ready."


def is_ready(diagnoses: Iterable[Diagnosis]) -> bool:
    return all(diagnosis.state != "problem" for diagnosis in diagnoses)


def document(found: list[tuple[str, Diagnosis]]) -> dict[str, Any]:
    """The same for programs, ``checker/doctor/v1``."""
    return {
        "format": "checker/doctor/v1",
        "ready": is_ready(diagnosis for _, diagnosis in found),
        "checks": [
            {"name": name, "state": one.state, "text": one.text, "remedy": one.remedy} for name, one in found
        ],
    }


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
