"""The commands that write a learner's folders: a lesson's starter back, a working copy made and kept."""

from __future__ import annotations

import os
import shlex
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.app import NOT_THERE_YET, app
from checker.cli.output import print_lines, warn
from checker.course.lessons import find_course
from checker.errors import UsageError

if TYPE_CHECKING:
    from checker.course.lessons import Lesson


@app.command()
def reset(
    lesson: Annotated[str, typer.Argument(help="Number or folder.")],
    undo: Annotated[bool, typer.Option("--undo", help="Bring back what was there before.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Bring back a lesson's starter; what you had goes to a backup first."""
    from checker.copies.backups import Backups
    from checker.copies.reset import to_backup, to_starter

    course = find_course(Path.cwd())
    chosen = course.find_shipped(lesson)
    backups = Backups(course.root / ".checker" / "backups" / chosen.name)
    swap = (to_backup if undo else to_starter)(chosen, backups)
    if lines := swap.lines():
        print_lines([f"To bring back lesson {chosen.number:02}, {swap.says}:", *lines])
        _ask(yes)
    if kept := swap.carry_out(datetime.now()):
        print_lines(["", f"Done. What you had is in {os.path.relpath(kept)}", _way_back(chosen)])
    else:
        print_lines([f"Lesson {chosen.number:02} is {swap.says} already: nothing was changed."])


def _ask(yes: bool) -> None:
    """Go on, or not: by ``--yes``, or by the person at the terminal."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("Nothing was changed: without a terminal to ask at, say --yes.")
    if not typer.confirm("All that goes is kept in a backup first. Go on?"):
        print_lines(["Nothing was changed."])
        raise typer.Exit(NOT_THERE_YET)


def _way_back(lesson: Lesson) -> str:
    return f"To bring it back: checker reset {lesson.number:02} --undo"


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder, or an empty one.")],
    solutions: Annotated[bool, typer.Option("--solutions/--no-solutions", help="With ours, or not.")] = True,
) -> None:
    """Make a working copy of the course, to work through it in."""
    from checker import __version__
    from checker.copies import working_copy

    working_copy.init(folder, solutions=solutions)
    count = len(find_course(folder.resolve()).lessons)
    is_here = folder.resolve() == Path.cwd()
    print_lines(
        [f"Workbook {__version__}, {count} lessons, is {'here' if is_here else f'in {folder}'}. Begin:", ""]
    )
    print_lines([*([] if is_here else [f"    cd {shlex.quote(str(folder))}"]), "    checker watch 01"])


@app.command()
def update() -> None:
    """Bring new lessons and mended texts to a working copy; what you have edited stays as it is."""
    from checker import __version__
    from checker.copies import working_copy
    from checker.copies.update import lines

    changes, notice = working_copy.update(find_course(Path.cwd()).root)
    warn(notice)
    print_lines(lines(changes, __version__))
