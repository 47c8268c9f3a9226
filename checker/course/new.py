"""`checker new`: a lesson skeleton that `checker verify` accepts as a draft."""

from __future__ import annotations

from pathlib import Path
from string import Template

from checker.course.lessons import LESSON_NAME, Course
from checker.errors import UsageError

_SKELETON = Path(__file__).with_name("skeleton")


def new_lesson(course: Course, name: str) -> list[Path]:
    """Write the skeleton of a lesson called `name`, such as ``17_topic``; the files written, in order.

    Raises UsageError where the name is not of that form, or its number or names are taken.
    """
    match = LESSON_NAME.fullmatch(name)
    if not match:
        raise UsageError(
            f"{name!r} is no name for a lesson: two digits, then a topic in small letters, as 17_topic."
        )
    number, slug = match.groups()
    _refuse_taken(course, number, slug)
    words = {"number": number, "app": f"{slug}_api", "title": slug.replace("_", " ").capitalize()}
    written = []
    for part, folder in (("lesson", "lessons"), ("solution", "solutions")):
        for source in sorted(path for path in (_SKELETON / part).iterdir() if path.is_file()):
            target = course.root / folder / name / _target_name(source.name, slug)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(Template(source.read_text("utf-8")).substitute(words), "utf-8")
            written.append(target)
    return written


def _refuse_taken(course: Course, number: str, slug: str) -> None:
    for lesson in course.lessons:
        if lesson.number == int(number):
            raise UsageError(f"Lesson {number} is there already: {lesson.name}. Take another number.")
        if {f"test_{slug}.py", f"{slug}_api.py"} & {*lesson.starter_files, *lesson.app_files}:
            raise UsageError(f"{lesson.name} has files of that topic already. Take another topic.")


def _target_name(source: str, slug: str) -> str:
    return {"app.py": f"{slug}_api.py", "test.py": f"test_{slug}.py"}.get(source, source)
