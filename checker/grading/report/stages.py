"""The stages of a verdict for a learner: done, not yet, or later. Pure; as `checker.showing.report` has them, without names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from checker.course.tasks import words_of_tasks
from checker.grading.model import Unit


@dataclass(frozen=True)
class Stage:
    """One line: its mark and the word for it, its name, and what there is to say."""

    mark: str
    word: str
    name: str
    text: str


# A stage, whether it is done, and what there is to say.
_Line = tuple[str, bool, str]
# Tests of a suite that is to be mended say little about what comes after; a leak hides nothing.
_HIDING_NOTHING = "leave"
_LATER = "when what stands above is done"


def stages(unit: Unit, *, counted: bool) -> Iterator[Stage]:
    """A stage a line. With `counted`, the last one says how many mutants are caught, also where it is to come."""
    reached = True
    for name, done, text in _lines(unit, counted):
        if not reached:
            so_far = f"; so far, {text}" if counted and name == "catch" else ""
            yield Stage("·", "later", name, f"{_LATER}{so_far}")
        else:
            yield Stage("✓" if done else "✗", "done" if done else "not yet", name, text)
        reached = reached and (done or name == _HIDING_NOTHING)


def _lines(unit: Unit, counted: bool) -> Sequence[_Line]:
    match unit.status:
        case "harness_error":
            return [("verdict", False, "none could be had. This says nothing about your tests.")]
        case "not_graded":
            return [("verdict", False, "not graded yet")]
        case "unusable":
            return [("verdict", False, "nothing of what you handed in is a test file: see the notes")]
        case "broken":
            return [("collect", False, "your tests cannot be collected; nothing else was looked at")]
        case "empty":
            return [("collect", False, "no test ran, so there is nothing to judge")]
        case _:
            return [*_writing(unit), *_judging(unit), _catching(unit, counted)]


def _writing(unit: Unit) -> Sequence[_Line]:
    tasks = unit.document.get("tasks")
    if tasks is None:
        return []
    return [("write", unit.status != "todo", words_of_tasks(tasks["done"], tasks["total"], unit.status))]


def _judging(unit: Unit) -> Sequence[_Line]:
    tests = unit.document["tests"]
    found = [finding["stage"] for finding in unit.document["findings"]]
    red = _failing(tests, unit.document["findings"])
    rejecting = "equivalent" in found
    order, left = found.count("order"), "leak" in found
    return [
        ("pass", not red, f"{len(tests) - red} of {len(tests)} tests pass on the app"),
        (
            "accept",
            not rejecting,
            "a correct app is rejected" if rejecting else "other correct apps are accepted",
        ),
        ("order", not order, "a test depends on the order" if order else "backwards, and each test alone"),
        ("leave", not left, "something is left behind" if left else "nothing is left behind"),
    ]


def _failing(tests: Sequence[Mapping[str, Any]], findings: Sequence[Mapping[str, Any]]) -> int:
    """The tests that fail on the app; one finding may tell of several that were not run."""
    found = [finding["test"] for finding in findings if finding["stage"] == "reference"]
    not_run = [test for test in tests if test["outcome"] == "timeout" and test["name"] not in found]
    return len(found) - found.count(None) + (len(not_run) if None in found else 0)


def _catching(unit: Unit, counted: bool) -> _Line:
    mutants = unit.document["mutants"]
    killed = sum(bool(mutant["killed"]) for mutant in mutants)
    done = killed == len(mutants)
    if counted:
        return "catch", done, f"{killed} of {len(mutants)} mutants caught"
    return "catch", done, "every mutant is caught" if done else "some mutants get past your tests"
