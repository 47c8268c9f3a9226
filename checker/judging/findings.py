"""Findings: what to tell a person about a suite, stage by stage. Pure: from runs to sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence

from checker.engine.variant import Variant, VariantSet
from checker.judging.verdict import (
    NOT_RUN,
    RED,
    STUCK,
    UNDECIDED,
    Finding,
    Leak,
    MutantVerdict,
    Order,
    Outcome,
    Run,
    base_name,
)

_NO_UTF_8 = ("(unicode error) 'utf-8' codec can't decode", "source code string cannot contain null bytes")
_MISSING = re.compile(r"ModuleNotFoundError: No module named '([^']+)'")
HONEST_HOOKS = ("pytest_configure ", "pytest_addoption ", "pytest_plugins ")
"""Hooks that people have for markers, options and fixtures: not loaded either, and no reason to look."""
_FEWEST_BY_CHANCE = 5
_MOST_BY_CHANCE = 0.2


def reference(first: Run, disorder: Sequence[Finding]) -> list[Finding]:
    """Tests that do not pass on the reference, but those whose order is to blame."""
    explained = {finding.test for finding in disorder}
    texts = {
        "failed": ("fails", "{test} fails on the app: {message}"),
        "error": ("fails", "{test} fails on the app, outside the test itself: {message}"),
        "skipped": ("skipped", "{test} is skipped: a skipped test proves nothing."),
        "xfailed": ("xfailed", "{test} is marked xfail: a test that may fail proves nothing."),
        "timeout": ("timeout", "{test} does not end: {message}"),
        "crash": ("crash", "{test} ends the whole process: {message}"),
    }
    return [
        *(
            Finding("reference", kind, text.format(test=o.test, message=first_line(o.message)), o.test)
            for o in first.outcomes
            if o.outcome in texts and o.test not in explained and o.how != NOT_RUN
            for kind, text in [texts[o.outcome]]
        ),
        *_too_slow_together([o for o in first.outcomes if o.how == NOT_RUN]),
    ]


def _too_slow_together(unseen: Sequence[Outcome]) -> list[Finding]:
    """Tests whose turn never came: no fault of theirs, nor of the one that was running."""
    if not unseen:
        return []
    names = unseen[0].test if len(unseen) == 1 else f"{unseen[0].test} and the {len(unseen) - 1} after it"
    return [Finding("reference", "timeout", f"{first_line(unseen[0].message)}. Not run: {names}.")]


# -- order


def order(runs: Sequence[Run], first: Run) -> list[Finding]:
    flaky = _flaky_tests(runs)
    on_reference = [run for run in runs if run.variant == first.variant]
    found = [
        Finding("order", "flaky", f"{test} passes at one time and fails at another, on the same app.", test)
        for test in sorted(flaky)
    ]
    for outcome in first.outcomes:
        if outcome.test not in flaky and (finding := _order_finding(outcome, on_reference)):
            found.append(finding)
    return found


def _order_finding(outcome: Outcome, on_reference: Sequence[Run]) -> Finding | None:
    test = outcome.test
    alone = _outcome_in(on_reference, "alone", test)
    backwards = _outcome_in(on_reference, "reversed", test)
    if outcome.outcome == "passed" and alone not in ("passed", "missing"):
        text = f"{test} passes in the file and fails alone: it needs what an earlier test left."
        return Finding("order", "needs_another", text, test)
    if outcome.outcome == "passed" and backwards not in ("passed", "missing"):
        text = f"{test} passes alone and fails when the file runs backwards: another test spoils it."
        return Finding("order", "spoiled_by_another", text, test)
    if outcome.outcome in RED and alone == "passed":
        text = f"{test} passes alone and fails in the file: an earlier test spoils it."
        return Finding("order", "spoiled_by_another", text, test)
    return None


def _outcome_in(runs: Iterable[Run], in_order: Order, test: str) -> str:
    known = (run.outcome_of(test) for run in runs if run.order == in_order and run.only in ("", test))
    return next(known, "missing")


def _flaky_tests(runs: Sequence[Run]) -> set[str]:
    """Tests whose outcome differs between two runs that should say the same, or that are not in both."""
    return _differing(runs, lambda run: run.key)


# -- apps in skins


def reading_the_app(runs: Sequence[Run], first: Run, plain: Run | None) -> set[str]:
    """Tests whose outcome goes by the text of the app, not by what it does: by the skin alone.

    Such a test says the same whenever the skin is the same, and not the same on one app in two skins; or it passes on the
    plain app, and fails on it in a skin.
    """
    by_chance = _differing(runs, lambda run: (run.key, run.skin))
    found = _flaky_tests(runs) - by_chance if any(run.skin for run in runs) else set()
    if plain is not None:
        found |= {
            outcome.test
            for outcome in first.outcomes
            if outcome.outcome in RED and plain.outcome_of(outcome.test) == "passed"
        } - by_chance
    return found


def told_as_reading(findings: Sequence[Finding], tests: Collection[str]) -> list[Finding]:
    """The findings; those on tests that go by the app's text say that, once each."""
    told: dict[str, Finding] = {}
    kept = []
    for finding in findings:
        if finding.test in tests and finding.stage in ("reference", "order", "equivalent"):
            text = f"{finding.test} goes by the text of the app, not by what it does: a comment more, and it says otherwise."
            told.setdefault(str(finding.test), Finding("reference", "reads_the_app", text, finding.test))
        else:
            kept.append(finding)
    return [*told.values(), *kept]


