"""What a report needs to know of a mark. Pure."""

from __future__ import annotations

from typing import Protocol

from checker.grading.policy import plain


class MarkView(Protocol):
    """Points for one lesson or for all, and how they came about."""

    @property
    def points(self) -> float | None:
        """None where there is no mark, as after a ``harness_error``."""

    @property
    def out_of(self) -> float:
        """The most that can be had."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """A sentence each."""


def points_text(mark: MarkView | None) -> str:
    """``7.5 / 10``, ``no mark``; empty where there is nothing to say."""
    if mark is None:
        return ""
    return "no mark" if mark.points is None else f"{plain(mark.points)} / {plain(mark.out_of)}"
