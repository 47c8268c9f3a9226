"""A lesson's promises, for a notebook. Pure but for the reading of the lesson's README."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.course.lessons import Lesson
from checker.course.tasks import lesson_promises

_TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)
_NOT_PROMISED = re.compile(r"^\*Not promised\*.*?(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)


def as_lines(lesson: Lesson) -> Iterator[str]:
    """The rows, and what is not promised."""
    yield f"Lesson {lesson.number:02} · {lesson.title}: what the app promises"
    yield ""
    yield from (f"  {row}  {text}" for row, text in lesson_promises(lesson).items())
    if free := not_promised(_readme(lesson)):
        yield from ["", " ".join(free.replace("*", "").split())]


def as_markdown(lesson: Lesson) -> str:
    """The promise table as the README has it, and what is not promised."""
    readme = _readme(lesson)
    table = next((table for table in _TABLE.findall(readme) if "| P1 |" in table), "")
    return f"{table}\n{not_promised(readme)}"


def _readme(lesson: Lesson) -> str:
    return (lesson.shipped / "README.md").read_text("utf-8")


def not_promised(readme: str) -> str:
    """What a README says that nothing is promised of; empty where it does not."""
    match = _NOT_PROMISED.search(readme)
    return match[0] if match else ""
