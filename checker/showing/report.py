"""Verdicts for people: the board and, under it, the one stage that comes next. It returns lines.

They are as long as they are: who shows them folds them (`checker.text.folded`). They read the same without
colour: every mark has a word beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from checker.check import Checked
from checker.course.lessons import Lesson
from checker.course.tasks import Task, lesson_promises, words_of_tasks
from checker.judging.matrix import matrix_lines
from checker.judging.verdict import Finding, MutantVerdict, TestVerdict, Verdict, base_name
from checker.text import bullets, count, joined, quoted

DONE, TO_DO, UNDER_WAY, LATER = "✓✗…·"

_SHOWN_FAILURES = 2  # tests whose failure is shown in full
_SHOWN_ADVICE = 3
# Which advice helps where: on what fails first, then on what is not valid, then on what is missed.
_HELPS = {
    "fails": (
        *(
            "same_name",
            "never_runs",
            "always_true",
            "async_unmarked",
            "never_awaited",
            "not_started",
            "override_unused",
        ),
        *("asserts_nothing", "never_reached"),
    ),
    "todo": ("never_runs", "always_true", "asserts_nothing", "never_reached", "status_alone"),
    "invalid": ("same_name", "never_runs", "always_true", "never_awaited", "override_unused"),
    "misses": (
        *("same_name", "never_runs", "always_true", "never_awaited", "override_unused"),
        *("asks_nothing", "asserts_nothing", "never_reached", "status_alone"),
    ),
}
# A leak, or a task that is gone, hides nothing of what comes after it.
_HIDING_NOTHING = ("leave", "gone")
_ADVICE = {
    "override_left": "Clear it where it was set: after the `yield` of the fixture, or in the tear-down.",
    "lifespan_not_stopped": "Start the app in a `with TestClient(app)` block, or stop it in the tear-down.",
    "lifespan_nested": "Let one fixture start the app, and let the others use what it yields.",
    "clock_left": "Travel in a `with` block, or call `stop()` after the `yield` of the fixture that called `start()`.",
    "env_changed": "Set it with `monkeypatch.setenv`, which puts it back.",
    "file_left": "Write to `tmp_path`.",
    "file_gone": "Work on a copy in `tmp_path`.",
}


def board(checked: Checked, *, reveal: bool = False, matrix: bool = False) -> list[str]:
    """The whole report of one lesson."""
    return joined(
        _heading(checked.lesson),
        stages(checked),
        notices(checked),
        details(checked),
        matrix_lines(checked.verdict, reveal) if matrix else (),
        _survivors(checked.verdict) if reveal else (),
        [next_step(checked)],
    )


def short_board(checked: Checked) -> list[str]:
    """The mutants by area and the next step, for the end of a pytest run."""
    return joined(details(checked), [next_step(checked)])


def next_step(checked: Checked) -> str:
    """What to do now, in a sentence or two."""
    verdict, folder = checked.verdict, f"lessons/{checked.lesson.number:02}"
    if checked.pending and verdict.status in ("undecided", "survivors", "leaky", "complete"):
        return "Checking …"
    match verdict.status:
        case "broken" | "empty" if checked.tasks is not None and _missing(checked.lesson):
            return f"To have the file back: checker reset {checked.lesson.number:02}"
        case "broken":
            return "The tests cannot be collected. Mend that first; nothing else was looked at."
        case "empty":
            return "No test ran, so there is nothing to judge yet."
        case "todo":
            return _next_task(checked)
        case "invalid":
            in_full = f" To see a failure in full: pytest {folder}" if _can_be_seen(checked) else ""
            return f"Mend that, then check again.{in_full}"
        case "undecided":
            return (
                f"{_caught(verdict)} Not decided: {_by_area(m for m in verdict.mutants if m.undecided)}. Check again, with "
                "less beside it, or give each test more time: --time-limit 30"
            )
        case "survivors":
            return f"{_caught(verdict)} Missed: {_missed(verdict)}. Stuck? checker hint {checked.lesson.number:02}"
        case "leaky":
            return f"{_caught(verdict)} What remains to mend is what the tests leave behind."
        case _:
            what = f"Lesson {checked.lesson.number:02}" if checked.tasks is not None else "This suite"
            ours = (
                f" Beside ours: checker solution {checked.lesson.number:02}"
                if checked.tasks is not None
                else ""
            )
            return f"{_caught(verdict)} {what} is complete.{ours}"


def _can_be_seen(checked: Checked) -> bool:
    """Whether plain pytest shows what is wrong: not for somebody else's suite, not for a test that hangs."""
    return checked.tasks is not None and any(f.kind == "fails" for f in checked.verdict.findings)


