"""Who notices which mutant, as letters: a test's row in the matrix of a suite, a suite's row in that of a class. Pure.

``A`` by an assertion, ``E`` by another exception, ``S`` in set-up, ``T`` in tear-down; ``m`` noticed by a test that
is not valid; ``-`` the test is not valid; ``.`` not noticed; ``?`` the verdict does not know the mutant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checker.grading.model import Bug, Unit

_HOW = {"assertion": "A", "exception": "E", "setup": "S", "teardown": "T"}
KILLS = frozenset(_HOW.values())
_JUDGED = {"todo", "invalid", "undecided", "survivors", "leaky", "complete"}


def is_judged(unit: Unit) -> bool:
    """Whether the suite got as far as being run against mutants."""
    return unit.status in _JUDGED


def class_row(unit: Unit, bugs: Sequence[Bug]) -> str:
    """A letter a bug, the best of all the suite's tests."""
    mutants = _by_id(unit)
    return "".join(_best(mutants.get(bug.id)) for bug in bugs)


def rows_of_tests(unit: Unit, bugs: Sequence[Bug]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Each test of the suite, as the document has it, and its row: a letter a bug."""
    mutants = _by_id(unit)
    # Looked up by test, not searched for: a suite may have hundreds of tests.
    kills = [
        {kill["test"]: _letter(kill) for kill in _part(mutants.get(bug.id), "killed_by")} for bug in bugs
    ]
    muted = [set(_part(mutants.get(bug.id), "muted_by")) for bug in bugs]
    for test in unit.document.get("tests", ()):
        name, otherwise = test["name"], "." if test["valid"] else "-"
        yield (
            test,
            "".join(
                by.get(name) or ("m" if name in muting else otherwise)
                for by, muting in zip(kills, muted, strict=True)
            ),
        )


def _best(mutant: Mapping[str, Any] | None) -> str:
    if mutant is None:
        return "?"
    letters = {_letter(kill) for kill in mutant["killed_by"]}
    return next((letter for letter in "AETS" if letter in letters), "m" if mutant["muted_by"] else ".")


def _letter(kill: Mapping[str, Any]) -> str:
    """How it was noticed; a word that is none of ours came from the suite's process, and earns no ``A``."""
    return _HOW.get(kill["how"], "E")


def _by_id(unit: Unit) -> dict[str, Mapping[str, Any]]:
    return {mutant["id"]: mutant for mutant in unit.document.get("mutants", ())}


def _part(mutant: Mapping[str, Any] | None, key: str) -> Sequence[Any]:
    return mutant[key] if mutant else ()