def left_to_chance(variants: VariantSet, runs: Sequence[Run], by_chance: Collection[str | None]) -> bool:
    """Whether so many tests go by chance, or by the app's text, that those that seem valid may be so by chance.

    Asked of suites that are graded alone: their apps are in skins.
    """
    if not runs[0].skin:
        return False
    correct = {variant.id for variant in variants.correct}
    passing = {
        o.test for run in runs if run.variant in correct for o in run.outcomes if o.outcome == "passed"
    }
    bad = len(passing & set(by_chance))
    return bad >= _FEWEST_BY_CHANCE and bad > len(passing) * _MOST_BY_CHANCE


def nothing_counts() -> Finding:
    """What is said of a suite in which too much is left to chance."""
    return Finding(
        "reference",
        "left_to_chance",
        "More than a fifth of the tests that pass on the app pass by chance, or go by its text: those that seem valid may "
        "be so by chance too, and none counts.",
    )


def _differing(runs: Iterable[Run], kind: Callable[[Run], Hashable]) -> set[str]:
    """Tests whose outcome is not the same in all runs of one kind."""
    alike: dict[Hashable, list[Run]] = {}
    for run in runs:
        alike.setdefault(kind(run), []).append(run)
    return {
        outcome.test
        for same in alike.values()
        for run in same
        for outcome in run.outcomes
        if any(_disagree(outcome.outcome, other.outcome_of(outcome.test)) for other in same)
    }


def _disagree(one: str, other: str) -> bool:
    """A test that was stuck once is left out of the runs after it, which says nothing."""
    return one != other and not (one in STUCK and other == "missing")


# -- equivalents


def over_reading(variants: VariantSet, runs: Sequence[Run], first: Run) -> list[Finding]:
    flaky = _flaky_tests(runs)
    found: list[Finding] = []
    for equivalent in variants.equivalents:
        run = next((run for run in runs if run.variant == equivalent.id), None)
        if run is None:
            continue
        if run.ended != "finished":
            found.append(
                _over_reading(
                    equivalent,
                    None,
                    f"The suite does not start on a correct app: {_error_line(run.message)}.",
                )
            )
        elif equivalent.blames_suite:
            found += [_suite_over_reading(equivalent, first)] if set(failing(run, first)) - flaky else []
        else:
            found += [
                _over_reading(equivalent, test, f"{test} fails on a correct app: {_message_in(run, test)}.")
                for test in failing(run, first)
                if test not in flaky
            ]
    return found


def _over_reading(equivalent: Variant, test: str | None, text: str) -> Finding:
    return Finding("equivalent", "over_reads", f"{text} {equivalent.says}", test, equivalent.promise)


def _suite_over_reading(equivalent: Variant, first: Run) -> Finding:
    """A fault of no single test: beside what the equivalent says, who started the app how often."""
    starters = Counter(base_name(leak.who) for leak in first.leaks if leak.kind == "lifespan_started")
    if starters:
        by = ", ".join(f"{times} by {who}" for who, times in starters.most_common())
        text = f"{equivalent.says} This suite starts the app {starters.total()} times: {by}."
    else:
        text = equivalent.says
    return Finding("equivalent", "suite_over_reads", text, None, equivalent.promise)


def _message_in(run: Run, test: str) -> str:
    return next((first_line(o.message) for o in run.outcomes if o.test == test), "it is not there")


