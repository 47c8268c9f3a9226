"""The sentences of feedback: for each kind of finding, what a learner may be told of it. Pure.

The text of a finding is repeated only where all of it comes from the learner's files or from runs on the app they have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checker.grading.model import Level
from checker.grading.safely import one_line
from checker.text import count

_README = "See “Not promised” in the lesson’s README."

# About one test that is not valid.
_INVALID = {
    "fails": "It fails on the app.",
    "skipped": "It is skipped: a skipped test proves nothing.",
    "xfailed": "It is marked xfail: a test that may fail proves nothing.",
    "timeout": "It does not end.",
    "crash": "It ends the whole process.",
    "needs_another": "It passes in the file and fails alone: it needs what an earlier test left.",
    "spoiled_by_another": "Whether it passes depends on the tests around it: another test spoils it.",
    "reads_the_app": "It goes by the text of the app, not by what it does: with a comment more in the app, it says otherwise.",
    "flaky": "It passes at one time and fails at another, on the same app.",
}

LEFT_BEHIND = {
    "override_left": "An override is left in `app.dependency_overrides`. Clear it after the `yield` of the fixture that set it.",
    "lifespan_not_stopped": "The app is started and never stopped. Start it in a `with TestClient(app)` block.",
    "lifespan_nested": "The app is started again while it runs. Let one fixture start it, and let the others use what it yields.",
    "clock_left": "The clock is moved and never put back. Travel in a `with` block, or stop after the fixture's `yield`.",
    "env_changed": "An environment variable is left changed. Set it with `monkeypatch.setenv`, which puts it back.",
    "file_left": "A file is left in the lesson's folder. Write to `tmp_path`.",
    "file_gone": "A file of the lesson's folder is removed. Work on a copy in `tmp_path`.",
}

# Of the suite as it was handed in, or of its first run, which is on the app.
_OF_THEIR_FILES = frozenset(
    {
        *("not_collected", "file_ignored", "too_many_tests", "app_edited"),
        *(
            "same_name",
            "never_runs",
            "always_true",
            "async_unmarked",
            "never_awaited",
            "not_started",
            "override_unused",
            "asks_nothing",
        ),
    }
)
# Advice that also rests on what the mutants said.
_OF_COUNTS = frozenset({"asserts_nothing", "never_reached", "one_line_too_many"})

QUOTED_FROM: Mapping[Level, frozenset[str]] = {
    "none": _OF_THEIR_FILES,
    "count": _OF_THEIR_FILES | _OF_COUNTS,
    "areas": _OF_THEIR_FILES | _OF_COUNTS,
    "symptoms": _OF_THEIR_FILES | _OF_COUNTS | {"status_alone"},
}


def invalid_because(test: Mapping[str, Any], about: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Why a test is not valid, each reason once; `about` are the findings about it."""
    if test["outcome"] == "todo":
        return ("It is still to write.",)
    reasons = [_INVALID[finding["kind"]] for finding in about if finding["kind"] in _INVALID]
    over_read = {finding["promise"] for finding in about if finding["kind"] == "over_reads"}
    reasons += [
        _over_reading("It fails on another correct app", promise) for promise in sorted(map(str, over_read))
    ]
    return tuple(dict.fromkeys(reasons)) or ("It does not count: see what is said of the whole suite.",)


def suite_remarks(findings: Sequence[Mapping[str, Any]], level: Level) -> Iterator[str]:
    """What is to be said of no single test."""
    for finding in findings:
        if finding["kind"] == "over_reads" and finding["test"] is None:
            yield _over_reading("Your suite does not start on another correct app", str(finding["promise"]))
        if finding["kind"] == "timeout" and finding["test"] is None:
            yield "Together, your tests take longer than a run may: the last ones were not run."
        if finding["kind"] == "suite_over_reads":
            yield _over_reading("Together, your tests fail on another correct app", str(finding["promise"]))
        if finding["kind"] == "left_to_chance":
            yield "More than a fifth of your tests pass by chance, or go by the app's text: so none of them counts."
        if finding["kind"] == "hook_ignored":
            yield "A hook or plugin of a `conftest.py` is not loaded: only its fixtures are."
    if any(finding["kind"] == "mutant_undecided" for finding in findings):
        yield "It is undecided, and to be graded again: a run was lost. This says nothing about your tests."
    lost = sum(finding["kind"] == "mutant_run_lost" for finding in findings)
    if lost and level != "none":
        yield f"{count(lost, 'run')} on mutants did not finish, and count for nothing."


def _over_reading(what: str, promise: str) -> str:
    return f"{what}, and so asks for more than {one_line(promise, 40)} promises. {_README}"
