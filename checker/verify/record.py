"""The record of a solution: which mutants each of its tests catches, and how. Pure.

It lies beside the solution as ``kills.toml``. That a mutant is killed says little of one assertion where another test
kills it too; that a test catches what it always did says that nothing was taken from it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping

from checker.course.kills import FILE
from checker.errors import UsageError
from checker.judging.verdict import RED, MutantVerdict, Run

ASSERTION, CRASH = "assertion", "crash"

Kills = Mapping[str, Mapping[str, str]]
"""Of each test the mutants that it catches: by an `ASSERTION` or by a `CRASH`."""

_HEAD = """\
# Which mutants each test of the solution catches: by an assertion, or by a crash.
# `checker verify {number:02}` compares with it, `checker verify {number:02} --record` writes it anew.
"""
_MOST_NAMED = 3


def kills_of(tests: Iterable[str], mutants: Iterable[MutantVerdict]) -> Kills:
    """What a verdict says that each of these tests catches."""
    kills: dict[str, dict[str, str]] = {test: {} for test in tests}
    for mutant in mutants:
        for kill in mutant.killed_by:
            kills[kill.test][mutant.variant.id] = _way(kill.how)
    return kills


def kills_in(run: Run) -> Kills:
    """What the tests of a run on a mutant caught."""
    return {o.test: {run.variant: _way(o.how)} if o.outcome in RED else {} for o in run.outcomes}


def lost(before: Kills, after: Kills) -> Iterator[str]:
    """What tests that are there before and after catch no longer, or only by a crash."""
    for test, mutant, still in _less(before, after):
        by_crash = f"{test} catches {mutant} by a crash, and no longer by an assertion"
        yield by_crash if still else f"{test} no longer catches {mutant}"


def unrecorded(recorded: Kills, found: Kills, mutants: Iterable[str]) -> Iterator[str]:
    """What the record does not know of the solution and its mutants, nothing of it a loss."""
    yield from (f"{test} is gone" for test in recorded if test not in found)
    yield from (f"{test} is new" for test in found if test not in recorded)
    known = {mutant for kills in recorded.values() for mutant in kills}
    yield from (f"{mutant} is gone" for mutant in sorted(known.difference(mutants)))
    for test, mutant, known_by_crash in _less(found, recorded):
        yield f"{test} catches {mutant}" + (" by an assertion" if known_by_crash else "")


def compared(recorded: Kills, found: Kills, mutants: Iterable[str], number: int) -> Iterator[str]:
    """What is to be told of a solution whose tests catch something else than recorded."""
    mutants = list(mutants)
    anew = f"checker verify {number:02} --record"
    still = {test: {m: how for m, how in kills.items() if m in mutants} for test, kills in recorded.items()}
    for loss in sorted(lost(still, found)):
        yield f"{loss}: mend the test or, where this is meant, write the record anew: {anew}"
    if news := sorted(unrecorded(recorded, found, mutants)):
        more = f"; and {len(news) - _MOST_NAMED} more" if len(news) > _MOST_NAMED else ""
        yield f"{FILE} is out of date: {'; '.join(news[:_MOST_NAMED])}{more}. Write it anew: {anew}"


def written(kills: Kills, number: int) -> str:
    """The record as a file: in order of names, a line a mutant."""
    return _HEAD.format(number=number) + "".join(_table(test, kills[test]) for test in sorted(kills))


def read(text: str) -> Kills:
    """The record that a file holds. Raises UsageError."""
    try:
        return {
            test: {mutant: how for how in (CRASH, ASSERTION) for mutant in kills.get(how, [])}
            for test, kills in tomllib.loads(text).items()
        }
    except (tomllib.TOMLDecodeError, AttributeError, TypeError) as error:
        raise UsageError(
            f"{FILE} cannot be read: {error}. Write it anew: checker verify with --record."
        ) from None


def _less(more: Kills, less: Kills) -> Iterator[tuple[str, str, bool]]:
    """Where a test that both know falls behind: the test, the mutant, and whether it still catches it, by a crash."""
    for test in more.keys() & less.keys():
        for mutant, how in more[test].items():
            other = less[test].get(mutant)
            if other is None or (how, other) == (ASSERTION, CRASH):
                yield test, mutant, other is not None


def _way(how: str) -> str:
    return ASSERTION if how == "assertion" else CRASH


def _table(test: str, kills: Mapping[str, str]) -> str:
    lists = ""
    for way in (ASSERTION, CRASH):
        if mutants := sorted(mutant for mutant, how in kills.items() if how == way):
            lists += f"{way} = [\n" + "".join(f"    {_text(mutant)},\n" for mutant in mutants) + "]\n"
    return f"\n[{_text(test)}]\n{lists}"


def _text(name: str) -> str:
    """In quotes: what JSON escapes, TOML escapes alike."""
    return json.dumps(name, ensure_ascii=False)
