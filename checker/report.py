"""Verdicts for people: the board and, under it, the one stage that comes next. Pure: it returns lines.

Reads the same without colour, which `checker.cli` adds: every mark has a word beside it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from checker.check import Checked
from checker.lessons import Lesson
from checker.tasks import Task, lesson_promises
from checker.verdict import Finding, MutantVerdict, TestVerdict, Verdict

WIDTH = 80

_HOW = {"assertion": "A", "exception": "E", "setup": "S", "teardown": "T"}
_SHOWN_FAILURES = 2  # tests whose failure is shown in full
_COLUMNS = 18  # mutants beside each other in a matrix
_ADVICE = {
    "override_left": "Clear it where it was set: after the `yield` of the fixture, or in the tear-down.",
    "lifespan_not_stopped": "Start the app in a `with TestClient(app)` block, or stop it in the tear-down.",
    "lifespan_nested": "Let one fixture start the app, and let the others use what it yields.",
    "env_changed": "Set it with `monkeypatch.setenv`, which puts it back.",
    "file_left": "Write to `tmp_path`.",
    "file_gone": "Work on a copy in `tmp_path`.",
}


def board(checked: Checked, *, reveal: bool = False, matrix: bool = False) -> list[str]:
    """The whole report of one lesson."""
    lines = [*_heading(checked.lesson), "", *_stages(checked)]
    for part in (
        _paragraphs(f.text for f in _of_stage(checked.verdict, "notice")),
        _details(checked),
        _matrix(checked.verdict, reveal) if matrix else [],
        _survivors(checked.verdict) if reveal else [],
        _wrapped(next_step(checked)),
    ):
        if part := list(part):
            lines += ["", *part]
    return lines


def short_board(checked: Checked) -> list[str]:
    """The mutants by area and the next step, for the end of a pytest run."""
    shown = checked.verdict.status in ("survivors", "leaky", "complete")
    details = _areas(checked.verdict) if shown else list(_details(checked))
    return [*details, *([""] if details else []), *_wrapped(next_step(checked))]


def next_step(checked: Checked) -> str:
    """What to do now, in a sentence or two."""
    verdict, folder = checked.verdict, f"lessons/{checked.lesson.number:02}"
    match verdict.status:
        case "broken":
            return "The tests cannot be collected. Mend that first; nothing else was looked at."
        case "empty":
            return "No test ran, so there is nothing to judge yet."
        case "todo":
            return _next_task(checked)
        case "invalid":
            in_full = f" To see a failure in full: pytest {folder}" if _of_stage(verdict, "reference") else ""
            return f"Mend that, then check again.{in_full}"
        case "survivors":
            hints = f"lessons/{checked.lesson.name}/hints.md"
            return f"{_caught(verdict)} Missed: {_missed(verdict)}. Stuck? {hints}"
        case "leaky":
            return f"{_caught(verdict)} One thing is left: what the tests leave behind."
        case _:
            return f"{_caught(verdict)} Lesson {checked.lesson.number:02} is complete."


def progress(lessons: Sequence[tuple[Lesson, Sequence[Task]]]) -> list[str]:
    """Where the learner is, read from the files: a line a lesson."""
    widest = max(len(lesson.name) for lesson, _ in lessons)
    return [f"  {lesson.name:<{widest}}  {_written(tasks):<16}  {lesson.title}" for lesson, tasks in lessons]


def where_next(lessons: Sequence[tuple[Lesson, Sequence[Task]]]) -> str:
    """The next thing to do, as far as the files tell."""
    for lesson, tasks in lessons:
        todo = [task for task in tasks if not task.done]
        if todo:
            return f"Next: {_named(todo[0])} in lessons/{lesson.name}. Run: pytest lessons/{lesson.number:02}"
    return "Every test is written. Are they any good? Run: checker check --all"


# -- heading and stages


def _heading(lesson: Lesson) -> list[str]:
    return [f"Lesson {lesson.number:02} · {lesson.title}", f"lessons/{lesson.name}"]


def _stages(checked: Checked) -> Iterator[str]:
    """One line a stage: done, to do, or waiting for the one before it."""
    reached = True
    for name, done, text in _stage_rows(checked):
        mark = ("✓" if done else "✗") if reached else "·"
        yield f"  {mark} {name:<9} {text if reached else 'later'}"
        reached = reached and (done or name == "leave")  # a leak hides nothing of what comes after it


def _stage_rows(checked: Checked) -> Iterator[tuple[str, bool, str]]:
    verdict = checked.verdict
    if verdict.status in ("broken", "empty"):
        yield "collect", False, "no test ran" if verdict.status == "empty" else "the test file cannot be read"
        return
    if checked.tasks is not None:
        yield "write", verdict.status != "todo", f"{_written(checked.tasks)} written"
    passing = sum(test.outcome == "passed" for test in verdict.tests)
    yield "pass", passing == len(verdict.tests), f"{passing} of {len(verdict.tests)} tests pass on the app"
    accepted = [e for e in verdict.equivalents if e.passed]
    all_accepted = len(accepted) == len(verdict.equivalents)
    yield "accept", all_accepted, f"{len(accepted)} of {len(verdict.equivalents)} other correct apps accepted"
    disorder = _of_stage(verdict, "order")
    text = (
        f"{_count(len(disorder), 'test')} not sure in every order"
        if disorder
        else "any order: backwards, and each test alone"
    )
    yield "order", not disorder, text
    leaks = _of_stage(verdict, "leak")
    yield "leave", not leaks, f"{_count(len(leaks), 'thing')} left behind" if leaks else "nothing left behind"
    killed = sum(mutant.killed for mutant in verdict.mutants)
    yield "catch", killed == len(verdict.mutants), f"{killed} of {len(verdict.mutants)} mutants caught"


# -- the details of the stage that comes first


def _details(checked: Checked) -> Iterator[str]:
    verdict = checked.verdict
    if verdict.status == "broken":
        yield from (line for f in _of_stage(verdict, "collection") for line in _indented(f.text))
    elif verdict.status == "empty":
        yield from _paragraphs(f.text for f in _of_stage(verdict, "reference"))
    elif verdict.status == "todo":
        yield from _todo_list(checked)
    elif red := _of_stage(verdict, "reference"):
        yield from _failures(verdict, red)
    elif _of_stage(verdict, "equivalent") or _of_stage(verdict, "order"):
        yield from _invalid(checked)
    else:
        leaks = list(_paragraphs(map(_leak, _of_stage(verdict, "leak"))))
        yield from [*leaks, ""] if leaks else []
        yield from _areas(verdict)
        yield from _paragraphs(f.text for f in _of_stage(verdict, "mutant"))


def _todo_list(checked: Checked) -> Iterator[str]:
    for task in checked.tasks or ():
        yield f"  {'✓ done ' if task.done else '· to do'}  {_named(task)}"
    failing = [test for test in checked.verdict.tests if test.outcome in ("failed", "error")]
    if failing:
        yield ""
        yield from _wrapped(
            f"Written, and not passing on the app: {', '.join(test.name for test in failing)}."
        )


def _failures(verdict: Verdict, red: Sequence[Finding]) -> Iterator[str]:
    tests = {test.name: test for test in verdict.tests}
    for index, finding in enumerate(red):
        yield from _paragraphs([finding.text])
        if index < _SHOWN_FAILURES and (test := tests.get(finding.test or "")) and test.detail:
            yield from _indented(test.detail)


def _invalid(checked: Checked) -> Iterator[str]:
    """Findings about tests that pass on the app: each once, with what it costs and what to try."""
    verdict, rows = checked.verdict, lesson_promises(checked.lesson)
    muted = {
        test.name: sum(test.name in m.muted_by for m in verdict.mutants if m.muted) for test in verdict.tests
    }
    # An app that is started twice is often what spoils the order.
    yield from _paragraphs(_leak(f) for f in _of_stage(verdict, "leak") if f.kind == "lifespan_nested")
    shown: set[str | None] = set()
    for finding in (*_of_stage(verdict, "equivalent"), *_of_stage(verdict, "order")):
        if finding.test in shown and finding.stage == "order":
            continue
        shown.add(finding.test)
        text = finding.text
        if finding.promise in rows and finding.test:
            text += f" {finding.promise} promises only: {rows[finding.promise]}."
        if finding.kind == "needs_another":
            text += f" Try: pytest lessons/{checked.lesson.number:02}::{finding.test}"
        if count := muted.get(finding.test or "", 0):
            text += f" ({_count(count, 'bug')} muted until then.)"
        yield from _paragraphs([text])


def _leak(finding: Finding) -> str:
    return f"{finding.text} {_ADVICE[finding.kind]}"


def _areas(verdict: Verdict) -> list[str]:
    """The mutants by area: how many are caught, how many only noticed, how many muted."""
    areas = list(dict.fromkeys(mutant.variant.area for mutant in verdict.mutants))
    widest = max(map(len, areas), default=0)
    return [
        f"  {area:<{widest}}  {_area([m for m in verdict.mutants if m.variant.area == area])}"
        for area in areas
    ]


def _area(mutants: Sequence[MutantVerdict]) -> str:
    killed = sum(mutant.killed for mutant in mutants)
    crashed = sum(mutant.killed and not mutant.understood for mutant in mutants)
    muted = [mutant for mutant in mutants if mutant.muted]
    text = f"{'■' * killed}{'□' * (len(mutants) - killed)}  {killed} of {len(mutants)} caught"
    if crashed:
        text += f", {crashed} by a crash, not by an assertion"
    if muted:
        names = sorted({name for mutant in muted for name in mutant.muted_by})
        text += f", {len(muted)} muted by {', '.join(names)}"
    return text


def _matrix(verdict: Verdict, reveal: bool) -> Iterator[str]:
    """Tests by mutants: which test notices which bug, and how."""
    for start in range(0, len(verdict.mutants), _COLUMNS):
        mutants = verdict.mutants[start : start + _COLUMNS]
        yield f"  {'':<34}" + " ".join(f"{start + index:>2}" for index in range(1, len(mutants) + 1))
        for test in verdict.tests:
            yield f"  {_shortened(test.name, 33):<34}" + " ".join(
                f" {_cell(test, mutant)}" for mutant in mutants
            )
        yield ""
    for index, mutant in enumerate(verdict.mutants, 1):
        yield f"  {index:>2}  {mutant.variant.id if reveal or mutant.killed else mutant.stand_in}"
    yield ""
    yield from _wrapped(
        "A: by an assertion. E: by another exception. S: in set-up. T: in tear-down. "
        "m: muted, because the test is not valid."
    )


def _cell(test: TestVerdict, mutant: MutantVerdict) -> str:
    how = next((kill.how for kill in mutant.killed_by if kill.test == test.name), None)
    return _HOW[how] if how else "m" if test.name in mutant.muted_by else "."


def _survivors(verdict: Verdict) -> Iterator[str]:
    for mutant in verdict.mutants:
        if not mutant.killed:
            v = mutant.variant
            yield from _wrapped(f"{v.id} ({v.area}, {v.promise}): {v.symptom} {v.expose}")


# -- words


def _next_task(checked: Checked) -> str:
    todo = [task for task in checked.tasks or () if not task.done]
    if not todo:
        names = [test.name for test in checked.verdict.tests if test.outcome == "todo"]
        return f"Still a TODO: {', '.join(names)}."
    total = len(checked.tasks or ())
    return f"{len(todo)} of {total} to write. Next: {_named(todo[0])}."


def _named(task: Task) -> str:
    return f"{task.name} ({', '.join(task.promises)})" if task.promises else task.name


def _written(tasks: Sequence[Task]) -> str:
    return f"{sum(task.done for task in tasks)} of {len(tasks)}"


def _caught(verdict: Verdict) -> str:
    return f"{sum(mutant.killed for mutant in verdict.mutants)} of {len(verdict.mutants)} caught."


def _missed(verdict: Verdict) -> str:
    areas = [mutant.variant.area for mutant in verdict.mutants if not mutant.killed]
    return ", ".join(f"{area} {areas.count(area)}" for area in dict.fromkeys(areas))


def _of_stage(verdict: Verdict, stage: str) -> list[Finding]:
    return [finding for finding in verdict.findings if finding.stage == stage]


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")


def _paragraphs(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from textwrap.wrap(
            text, WIDTH - 4, initial_indent="  - ", subsequent_indent="    ", break_long_words=False
        )


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _shortened(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _indented(text: str) -> list[str]:
    return [f"    {line}" for line in text.splitlines()]
