"""The command line: the only place that prints and that knows exit codes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.errors import HarnessError, UsageError

if TYPE_CHECKING:
    from checker.check import Checked
    from checker.lessons import Course, Lesson
    from checker.suite import Suite

NOT_THERE_YET, USAGE, HARNESS = 1, 2, 3

_ASCII = str.maketrans({"✓": "+", "✗": "x", "·": "-", "■": "#", "□": "_", "…": "..."})
_COLOURS = {
    "^Lesson .*": "bold",
    "^  ✓": "green",
    "^  ✗": "red",
    "■+": "green",
    "□+": "red",
    "^ +· .*": "dim",
}

app = typer.Typer(
    help="Are your tests any good? The checker runs them against apps with a bug in each.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command; an expected error is one line on stderr."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        app()
    except UsageError as error:
        _fail(str(error), USAGE)
    except HarnessError as error:
        _fail(f"{error} This says nothing about the tests.", HARNESS)
    except (OSError, UnicodeDecodeError) as error:
        _fail(f"A file cannot be used: {error}", USAGE)
    except Exception as error:
        if os.environ.get("CHECKER_TRACEBACK"):
            raise
        what = f"{type(error).__name__}: {error}".replace("\n", " ")
        _fail(f"A bug in the checker: {what}. Set CHECKER_TRACEBACK=1 to see where, and report it.", HARNESS)


@app.callback(invoke_without_command=True)
def where(context: typer.Context) -> None:
    """Where you are and what is next."""
    if context.invoked_subcommand is None:
        list_lessons()


@app.command("list")
def list_lessons() -> None:
    """The lessons, how much of each is written, and what is next; nothing is run."""
    from checker import report
    from checker.tasks import tasks

    lessons = [(lesson, tasks(lesson)) for lesson in _course().lessons]
    _print([*report.progress(lessons), "", report.where_next(lessons)])


@app.command()
def check(
    lessons: Annotated[
        list[str] | None, typer.Argument(help="Numbers or folders; none: the first unfinished.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every lesson.")] = False,
    solution: Annotated[bool, typer.Option("--solution", help="Judge our solution, not your tests.")] = False,
    suite: Annotated[Path | None, typer.Option(help="Judge this file or folder of tests.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Name the mutants that survive; this spoils.")
    ] = False,
    matrix: Annotated[bool, typer.Option("--matrix", help="Show which test catches which mutant.")] = False,
    fork: Annotated[
        bool | None, typer.Option("--fork/--no-fork", help="How runs start.", show_default="by platform")
    ] = None,
    limit: Annotated[
        float, typer.Option("--time-limit", help="Seconds that one run may take.", min=0.1, max=3600)
    ] = 10.0,
) -> None:
    """Judge a lesson's tests by the bugs they catch."""
    from checker import as_json as documents
    from checker import report

    named = lessons or []
    if every and named:
        raise UsageError("--all goes without lesson numbers: checker check --all.")
    if suite and (solution or len(named) != 1):
        raise UsageError(
            "--suite goes with one lesson and without --solution: checker check 01 --suite FILE."
        )
    checks = _checks(named, solution, suite, fork, limit)
    if not named and not every:
        checks = iter([_first_unfinished(checks)])
    checked: list[Checked] = []
    for one in checks:
        if not as_json:
            _print([*([""] if checked else []), *report.board(one, reveal=reveal, matrix=matrix)])
        checked.append(one)
    if as_json and (every or len(named) > 1):
        _print_json(documents.several_document(checked, reveal))
    elif as_json:
        _print_json(documents.one_document(checked[0], reveal))
    if any(one.verdict.status != "complete" for one in checked):
        raise typer.Exit(NOT_THERE_YET)


@app.command()
def verify(
    lessons: Annotated[list[str] | None, typer.Argument(help="Numbers or folders; none: all.")] = None,
) -> None:
    """Check every promise that the course makes about its lessons. For authors."""
    from checker import verify as course_checks
    from checker.lessons import Course

    root = _course().root
    course = Course(root, shipped=root)  # what an author has changed, not what is installed
    chosen = [course.find(spelling) for spelling in lessons or []] or course.lessons
    failed = False
    for lesson, check, problems in course_checks.verify(course, chosen):
        for problem in problems:
            word = "warning" if check.is_warning else "FAILED"
            _print([f"{word}  {lesson.name}: {check.name}: {problem}"])
            failed = failed or not check.is_warning
        if not problems:
            _print([f"ok       {lesson.name}: {check.name}"])
    if failed:
        raise typer.Exit(NOT_THERE_YET)


@app.command()
def new(name: Annotated[str, typer.Argument(help="Number and topic, such as 17_topic.")]) -> None:
    """Write the skeleton of a new lesson. For authors."""
    from checker.new import new_lesson

    course = _course()
    written = new_lesson(course, name)
    _print([f"  {path.relative_to(course.root).as_posix()}" for path in written])
    _print(["", f"A draft. Write it, then: checker verify {name[:2]}. CONTRIBUTING.md says how."])


def _checks(
    named: list[str], solution: bool, suite: Path | None, fork: bool | None, limit: float
) -> Iterator[Checked]:
    """The verdicts on the lessons named, or on all, one after the other as they are known."""
    from checker.check import check_with, warm_runner
    from checker.runner import CAN_FORK

    course = _course()
    lessons = [course.find(spelling) for spelling in named] or course.lessons
    suites = [_suite(lesson, solution, suite) for lesson in lessons]
    with warm_runner(lessons, suites, fork=CAN_FORK if fork is None else fork) as runner:
        for lesson, chosen in zip(lessons, suites, strict=True):
            yield check_with(runner, lesson, chosen, strict=solution, limit=limit)


def _suite(lesson: Lesson, solution: bool, path: Path | None) -> Suite:
    from checker.suite import own_suite, solution_suite, suite_at

    if path:
        return suite_at(path, lesson)
    return solution_suite(lesson) if solution else own_suite(lesson)


def _first_unfinished(checks: Iterable[Checked]) -> Checked:
    """The first verdict that is not complete, or the last of all."""
    for checked in checks:
        if checked.verdict.status != "complete":
            break
    return checked


def _course() -> Course:
    from checker.lessons import find_course

    return find_course(Path.cwd())


def _print(lines: Iterable[str]) -> None:
    """Print with a little colour where the terminal wants it; the words say the same without."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    plain = not console.encoding.lower().startswith("utf")
    for line in lines:
        text = Text(line.translate(_ASCII) if plain else line)
        for pattern, style in _COLOURS.items():
            text.highlight_regex(pattern, style)
        console.print(text)


def _print_json(document: object) -> None:
    typer.echo(json.dumps(document, indent=2))


def _fail(message: str, code: int) -> None:
    typer.echo(f"checker: {message}", err=True)
    sys.exit(code)
