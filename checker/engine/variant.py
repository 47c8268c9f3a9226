"""Variants of an app: the reference, its equivalents and its mutants, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["reference", "equivalent", "mutant"]


@dataclass(frozen=True)
class Variant:
    """One app to run a suite against: all its files, and what the course says of it."""

    id: str
    kind: Kind
    files: dict[str, str]
    """The whole app: each file's text by its path in the lesson folder."""
    promise: str = ""
    """The row a mutant breaks, or whose freedom an equivalent uses."""
    clause: str = ""
    """Words of the row that a mutant makes untrue."""
    area: str = ""
    symptom: str = ""
    expose: str = ""
    freedom: str = ""
    """What an equivalent does otherwise, in the README's words."""
    says: str = ""
    """An equivalent's freedom, in one line for the learner."""
    blames_suite: bool = False
    """Whether failing on this equivalent is a finding about the suite, not about single tests."""


@dataclass(frozen=True)
class VariantSet:
    """All the variants of one lesson."""

    reference: Variant
    equivalents: tuple[Variant, ...]
    mutants: tuple[Variant, ...]

    @property
    def correct(self) -> tuple[Variant, ...]:
        """The variants a valid test passes on."""
        return (self.reference, *self.equivalents)


def stand_in(mutant: Variant, mutants: tuple[Variant, ...]) -> str:
    """The name a mutant goes by until it is killed: its area and its place there, as ``login-2``."""
    neighbours = [other.id for other in mutants if other.area == mutant.area]
    return f"{mutant.area}-{neighbours.index(mutant.id) + 1}"
