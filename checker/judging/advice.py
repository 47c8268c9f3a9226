"""Advice: the mistakes that are common in somebody's first tests, told from evidence. Pure.

Each piece names the test and what there is to see. Where the evidence leaves a doubt, nothing is said. Advice
changes neither the status nor the validity of anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from checker.judging.reading import Reading, ReadTest
from checker.judging.verdict import RED, Finding, Outcome, Run, Seen, Verdict, base_name
from checker.text import count

_NOTHING = {"", "–", "-", "none", "any"}
# Words of a test that may know that the app is not running, or that starts it in a way of its own.
_ON_PURPOSE = ("lifespan", "raises", "raise_server_exceptions", "is_error", "is_server_error", "httpstatus")
_MESSAGE = re.compile(r'": *"([^"]*)"')
_LONG_WORD = re.compile(r"\w{5,}")
_UNMARKED = "async def functions are not natively supported"


@dataclass(frozen=True)
class Material:
    """What advice is made from, beside the verdict: the first run, the suite as written, and the lesson's table."""

    first: Run
    reading: Reading
    cells: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The promise table, as `checker.course.tasks.promised_cells` gives it."""
    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The rows that the lesson gives to each of its tasks."""
    not_theirs: Collection[str] = ()
    """Tests that came with the lesson."""
    app_handles_overrides: bool = False
    """Whether the app itself reads `dependency_overrides`."""
    app_files: Collection[str] = ()
    """The paths of the app's files."""

    def outcomes(self, test: ReadTest) -> list[Outcome]:
        """What became of it in the first run, case by case."""
        return [outcome for outcome in self.first.outcomes if base_name(outcome.test) == test.name]

    def seen(self, kind: str, test: ReadTest | None = None) -> list[Seen]:
        """The evidence of a kind, about one test or about all."""
        return [s for s in self.first.seen if s.kind == kind and (not test or base_name(s.test) == test.name)]

    def promises(self, test: ReadTest) -> list[str]:
        """The rows that a test is about: those its docstring names, and those the lesson gave it."""
        rows = dict.fromkeys((*test.promises, *self.named.get(test.name, ())))
        return [row for row in rows if row in self.cells]


def advice(verdict: Verdict, material: Material) -> list[Finding]:
    """Every piece of advice on a suite, as findings of the stage ``advice``."""
    if verdict.status in ("broken", "empty"):
        return [*_same_names(material.reading), *_never_run(material)]
    silent = list(_silent(verdict, material))
    return [
        *_same_names(material.reading),
        *_never_run(material),
        *_always_true(material, silent),
        *_unmarked(material),
        *_never_awaited(material),
        *_not_started(material),
        *_unused_overrides(material),
        *silent,
        *(_asking_another(verdict, material) if material.seen("asked") else ()),
        *(_statuses_alone(verdict, material) if verdict.status in ("survivors", "todo") else ()),
    ]


def why_nothing(verdict: Verdict, material: Material) -> Iterator[Finding]:
    """Why tests that are green notice nothing: no assertion, or none of them asks the app."""
    yield from _silent(verdict, material)
    yield from _asking_another(verdict, material)


def one_line_too_many(test: str, line: int, caught: int, promise: str | None) -> Finding:
    """What a run without the line has shown: the rest of the test is valid, and catches mutants."""
    text = f"Without its line {line}, {test} would be valid and catch {count(caught, 'mutant')}."
    return _finding("one_line_too_many", text, test, promise)


# -- tests that never run


def _same_names(reading: Reading) -> Iterator[Finding]:
    for name, line, later in reading.replaced:
        text = f"{name} is there twice: the one in line {later} replaces the one in line {line}, which never runs."
        yield _finding("same_name", text, name)


def _never_run(material: Material) -> Iterator[Finding]:
    for one in material.reading.never_run:
        if one.name not in material.not_theirs:
            yield _finding("never_runs", one.text, one.name)


