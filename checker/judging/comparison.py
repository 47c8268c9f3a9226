"""A learner's suite beside our solution: what each test earns, what each suite catches, and a diff. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from checker.judging.verdict import Verdict
from checker.text import bullets


def earnings(verdict: Verdict) -> Iterator[str]:
    """Which tests earn their keep: a line for each, with the mutants that it alone catches."""
    for test in verdict.tests:
        caught = [m for m in verdict.mutants if any(kill.test == test.name for kill in m.killed_by)]
        alone = [m.variant.id for m in caught if len({kill.test for kill in m.killed_by}) == 1]
        if alone:
            text = f"alone catches {', '.join(alone)}"
        elif caught:
            text = f"catches {len(caught)}, each of which another test catches too"
        else:
            text = "catches nothing"
        yield from bullets([f"{test.name} {text}"])


def differences(yours: Verdict, ours: Verdict) -> Iterator[str]:
    """The mutants that one suite catches and the other does not."""
    your_kills, our_kills = _killed(yours), _killed(ours)
    if your_kills.keys() == our_kills.keys():
        yield f"Both catch the same mutants: {len(our_kills)}."
    for who, more, less in (
        ("Ours catch, yours do not", our_kills, your_kills),
        ("Yours catch, ours do not", your_kills, our_kills),
    ):
        missing = [name for name in more if name not in less]
        if missing:
            yield f"{who}:"
            yield from bullets(f"{name}, by {', '.join(more[name])}" for name in missing)


def _killed(verdict: Verdict) -> dict[str, list[str]]:
    """The tests that kill each mutant that is killed."""
    return {
        mutant.variant.id: list(dict.fromkeys(kill.test for kill in mutant.killed_by))
        for mutant in verdict.mutants
        if mutant.killed
    }


def suite_diff(yours: Mapping[str, bytes], ours: Mapping[str, bytes]) -> Iterator[str]:
    """From your files to ours: what starts with ``-`` is yours alone, with ``+`` ours."""
    for path in sorted({*yours, *ours}):
        before = yours.get(path, b"").decode(errors="replace").splitlines()
        after = ours.get(path, b"").decode(errors="replace").splitlines()
        yield from difflib.unified_diff(before, after, f"yours/{path}", f"ours/{path}", lineterm="")