def failing(run: Run, first: Run) -> list[str]:
    """The tests that pass on the reference and not in this run."""
    return [o.test for o in first.outcomes if o.outcome == "passed" and run.outcome_of(o.test) != "passed"]


# -- mutants


def lost_runs(mutants: Sequence[MutantVerdict], runs: Sequence[Run]) -> list[Finding]:
    """Runs on mutants that did not finish: what they found does not count, and a person should know."""
    names = {mutant.variant.id: mutant.stand_in for mutant in mutants}
    return [
        _lost_run(run, names[run.variant]) for run in runs if run.variant in names and run.ended != "finished"
    ]


def _lost_run(run: Run, name: str) -> Finding:
    why = first_line(run.message)
    if run.ended in UNDECIDED:
        text = f"Nobody can say yet what your tests do on {name}, which is undecided: {why}."
        return Finding("mutant", "mutant_undecided", text)
    if run.stopped.startswith("test") and run.running:
        text = f"On {name}, {run.running} does not end, and so does not catch it: {why}."
    else:
        text = f"The run on {name} did not finish and counts for nothing: {why}."
    return Finding("mutant", "mutant_run_lost", text)


# -- what is left behind

_LEAKS = {
    "override_left": "{who} leaves an override of {what} in app.dependency_overrides.",
    "lifespan_not_stopped": "{who} starts the app and never stops it.",
    "lifespan_nested": "{who} starts the app again while it runs.",
    "clock_left": "{who} moves the clock and never puts it back: from there on every test has another time.",
    "env_changed": "The suite leaves the environment variable {what} changed.",
    "file_left": "The suite leaves the file {what} in the lesson's folder.",
    "file_gone": "The suite removes {what} from the lesson's folder.",
}


def leaks(variants: VariantSet, runs: Sequence[Run]) -> list[Finding]:
    """Leaks on correct apps, each once.

    What a test alone leaves behind may be cleared, in the file, by the test after it: it counts where the runs
    of the whole file do not show it.
    """
    correct = {variant.id for variant in variants.correct}
    together = _leaks_of(run for run in runs if run.variant in correct and run.order != "alone")
    seen = {(leak.kind, leak.what) for leak in together}
    alone: dict[tuple[str, str], Leak] = {}
    for leak in _leaks_of(run for run in runs if run.variant in correct and run.order == "alone"):
        alone.setdefault((leak.kind, leak.what), leak)
    return [
        Finding("leak", leak.kind, _LEAKS[leak.kind].format(who=leak.who or "The suite", what=leak.what))
        for leak in (*together, *(leak for key, leak in alone.items() if key not in seen))
    ]


def _leaks_of(runs: Iterable[Run]) -> list[Leak]:
    return list(dict.fromkeys(leak for run in runs for leak in run.leaks if leak.kind in _LEAKS))


def ignored_hooks(runs: Sequence[Run]) -> list[Finding]:
    names = sorted({name for run in runs for name in run.ignored_hooks})
    text = "{} is not loaded: only fixtures of a conftest are, no hooks and no plugins."
    return [Finding("notice", "hook_ignored", text.format(name)) for name in names]


def uncollected(first: Run) -> str:
    """Why a suite does not collect, and, where Python's words are no help, what to do.

    Where it is graded, a library that is missing is missing there.
    """
    if any(words in first.message for words in _NO_UTF_8):
        return f"A file is not saved as UTF-8. Save it as UTF-8 in your editor.\n{first.message}"
    missing = _MISSING.search(first.message) if first.skin else None
    if missing is None:
        return first.message
    return f"{missing[1]} is not installed where suites are judged.\n{first.message}"


def capped(first: Run) -> list[Finding]:
    text = f"Only the first {len(first.planned)} tests are run: the {first.left_out} after them are left out."
    return [Finding("notice", "too_many_tests", text)] if first.left_out else []


def _error_line(traceback: str) -> str:
    """The error at the end of a traceback: its last line that pytest marks with an E."""
    marked = [line[1:] for line in traceback.splitlines() if line.startswith("E ")]
    return first_line(marked[-1] if marked else traceback)


def first_line(text: str) -> str:
    """The first line of an error, without what ends it, at most 160 characters."""
    line = (
        text.strip().splitlines()[0].removesuffix(" Requesting fixture stack:").rstrip(".")
        if text.strip()
        else "no message"
    )
    return line if len(line) <= 160 else line[:157] + "..."