# -- heading and stages


def _heading(lesson: Lesson) -> list[str]:
    return [f"Lesson {lesson.number:02} · {lesson.title}", f"lessons/{lesson.name}"]


def stages(checked: Checked) -> Iterator[str]:
    """One line a stage: done, to do, under way, or waiting for the one before it."""
    reached = True
    for name, mark, text in _stage_rows(checked):
        yield f"  {mark if reached else LATER} {name:<9} {text if reached else 'later'}"
        reached = reached and (mark == DONE or name in _HIDING_NOTHING)


def _stage_rows(checked: Checked) -> Iterator[tuple[str, str, str]]:
    """Each stage's name, its mark, and what there is to say of it."""
    verdict = checked.verdict
    if verdict.status in ("broken", "empty"):
        yield "collect", TO_DO, _why_nothing_ran(checked)
        return
    if checked.tasks is not None:
        done = sum(task.done for task in checked.tasks)
        text = words_of_tasks(done, len(checked.tasks), verdict.status)
        yield "write", _mark(verdict.status != "todo"), text
        if gone := ", ".join(task.name for task in checked.tasks if task.gone):
            yield "gone", LATER, f"no longer in the file: {gone}. Renamed? Then it counts as it is"
    yield _passing(verdict)
    yield _accepting(checked)
    disorder = len(_of_stage(verdict, "order"))
    text = (
        f"{count(disorder, 'test')} not sure in every order"
        if disorder
        else "any order: backwards, and each test alone"
    )
    yield "order", _mark(not disorder, "order" in checked.pending), text
    leaks = len(_of_stage(verdict, "leak"))
    text = f"{count(leaks, 'thing')} left behind" if leaks else "no override, running app, file or variable"
    yield "leave", _mark(not leaks, "order" in checked.pending), text
    yield _catching(checked)


def _mark(done: bool, pending: bool = False) -> str:
    return TO_DO if not done else UNDER_WAY if pending else DONE


def _why_nothing_ran(checked: Checked) -> str:
    if checked.tasks is not None and (missing := _missing(checked.lesson)):
        return f"{', '.join(missing)} is missing"
    return "no test ran" if checked.verdict.status == "empty" else "the test file cannot be read"


def _missing(lesson: Lesson) -> list[str]:
    return [path for path in lesson.starter_files if not (lesson.home / path).is_file()]


def _passing(verdict: Verdict) -> tuple[str, str, str]:
    red = failing_on_reference(verdict)
    spoiled = sum(test.outcome != "passed" for test in verdict.tests) - red
    only = f", {spoiled} of them only alone" if spoiled > 0 and not red else ""
    passing = len(verdict.tests) - red
    return "pass", _mark(not red), f"{passing} of {len(verdict.tests)} tests pass on the app{only}"


def failing_on_reference(verdict: Verdict) -> int:
    """The tests that the findings are about; one finding may tell of several that were not run."""
    found = [finding.test for finding in _of_stage(verdict, "reference")]
    not_run = [test for test in verdict.tests if test.outcome == "timeout" and test.name not in found]
    return len(found) - found.count(None) + (len(not_run) if None in found else 0)


def _accepting(checked: Checked) -> tuple[str, str, str]:
    every = checked.verdict.equivalents
    accepted = sum(e.passed for e in every)
    pending = sum(e.variant.id in checked.pending for e in every)
    done = _mark(accepted + pending == len(every), bool(pending))
    return "accept", done, f"{accepted} of {len(every)} other correct apps accepted{_to_go(pending)}"


def _catching(checked: Checked) -> tuple[str, str, str]:
    every = checked.verdict.mutants
    killed = sum(mutant.killed for mutant in every)
    pending = sum(mutant.variant.id in checked.pending for mutant in every)
    done = _mark(killed + pending == len(every), bool(pending))
    return "catch", done, f"{killed} of {len(every)} mutants caught{_to_go(pending)}"


def _to_go(pending: int) -> str:
    return f", {pending} to go" if pending else ""


# -- the details of the stage that comes first


def notices(checked: Checked) -> Iterator[str]:
    """What is worth knowing in any stage."""
    return bullets(finding.text for finding in _of_stage(checked.verdict, "notice"))


