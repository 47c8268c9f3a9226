"""What watch shows of a check, in lines: the same for both ways of showing it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.check import Checked
from checker.course.lessons import Lesson
from checker.course.tasks import lesson_promises
from checker.showing import report
from checker.text import count, joined

_OWN_STAGES = ("collect", "write", "pass")


def now(checked: Checked, offer: str = "") -> list[str]:
    """What matters most at this moment: the next step, and what there is to know for it."""
    return joined(
        [report.next_step(checked), *([offer] if offer else [])],
        _next_promises(checked),
        report.details(checked) if checked.verdict.status != "todo" else report.so_far(checked),
        report.notices(checked),
    )


def around(checked: Checked) -> list[str]:
    """Where one is: the stages, and the tasks."""
    can_be_read = checked.verdict.status != "broken"
    return joined(report.stages(checked), report.task_list(checked) if can_be_read else ())


def first_result(checked: Checked) -> str:
    """The learner's own tests on the app, in a line."""
    rows = (line.split(maxsplit=2) for line in report.stages(checked))
    return ", ".join(text for _, stage, text in rows if stage in _OWN_STAGES and text != "later")


def state(checked: Checked) -> str:
    """How far the check is."""
    if checked.pending:
        return f"checking … {count(len(checked.pending), 'app')} to go"
    return f"checked in {checked.seconds:.1f} s"


def offer(checked: Checked, after: Lesson | None) -> str:
    """What comes after a complete lesson; empty while it is not."""
    if checked.pending or checked.verdict.status != "complete":
        return ""
    return f"Next is lesson {after.number:02}, {after.title}." if after else "It was the last lesson."


def _next_promises(checked: Checked) -> Iterator[str]:
    """The rows that the first open task is about, unless there is something else to look at first."""
    if checked.verdict.status != "todo" or report.failures(checked):
        return
    rows = lesson_promises(checked.lesson)
    for task in checked.tasks or ():
        if task.is_open:
            yield from (f"  {row}  {rows[row]}" for row in task.promises if row in rows)
            return


def neighbour(lessons: Sequence[Lesson], lesson: Lesson, step: int) -> Lesson | None:
    """The lesson `step` places after this one; None where there is none."""
    index = [other.name for other in lessons].index(lesson.name) + step
    return lessons[index] if 0 <= index < len(lessons) else None
