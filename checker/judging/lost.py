"""Runs that are lost: which are to be repeated, and what a run and its repetition say together. Pure.

The repetition has nothing beside it, so that what it shows is the suite's doing and not that of a busy machine.
"""

from __future__ import annotations

from dataclasses import replace

from checker.judging.findings import first_line
from checker.judging.verdict import Run


def may_be_lost_by_chance(run: Run, *, on_mutant: bool) -> bool:
    """Whether a run is to be repeated: one that a limit of time ended, and on a mutant one that crashed as well."""
    by_time = run.ended in ("timeout", "starved") and run.stopped != "memory"
    return by_time or (on_mutant and run.ended in ("timeout", "crash"))


def settled_by(lost: Run, again: Run, *, on_mutant: bool) -> Run:
    """What counts, of a lost run and the same run repeated alone.

    On a correct app the repetition does. On a mutant it does where it is lost in the same way, or where the first
    was lost to the machine; where the two disagree, the mutant is undecided.
    """
    both = replace(again, suspect=(*lost.suspect, *again.suspect))
    if not on_mutant or again.ended in (lost.ended, "starved"):
        return both
    if lost.ended == "starved" and again.ended in ("finished", "broken"):
        return both
    message = f"{_ending(lost)}; repeated alone, {_ending(again)}"
    return replace(both, ended="undecided", message=message)


def _ending(run: Run) -> str:
    """How a run ended, in a few words."""
    return "it came to its end" if run.ended == "finished" else first_line(run.message)