def details(checked: Checked) -> list[str]:
    """What there is to know of the first stage that is not done."""
    verdict = checked.verdict
    if verdict.status == "broken":
        return joined(
            (line for f in _of_stage(verdict, "collection") for line in quoted(f.text)),
            _advice(verdict, "fails"),
        )
    if verdict.status == "empty":
        return joined(bullets(f.text for f in _of_stage(verdict, "reference")), _advice(verdict, "fails"))
    if verdict.status == "todo":
        return joined(task_list(checked), so_far(checked))
    if _of_stage(verdict, "reference"):
        return failures(checked)
    if _of_stage(verdict, "equivalent") or _of_stage(verdict, "order"):
        return joined(_invalid(checked), _advice(verdict, "invalid"))
    lost_runs = bullets(f.text for f in _of_stage(verdict, "mutant"))
    return joined(
        bullets(map(leak, _of_stage(verdict, "leak"))),
        [*areas(checked), *lost_runs],
        _advice(verdict, "misses"),
    )


def _advice(verdict: Verdict, where: str) -> Iterator[str]:
    """The first pieces of advice that help here; the rest is counted."""
    found = [f for f in _of_stage(verdict, "advice") if f.kind in _HELPS[where]]
    red = {finding.test for finding in _of_stage(verdict, "reference")}
    texts = [finding.text for finding in sorted(found, key=lambda finding: finding.test not in red)]
    if texts:
        yield from ["Worth a look:", *bullets(texts[:_SHOWN_ADVICE])]
    if (more := len(texts) - _SHOWN_ADVICE) > 0:
        yield from bullets([f"… and {more} more like these."])


def so_far(checked: Checked) -> list[str]:
    """What there is to know of the tests that are written, while others are not: what fails, else what looks at too little."""
    return failures(checked) or list(_advice(checked.verdict, "todo"))


def task_list(checked: Checked) -> Iterator[str]:
    """A line a task: done, to do, failing or gone."""
    failing = [test for test in checked.verdict.tests if test.outcome not in ("passed", "todo")]
    return (
        f"  {_state(task, failing)}  {named(task)}{_quality(checked, task)}" for task in checked.tasks or ()
    )


_TOO_LITTLE = {
    "asserts_nothing": "it asserts nothing that could fail",
    "never_reached": "it never reaches its assertion",
    "status_alone": "it looks at the status alone",
}


def _quality(checked: Checked, task: Task) -> str:
    """What a finished test catches of what the solution's test of its name catches, and what may be behind it."""
    verdict, ours = checked.verdict, checked.ours.get(task.name)
    cases = [test for test in verdict.tests if base_name(test.name) == task.name]
    if not ours or checked.pending or verdict.status == "complete" or not cases:
        return ""
    if not all(case.valid for case in cases):
        return ""
    mine = {
        mutant.variant.id
        for mutant in verdict.mutants
        if any(base_name(kill.test) == task.name for kill in mutant.killed_by)
    }
    if ours <= mine:
        return (
            f": catches all {len(ours)} that ours does"
            if len(ours) > 1
            else ": catches the one that ours does"
        )
    found = [f.kind for f in _of_stage(verdict, "advice") if base_name(f.test or "") == task.name]
    why = next((f"; {words}" for kind, words in _TOO_LITTLE.items() if kind in found), "")
    return f": catches {len(ours & mine)} of the {len(ours)} that ours does{why}"


def _state(task: Task, failing: Sequence[TestVerdict]) -> str:
    if any(base_name(test.name) == task.name for test in failing):
        return "✗ fails"
    return "✓ done " if task.done else "· gone " if task.gone else "· to do"


def failures(checked: Checked) -> list[str]:
    """The tests that do not pass on the app, the first few in full, and what may be behind it."""
    return joined(_failures(checked.verdict), _advice(checked.verdict, "fails"))


def _failures(verdict: Verdict) -> Iterator[str]:
    tests = {test.name: test for test in verdict.tests}
    for index, finding in enumerate(_of_stage(verdict, "reference")):
        yield from bullets([finding.text])
        if index < _SHOWN_FAILURES and (test := tests.get(finding.test or "")) and test.detail:
            yield from quoted(test.detail)


