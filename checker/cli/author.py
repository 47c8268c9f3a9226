"""The commands for authors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checker.cli.app import NOT_THERE_YET, app
from checker.cli.output import print_lines
from checker.course.lessons import Course, Lesson, find_course


@app.command()
def verify(
    lessons: Annotated[list[str] | None, typer.Argument(help="Numbers or folders; none: all.")] = None,
    variants: Annotated[
        Path | None, typer.Option("--variants", metavar="DIR", help="With variants of your own in it.")
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Write anew what the solution's tests catch; check nothing.")
    ] = False,
) -> None:
    """Check every promise that the course makes about its lessons. For authors."""
    from checker import verify as course_checks

    root = find_course(Path.cwd()).root
    course = Course(root, root, variants)  # what an author has changed, not what is installed
    course.require_unpublished()
    chosen = [course.find(spelling) for spelling in lessons or []] or course.lessons
    if record:
        _write_records(course, chosen)
        return
    failed = False
    for lesson, check, problems in course_checks.verify(course, chosen):
        for problem in problems:
            word = "warning" if check.is_warning else "FAILED"
            print_lines([f"{word}  {lesson.name}: {check.name}: {problem}"])
            failed = failed or not check.is_warning
        if not problems:
            print_lines([f"ok       {lesson.name}: {check.name}"])
    if failed:
        raise typer.Exit(NOT_THERE_YET)


def _write_records(course: Course, lessons: list[Lesson]) -> None:
    from checker.course.kills import FILE
    from checker.verify import records

    for lesson, text in records(course, lessons):
        path = lesson.solution / FILE
        path.write_text(text, "utf-8", newline="\n")
        print_lines([f"  {path.relative_to(course.root).as_posix()}"])


@app.command()
def new(name: Annotated[str, typer.Argument(help="Number and topic, such as 17_topic.")]) -> None:
    """Write the skeleton of a new lesson. For authors."""
    from checker.course.new import new_lesson

    course = find_course(Path.cwd())
    written = new_lesson(course, name)
    print_lines([f"  {path.relative_to(course.root).as_posix()}" for path in written])
    print_lines(["", f"A draft. Write it, then: checker verify {name[:2]}. CONTRIBUTING.md says how."])


@app.command("refresh-notebooks")
def refresh_notebooks(
    lessons: Annotated[list[str] | None, typer.Argument(help="Numbers or folders; none: all.")] = None,
) -> None:
    """Run the notebooks again and write what they say, the solved ones too. For authors."""
    from checker.notebook import places
    from checker.notebook.refresh import refresh

    root = find_course(Path.cwd()).root
    course = Course(root, shipped=root)
    chosen = [course.find(spelling) for spelling in lessons or []]
    for lesson in chosen or [one for one in course.lessons if places.shipped(root, one).is_file()]:
        for path in refresh(course, lesson):
            print_lines([f"  {path.relative_to(root).as_posix()}"])