def _always_true(material: Material, silent: Collection[Finding]) -> Iterator[Finding]:
    """Asserts that can never fail, in tests that pass and look at something besides; the others are silent."""
    for test in material.reading.tests:
        if test.name not in {finding.test for finding in silent} and any(
            outcome.outcome == "passed" for outcome in material.outcomes(test)
        ):
            for line, why in sorted(test.hollow.items()):
                yield _finding(
                    "always_true",
                    f"The assertion in line {line} of {test.name} can never fail: {why}.",
                    test.name,
                )


def _unmarked(material: Material) -> Iterator[Finding]:
    for test in material.reading.tests:
        if any(outcome.message.startswith(_UNMARKED) for outcome in material.outcomes(test)):
            text = f"{test.name} is an `async def`, which pytest does not run by itself: mark it with `@pytest.mark.asyncio`."
            yield _finding("async_unmarked", text, test.name)


# -- calls without await


def _never_awaited(material: Material) -> Iterator[Finding]:
    """A passing test leaves Python's own warning; a failing one may never have come to its `await`."""
    told = set()
    for seen in (*material.seen("never_awaited"), *material.seen("coroutine")):
        test = _where(seen, material)
        failed = bool(test and any(outcome.outcome in RED for outcome in material.outcomes(test)))
        call = material.reading.forgotten(seen.file, seen.line)
        if test and call and failed == (seen.kind == "coroutine") and (test.name, seen.line) not in told:
            told.add((test.name, seen.line))
            yield _finding("never_awaited", _await_text(test, call, seen.line), test.name)


def _where(seen: Seen, material: Material) -> ReadTest | None:
    """The test that holds the line, or, where a helper holds it, the one that was running."""
    running = (test for test in material.reading.tests if test.name == base_name(seen.test))
    return material.reading.test_at(seen.file, seen.line) or next(running, None)


def _await_text(test: ReadTest, call: str, line: int) -> str:
    text = f"{test.name} never awaits `{call}(…)` in line {line}: it holds a coroutine, and no answer."
    if test.is_async:
        return f"{text} Write `await {call}(…)`."
    return f"{text} Make it an `async def` test, and write `await {call}(…)`."


# -- apps that were not started, parts that were not swapped


def _not_started(material: Material) -> Iterator[Finding]:
    """Only where the test fails, and nothing in it or in its rows asks for what the app answered."""
    for test in material.reading.tests:
        failed = any(outcome.outcome in RED for outcome in material.outcomes(test))
        answers = [seen.what for seen in material.seen("not_started", test)]
        if failed and answers and not _expected(test, answers, material):
            what = f"answers {answers[0]}" if answers[0].isdigit() else f"raises {answers[0]}"
            how = (
                "`ASGITransport` never starts an app: start it in a fixture."
                if "ASGITransport" in test.text
                else "a `TestClient` starts its app only in a `with` block."
            )
            text = f"{test.name} asks an app that was never started, which {what}: {how}"
            yield _finding("not_started", text, test.name)


def _expected(test: ReadTest, answers: Collection[str], material: Material) -> bool:
    """Whether it may be on purpose: somebody who writes of lifespans starts the app in a way of their own."""
    rows = " ".join(material.cells[row].get("status", "") for row in material.promises(test))
    text = f"{test.text} {rows}".casefold()
    known = (answer.casefold() for answer in answers)
    return any(word in text for word in (*_ON_PURPOSE, *known, *_words_of(answers, material)))


def _words_of(answers: Collection[str], material: Material) -> Iterator[str]:
    """The telling words that the table promises beside such an answer: who writes them expects it."""
    for cells in material.cells.values():
        if cells.get("status") in answers:
            for message in _MESSAGE.findall(cells.get("body", "")):
                yield from _LONG_WORD.findall(message.casefold())


def _unused_overrides(material: Material) -> Iterator[Finding]:
    users: dict[str, list[str]] = {}
    for seen in () if material.app_handles_overrides else material.seen("override_unused"):
        users.setdefault(seen.what, []).append(base_name(seen.test))
    for key, tests in users.items():
        first, *others = dict.fromkeys(tests)
        who = f"{first} and {count(len(others), 'other test')} override" if others else f"{first} overrides"
        text = (
            f"{who} {key}, which no route of the app depends on: nothing is replaced. "
            "The key has to be the very object that stands in `Depends(…)`."
        )
        yield _finding("override_unused", text, first)