def _invalid(checked: Checked) -> Iterator[str]:
    """Findings about tests that pass on the app: each once, with what it costs and what to try."""
    verdict, rows = checked.verdict, lesson_promises(checked.lesson)
    named = {task.name: task.promises for task in checked.tasks or ()}
    muted = {
        test.name: sum(test.name in m.muted_by for m in verdict.mutants if m.muted) for test in verdict.tests
    }
    mended = {f.test: f" {f.text}" for f in _of_stage(verdict, "advice") if f.kind == "one_line_too_many"}
    # An app that is started twice is often what spoils the order.
    yield from bullets(leak(f) for f in _of_stage(verdict, "leak") if f.kind == "lifespan_nested")
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
        if (test := base_name(finding.test or "")) in mended:
            text += mended[test]
            mended[test] = ""
        elif bugs := muted.get(finding.test or "", 0):
            text += f" ({count(bugs, 'bug')} muted until then.)"
        yield from bullets([text])


def leak(finding: Finding) -> str:
    """What is left behind, by whom, and what to do about it."""
    return f"{finding.text} {_ADVICE[finding.kind]}"


def areas(checked: Checked) -> Iterator[str]:
    """The mutants by area: how many are caught, how many only noticed, how many muted."""
    by_area: dict[str, list[MutantVerdict]] = {}
    for mutant in checked.verdict.mutants:
        by_area.setdefault(mutant.variant.area, []).append(mutant)
    widest = max(map(len, by_area), default=0)
    return (f"  {area:<{widest}}  {_area(mutants, checked.pending)}" for area, mutants in by_area.items())


def _area(mutants: Sequence[MutantVerdict], pending: frozenset[str]) -> str:
    killed = sum(mutant.killed for mutant in mutants)
    to_go = sum(mutant.variant.id in pending for mutant in mutants)
    crashed = [mutant for mutant in mutants if mutant.killed and not mutant.understood]
    muted = [mutant for mutant in mutants if mutant.muted]
    undecided = sum(mutant.undecided for mutant in mutants)
    survived = len(mutants) - killed - undecided - to_go
    text = f"{'■' * killed}{'□' * survived}{'?' * undecided}{'·' * to_go}"
    text += f"  {killed} of {len(mutants)} caught{_to_go(to_go)}"
    if undecided:
        text += f", {undecided} undecided"
    if crashed:
        names = sorted({kill.test for mutant in crashed for kill in mutant.killed_by})
        text += f", {len(crashed)} only by a crash in {', '.join(names)}"
    if muted:
        names = sorted({name for mutant in muted for name in mutant.muted_by})
        text += f", {len(muted)} muted by {', '.join(names)}"
    return text


def _survivors(verdict: Verdict) -> Iterator[str]:
    for mutant in verdict.mutants:
        if not mutant.killed:
            v = mutant.variant
            yield f"{v.id} ({v.area}, {v.promise}): {v.symptom} {v.expose}"


# -- words


def _next_task(checked: Checked) -> str:
    todo = [task for task in checked.tasks or () if task.is_open]
    if not todo:
        names = [test.name for test in checked.verdict.tests if test.outcome == "todo"]
        return f"Still a TODO: {', '.join(names)}."
    total = len(checked.tasks or ())
    caught = any(mutant.killed for mutant in checked.verdict.mutants)
    so_far = f" So far: {_caught(checked.verdict)}" if caught else ""
    return f"{len(todo)} of {total} to write. Next: {named(todo[0])}.{so_far}"


def named(task: Task) -> str:
    """A task's name, as something to look for in the file, and the rows it is about."""
    name = f"{task.word} {task.name}".strip()
    return f"{name} ({', '.join(task.promises)})" if task.promises else name


def written(tasks: Sequence[Task]) -> str:
    return f"{sum(task.done for task in tasks)} of {len(tasks)}"


def _caught(verdict: Verdict) -> str:
    return f"{sum(mutant.killed for mutant in verdict.mutants)} of {len(verdict.mutants)} caught."


def _missed(verdict: Verdict) -> str:
    return _by_area(mutant for mutant in verdict.mutants if not mutant.killed)


def _by_area(mutants: Iterable[MutantVerdict]) -> str:
    areas = [mutant.variant.area for mutant in mutants]
    return ", ".join(f"{areas.count(area)} in {area}" for area in dict.fromkeys(areas))


def _of_stage(verdict: Verdict, stage: str) -> list[Finding]:
    return [finding for finding in verdict.findings if finding.stage == stage]
