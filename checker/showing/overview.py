"""Where a learner is in the course: a line a lesson, and what is next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.copies.progress import LessonProgress, key_of, load_progress
from checker.course.lessons import Course, Lesson
from checker.course.suite import own_suite
from checker.course.tasks import Task, tasks
from checker.showing.report import DONE, LATER, named, written
from checker.text import count, joined

_NAME = 23  # characters of a lesson's name, for lines that stand below each other


@dataclass(frozen=True)
class Position:
    """How far one lesson is: what its files say now, and what is remembered of it."""

    lesson: Lesson
    tasks: Sequence[Task]
    remembered: LessonProgress
    key: str
    """What a check would judge now, as `checker.copies.progress.key_of` says."""

    @property
    def to_do(self) -> list[Task]:
        """The tasks that are still TODOs."""
        return [task for task in self.tasks if task.is_open]

    @property
    def is_known(self) -> bool:
        """Whether the last check judged what is there now."""
        return self.remembered.key == self.key

    @property
    def is_complete(self) -> bool:
        """Whether the last check judged what is there now, and found nothing to do."""
        return self.is_known and self.remembered.status == "complete"


def positions_in(course: Course) -> tuple[list[Position], str]:
    """How far each lesson is, and a line where what was remembered could not be used."""
    progress = load_progress(course.root)
    positions = [
        Position(lesson, tasks(lesson), progress.of(lesson), _key_now(lesson)) for lesson in course.lessons
    ]
    return positions, progress.notice


def _key_now(lesson: Lesson) -> str:
    """Nothing known fits a suite that cannot be read; a check of it says why."""
    try:
        return key_of(lesson, own_suite(lesson))
    except OSError:
        return "cannot be read"


def overview(positions: Sequence[Position]) -> list[str]:
    """A bar for the course, a line a lesson, and the next thing to do."""
    return joined([bar(positions)], map(line, positions), next_thing(positions))


def bar(positions: Sequence[Position]) -> str:
    """How many lessons are complete."""
    complete = sum(position.is_complete for position in positions)
    squares = "■" * complete + "□" * (len(positions) - complete)
    return f"{squares}  {complete} of {len(positions)} lessons complete"


def line(position: Position) -> str:
    """One lesson: what is written, what it catches, how many hints were seen."""
    mark = DONE if position.is_complete else LATER
    hints = sum(position.remembered.hints.values())
    parts = [
        f"{written(position.tasks)} written",
        _caught(position) or position.lesson.title,
        count(hints, "hint") if hints else "",
    ]
    return f"  {mark} {position.lesson.name:<{_NAME}}  {'  '.join(part for part in parts if part)}"


def _caught(position: Position) -> str:
    remembered = position.remembered
    if not remembered.status or position.to_do:
        return ""
    if not position.is_known:
        return "changed since its check"
    state = {
        "complete": "complete",
        "survivors": "",
        "leaky": "leaves things behind",
        "undecided": "to be checked again",
    }
    told = state.get(remembered.status, "tests to mend")
    return ", ".join(part for part in (f"{remembered.killed} of {remembered.mutants} caught", told) if part)


def next_thing(positions: Sequence[Position]) -> list[str]:
    """What to do now: the first lesson that is not complete."""
    position = current(positions)
    number, to_do = f"{position.lesson.number:02}", position.to_do
    if position.is_complete:
        return ["Every lesson is complete."]
    if to_do:
        name = f"{named(to_do[0])} in lessons/{position.lesson.name}"
        return [f"Next: {name}.", f"Run: pytest lessons/{number}    Stuck? checker hint {number}"]
    if not position.is_known:
        return [f"Every test of lesson {number} is written. Are they any good? Run: checker check {number}"]
    return [f"Next: lesson {number}. Run: checker check {number}    Stuck? checker hint {number}"]


def current(positions: Sequence[Position]) -> Position:
    """The first lesson that is not complete, or the last of all."""
    return next((position for position in positions if not position.is_complete), positions[-1])
