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
# A leak, or a task that is gone, hides nothing of what comes after it.
_HIDING_NOTHING = ("leave", "gone")
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
    details = list(_details(checked))
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
            in_full = f" To see a failure in full: pytest {folder}" if _can_be_seen(checked) else ""
            return f"Mend that, then check again.{in_full}"
        case "survivors":
            return (
                f"{_caught(verdict)} Missed: {_missed(verdict)}. Stuck? See hints.md in the lesson's folder."
            )
        case "leaky":
            return f"{_caught(verdict)} What remains to mend is what the tests leave behind."
        case _:
            what = f"Lesson {checked.lesson.number:02}" if checked.tasks is not None else "This suite"
            return f"{_caught(verdict)} {what} is complete."


def _can_be_seen(checked: Checked) -> bool:
    """Whether plain pytest shows what is wrong: not for somebody else's suite, not for a test that hangs."""
    return checked.tasks is not None and any(f.kind == "fails" for f in checked.verdict.findings)


def progress(lessons: Sequence[tuple[Lesson, Sequence[Task]]]) -> list[str]:
    """Where the learner is, read from the files: a line a lesson."""
    widest = max(len(lesson.name) for lesson, _ in lessons)
    return [f"  {lesson.name:<{widest}}  {_written(tasks):<16}  {lesson.title}" for lesson, tasks in lessons]


def where_next(lessons: Sequence[tuple[Lesson, Sequence[Task]]]) -> str:
    """The next thing to do, as far as the files tell."""
    for lesson, tasks in lessons:
        todo = [task for task in tasks if not (task.done or task.gone)]
        if todo:
            step = f"Next: {_named(todo[0])} in lessons/{lesson.name}. Run: pytest lessons/{lesson.number:02}"
            written = any(all(task.done for task in tasks) for _, tasks in lessons)
            return step + ("\nAre the written ones any good? Run: checker check" if written else "")
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
        reached = reached and (done or name in _HIDING_NOTHING)


def _stage_rows(checked: Checked) -> Iterator[tuple[str, bool, str]]:
    verdict = checked.verdict
    if verdict.status in ("broken", "empty"):
        missing = [
            path for path in checked.lesson.starter_files if not (checked.lesson.home / path).is_file()
        ]
        if missing and checked.tasks is not None:
            text = f"{', '.join(missing)} is missing"
        else:
            text = "no test ran" if verdict.status == "empty" else "the test file cannot be read"
        yield "collect", False, text
        return
    if checked.tasks is not None:
        gone = ", ".join(task.name for task in checked.tasks if task.gone)
        yield "write", verdict.status != "todo", f"{_written(checked.tasks)} written"
        if gone:
            yield "gone", False, f"no longer in the file: {gone}"
    red = _of_stage(verdict, "reference")
    spoiled = sum(test.outcome != "passed" for test in verdict.tests) - len(red)
    only = f", {spoiled} of them only alone" if spoiled > 0 and not red else ""
    passing = len(verdict.tests) - len(red)
    yield "pass", not red, f"{passing} of {len(verdict.tests)} tests pass on the app{only}"
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
    yield (
        "leave",
        not leaks,
        f"{_count(len(leaks), 'thing')} left behind"
        if leaks
        else "no override, running app, file or variable",
    )
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
    failing = [test for test in checked.verdict.tests if test.outcome in ("failed", "error")]
    for task in checked.tasks or ():
        yield f"  {_state(task, failing)}  {_named(task)}"
    if failing:
        yield ""
        yield from _wrapped(
            f"Written, and not passing on the app: {', '.join(test.name for test in failing)}."
        )


def _state(task: Task, failing: Sequence[TestVerdict]) -> str:
    if any(test.name.partition("[")[0] == task.name for test in failing):
        return "✗ fails"
    return "✓ done " if task.done else "· gone " if task.gone else "· to do"


def _failures(verdict: Verdict, red: Sequence[Finding]) -> Iterator[str]:
    tests = {test.name: test for test in verdict.tests}
    for index, finding in enumerate(red):
        yield from _paragraphs([finding.text])
        if index < _SHOWN_FAILURES and (test := tests.get(finding.test or "")) and test.detail:
            yield from _indented(test.detail)


def _invalid(checked: Checked) -> Iterator[str]:
    """Findings about tests that pass on the app: each once, with what it costs and what to try."""
    verdict, rows = checked.verdict, lesson_promises(checked.lesson)
    named = {task.name: task.promises for task in checked.tasks or ()}
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
        if finding.promise in rows and finding.promise in named.get(finding.test or "", ()):
            text += f" {finding.promise} promises only: {rows[finding.promise]}."
        elif finding.stage == "equivalent":
            text += " See *Not promised* in the lesson's README."
        if finding.kind == "needs_another" and checked.tasks is not None:
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
    lines = []
    for area in areas:
        text = f"  {area:<{widest}}  {_area([m for m in verdict.mutants if m.variant.area == area])}"
        lines += textwrap.wrap(text, WIDTH, subsequent_indent=" " * (widest + 4), drop_whitespace=False)
    return [line.rstrip() for line in lines]


def _area(mutants: Sequence[MutantVerdict]) -> str:
    killed = sum(mutant.killed for mutant in mutants)
    crashed = [mutant for mutant in mutants if mutant.killed and not mutant.understood]
    muted = [mutant for mutant in mutants if mutant.muted]
    text = f"{'■' * killed}{'□' * (len(mutants) - killed)}  {killed} of {len(mutants)} caught"
    if crashed:
        names = sorted({kill.test for mutant in crashed for kill in mutant.killed_by})
        text += f", {len(crashed)} only by a crash in {', '.join(names)}"
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
        "-: the test is not valid; m: it notices the mutant all the same, which is muted until the test is mended."
    )


def _cell(test: TestVerdict, mutant: MutantVerdict) -> str:
    how = next((kill.how for kill in mutant.killed_by if kill.test == test.name), None)
    if how:
        return _HOW[how]
    if test.name in mutant.muted_by:
        return "m"
    return "." if test.valid else "-"


def _survivors(verdict: Verdict) -> Iterator[str]:
    for mutant in verdict.mutants:
        if not mutant.killed:
            v = mutant.variant
            yield from _wrapped(f"{v.id} ({v.area}, {v.promise}): {v.symptom} {v.expose}")


# -- words


def _next_task(checked: Checked) -> str:
    todo = [task for task in checked.tasks or () if not (task.done or task.gone)]
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
    return ", ".join(f"{areas.count(area)} in {area}" for area in dict.fromkeys(areas))


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
    """The beginning and the end: cases of one parametrised test differ at the end."""
    half = width // 2
    return text if len(text) <= width else f"{text[: width - half - 1]}…{text[-half:]}"


def _indented(text: str) -> list[str]:
    return [f"    {line}" for line in text.splitlines()]