# -- tests that look at too little


def _silent(verdict: Verdict, material: Material) -> Iterator[Finding]:
    """Tests that passed without one assertion, and that no mutant makes fail either, as far as all runs tell."""
    if any(finding.kind == "mutant_run_lost" for finding in verdict.findings):
        return
    noticing = {base_name(kill.test) for mutant in verdict.mutants for kill in mutant.killed_by}
    noticing |= {base_name(test) for mutant in verdict.mutants for test in mutant.muted_by}
    for test in material.reading.tests:
        outcomes = {outcome.outcome for outcome in material.outcomes(test)}
        if outcomes != {"passed"} or test.name in noticing or test.notices_otherwise:
            continue
        asserted = {seen.line for seen in material.seen("asserted", test)} - set(test.hollow)
        if not asserted and not test.asserts:
            why = "".join(f" Line {line}: {why}." for line, why in sorted(test.hollow.items())[:1])
            text = f"{test.name} asserts nothing that could fail, and stays green on every mutant.{why}"
            yield _finding("asserts_nothing", text, test.name)
        elif not asserted and material.reading.is_rewritten(test) and _can_be_missed(test):
            text = (
                f"{test.name} never reaches its assertion in line {test.asserts[0].line}, and so looks at nothing: "
                "what does the loop or the condition around it go by?"
            )
            yield _finding("never_reached", text, test.name)


def _asking_another(verdict: Verdict, material: Material) -> Iterator[Finding]:
    """Only where nothing was noticed by any test: it may look at the app in a way of its own."""
    if not material.app_files:
        return
    noticed = any(mutant.killed_by or mutant.muted_by for mutant in verdict.mutants)
    asked = {seen.what for seen in material.seen("asked")}
    if any(test.valid for test in verdict.tests) and not noticed and not asked & set(material.app_files):
        text = (
            "No test sends a request to a route of the lesson's app: what they ask is another app, or nothing. "
            "Import the app of the lesson, and give that to the client."
        )
        yield Finding("advice", "asks_nothing", text)


def _can_be_missed(test: ReadTest) -> bool:
    return all(look.conditional and not look.shielded for look in test.asserts)


def _statuses_alone(verdict: Verdict, material: Material) -> Iterator[Finding]:
    """Tests that look at a status, where their row promises more and somebody has to look at that."""
    missed = {mutant.variant.promise for mutant in verdict.mutants if not mutant.killed}
    valid = [test for test in material.reading.tests if _is_valid(test, verdict)]
    for test in valid:
        if not test.statuses_alone or test.name in material.not_theirs:
            continue
        for row in material.promises(test):
            others = [other for other in valid if row in material.promises(other)]
            more = _promised_besides(test, material.cells[row])
            if row in missed and more and not any(_may_look_for(test, other) for other in others):
                text = f"{test.name} looks at the status alone. {row} promises more: {more}."
                yield _finding("status_alone", text, test.name, row)
                break


def _may_look_for(test: ReadTest, other: ReadTest) -> bool:
    """Whether the other test looks at the rest of what this one asks, by its asserts or by a helper that asserts."""
    return other.notices_otherwise or bool(test.asked & other.examined)


def _is_valid(test: ReadTest, verdict: Verdict) -> bool:
    cases = [case.valid for case in verdict.tests if base_name(case.name) == test.name]
    return bool(cases) and all(cases)


def _promised_besides(test: ReadTest, cells: Mapping[str, str]) -> str:
    """The body of a row; and its effect, where the test asks once and so cannot have looked again."""
    body, effect = cells.get("body", ""), cells.get("effect", "")
    told = [f"the body {body}"] if body not in _NOTHING else []
    if effect not in _NOTHING and not effect.startswith("none") and test.requests == 1:
        told.append(f"the effect that {effect}")
    return ", and ".join(told)


# -- words


def _finding(kind: str, text: str, test: str, promise: str | None = None) -> Finding:
    return Finding("advice", kind, text, test, promise)
