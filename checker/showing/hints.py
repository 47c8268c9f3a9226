"""Ladders of hints: for a task from the lesson's hints.md, for a surviving mutant from its variant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from checker.check import Checked
from checker.copies.progress import Progress, change_progress
from checker.course.lessons import Lesson
from checker.course.tasks import lesson_promises, tasks
from checker.engine.variant import Variant
from checker.errors import UsageError
from checker.judging.verdict import INVALIDATING, MutantVerdict, Verdict, base_name
from checker.showing import report
from checker.text import quoted

_HEADING = re.compile(r"^## +(.+?) *$", re.MULTILINE)
_RUNG = re.compile(r"^\d+\. ", re.MULTILINE)


@dataclass(frozen=True)
class Ladder:
    """Hints about one thing, the vaguest first."""

    about: str
    """A task's name, or a mutant's id: what progress remembers the rungs by."""
    title: str
    rungs: tuple[str, ...]


def task_ladders(hints: str) -> dict[str, Ladder]:
    """The ladders in the text of a hints.md, by the name of the task in their heading."""
    parts = _HEADING.split(hints)[1:]
    return {
        name: Ladder(name, name, _rungs(section))
        for name, section in zip(parts[::2], parts[1::2], strict=True)
    }


def _rungs(section: str) -> tuple[str, ...]:
    return tuple(" ".join(text.split()) for text in _RUNG.split(section)[1:])


def next_hint(
    root: Path, lesson: Lesson, about: str, check: Callable[[], Checked], again: str
) -> tuple[list[str], str]:
    """The next hint, about a task or whatever comes next, and a line where it could not be remembered.

    What was seen stands in the progress at the course's root. `again` is what to do for the one after. Raises
    UsageError where `about` is no task.
    """
    verdicts: list[Checked] = []

    def check_now() -> Checked:
        verdicts.append(check())
        return verdicts[0]

    ladder = ladder_named(lesson, about) if about else next_ladder(lesson, check_now)
    if ladder is None:
        return [report.next_step(verdicts[0])], ""
    seen, notice = _climb(ladder, lesson, root)
    return shown(ladder, seen, again, f"checker solution {lesson.number:02} --anyway"), notice


def _climb(ladder: Ladder, lesson: Lesson, root: Path) -> tuple[int, str]:
    """One rung more is seen; how many these are now, and a line where that cannot be remembered."""
    seen = 0

    def one_more(progress: Progress) -> Progress:
        nonlocal seen
        seen = min(progress.of(lesson).hints.get(ladder.about, 0) + 1, len(ladder.rungs))
        return progress.with_hint(lesson, ladder.about, seen)

    notice = change_progress(root, one_more)
    return seen, notice


def next_ladder(lesson: Lesson, check: Callable[[], Checked]) -> Ladder | None:
    """What to give a hint about: the first open task, else the first survivor; None where there is neither.

    Open is a task that is a TODO, or whose test is not valid; `check` is called only where no TODO is left.
    """
    ladders = task_ladders(_text(lesson))
    to_do = {task.name for task in tasks(lesson) if task.is_open}
    if ladder := _first(lesson, ladders, to_do):
        return ladder
    checked = check()
    if ladder := _first(lesson, ladders, _blamed(checked.verdict)):
        return ladder
    survivors = [mutant for mutant in checked.verdict.mutants if not mutant.killed]
    if checked.verdict.status != "survivors":
        return None
    return survivor_ladder(survivors[0], lesson.app_files, lesson_promises(lesson, no_effects=True))


def ladder_named(lesson: Lesson, name: str) -> Ladder:
    """The ladder of the task called `name`, or whose name begins so. Raises UsageError where there is none."""
    ladders = task_ladders(_text(lesson))
    found = [ladder for task, ladder in ladders.items() if name in (task, task.rpartition("::")[2])]
    found = found or [ladder for task, ladder in ladders.items() if task.startswith(name)]
    if len(found) != 1:
        problem = "has several tasks" if found else "has no task"
        named = ", ".join(ladder.about for ladder in found or ladders.values()) or "none"
        raise UsageError(f"Lesson {lesson.number:02} {problem} {name!r} with hints. There are: {named}.")
    return found[0]


def shown(ladder: Ladder, seen: int, again: str, solution: str) -> list[str]:
    """The first `seen` rungs, the new one last, and how to go on."""
    rungs = [line for index, rung in enumerate(ladder.rungs[:seen], 1) for line in _rung(index, rung)]
    last = seen == len(ladder.rungs)
    after = f"That was the last one. Our tests: {solution}"
    more = f"Try again first. The next one: {again}"
    return [f"Hint {seen} of {len(ladder.rungs)} for {ladder.title}", "", *rungs, "", after if last else more]


def _rung(index: int, text: str) -> list[str]:
    first, _, quotation = text.partition("\n\n")
    return [f"  {index}. {first}", *(["", *quoted(quotation)] if quotation else [])]


def _text(lesson: Lesson) -> str:
    path = lesson.shipped / "hints.md"
    return path.read_text("utf-8") if path.is_file() else ""


def _first(lesson: Lesson, ladders: Mapping[str, Ladder], wanted: set[str]) -> Ladder | None:
    names = [task.name for task in tasks(lesson) if task.name in wanted and task.name in ladders]
    return ladders[names[0]] if names else None


def _blamed(verdict: Verdict) -> set[str]:
    """The tests that are not valid, by name."""
    found = (finding for finding in verdict.findings if finding.stage in INVALIDATING)
    return {base_name(finding.test or "") for finding in found}


def survivor_ladder(mutant: MutantVerdict, reference: Mapping[str, str], rows: Mapping[str, str]) -> Ladder:
    """Area, promise, symptom, how to expose it, and last the planted bug itself."""
    variant = mutant.variant
    return Ladder(
        variant.id,
        f"a mutant that survives ({mutant.stand_in})",
        (
            f"It is in the area {variant.area}. Which of its promises does no test of yours look at, "
            "or only with one kind of input?",
            f"It breaks {variant.promise}: {rows.get(variant.promise, 'see the promise table')}.",
            variant.symptom,
            variant.expose,
            f"This is the bug:\n\n{_diff(reference, variant)}",
        ),
    )


def _diff(reference: Mapping[str, str], mutant: Variant) -> str:
    """The lines that the mutant changes, with those around them."""
    lines: list[str] = []
    for path, text in mutant.files.items():
        old = reference.get(path, "").splitlines()
        lines += difflib.unified_diff(old, text.splitlines(), path, f"{path}, with the bug", lineterm="")
    return "\n".join(lines)
