"""The commands for learners."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker import __version__
from checker.cli.app import HARNESS, NOT_THERE_YET, TimeLimit, app
from checker.cli.output import is_capable_terminal, print_diff, print_json, print_lines, print_markdown, warn
from checker.course.lessons import find_course
from checker.engine.run import TIME_LIMIT
from checker.errors import UsageError

if TYPE_CHECKING:
    from checker.check import Checked
    from checker.course.lessons import Course, Lesson
    from checker.course.suite import Suite


@app.callback(invoke_without_command=True)
def where(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is, and leave.")] = False,
) -> None:
    """Where you are and what is next."""
    if version:
        print_lines([f"FastAPI Testing Workbook {__version__}"])
        raise typer.Exit
    if context.invoked_subcommand is None:
        list_lessons()


@app.command("list")
def list_lessons() -> None:
    """The lessons, how far each is, and what is next; nothing is run."""
    from checker.showing.overview import overview, positions_in

    positions, notice = positions_in(find_course(Path.cwd()))
    print_lines(overview(positions))
    warn(notice)


@app.command()
def watch(
    lesson: Annotated[
        str | None, typer.Argument(help="Number or folder; none: the first unfinished.")
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Lines that scroll, not a full screen.")] = False,
    limit: TimeLimit = TIME_LIMIT,
) -> None:
    """Judge the lesson again on every save."""
    course = find_course(Path.cwd())
    chosen = lessons_named(course, [lesson] if lesson else [])[0]
    if plain or not is_capable_terminal():
        from checker.watch.plain import watch_plain

        with contextlib.suppress(KeyboardInterrupt):
            watch_plain(course.lessons, chosen, print_lines, limit)
    else:
        from checker.watch.screen import WatchApp

        screen = WatchApp(course, chosen, limit)
        screen.run()
        if screen.return_code:
            raise typer.Exit(HARNESS)


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
    limit: TimeLimit = TIME_LIMIT,
) -> None:
    """Judge a lesson's tests by the bugs they catch."""
    from checker.showing import as_json as documents
    from checker.showing import report

    named = lessons or []
    if every and named:
        raise UsageError("--all goes without lesson numbers: checker check --all.")
    if suite and (solution or len(named) != 1):
        raise UsageError(
            "--suite goes with one lesson and without --solution: checker check 01 --suite FILE."
        )
    course = find_course(Path.cwd())
    chosen = course.lessons if every else lessons_named(course, named)
    checked: list[Checked] = []
    for one in _checks(course, chosen, solution, suite, fork, limit):
        if not as_json:
            print_lines([*([""] if checked else []), *report.board(one, reveal=reveal, matrix=matrix)])
        checked.append(one)
    if as_json and (every or len(named) > 1):
        print_json(documents.several_document(checked, reveal))
    elif as_json:
        print_json(documents.one_document(checked[0], reveal))
    if any(one.verdict.status != "complete" for one in checked):
        raise typer.Exit(NOT_THERE_YET)


@app.command()
def hint(
    lesson: Annotated[
        str | None, typer.Argument(help="Number or folder; none: the first unfinished.")
    ] = None,
    about: Annotated[str | None, typer.Option("--for", help="A task's name, or its beginning.")] = None,
) -> None:
    """The next hint: for the first open task, then for the first bug that your tests miss."""
    from checker.showing.hints import next_hint

    course = find_course(Path.cwd())
    chosen = lessons_named(course, [lesson] if lesson else [])[0]

    def check_now() -> Checked:
        [checked] = _checks(course, [chosen], False, None, None, TIME_LIMIT)
        return checked

    again = f"checker hint {chosen.number:02}" + (f" --for {about}" if about else "")
    lines, notice = next_hint(course.root, chosen, about or "", check_now, again)
    print_lines(lines)
    warn(notice)


@app.command()
def solution(
    lesson: Annotated[str, typer.Argument(help="Number or folder.")],
    anyway: Annotated[bool, typer.Option("--anyway", help="Also before the lesson is complete.")] = False,
) -> None:
    """Our solution beside yours: what each test earns, a diff, and the debrief."""
    from checker.course.suite import own_suite, solution_suite
    from checker.judging import comparison
    from checker.judging.matrix import matrix_lines
    from checker.showing import report

    course = find_course(Path.cwd())
    chosen = course.find(lesson)
    [yours] = _checks(course, [chosen], False, None, None, TIME_LIMIT)
    if yours.verdict.status != "complete" and not anyway:
        print_lines(
            [
                report.next_step(yours),
                f"The solution is for afterwards. To see it now: checker solution {lesson} --anyway",
            ]
        )
        raise typer.Exit(NOT_THERE_YET)
    [ours] = _checks(course, [chosen], True, None, None, TIME_LIMIT)
    print_lines(["Which of your tests earn their keep", "", *comparison.earnings(yours.verdict), ""])
    print_lines([*matrix_lines(yours.verdict, reveal=True), ""])
    print_lines(["Beside ours", "", *comparison.differences(yours.verdict, ours.verdict), ""])
    print_diff(
        [
            "From yours to ours",
            "",
            *comparison.suite_diff(own_suite(chosen).files, solution_suite(chosen).files),
            "",
        ]
    )
    print_markdown((chosen.solution / "README.md").read_text("utf-8"))


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def notebook(
    context: typer.Context,
    lesson: Annotated[
        str | None, typer.Argument(help="Number or folder; none: the first unfinished.")
    ] = None,
) -> None:
    """Open the lesson's notebook in JupyterLab, which gets all other options, such as --no-browser."""
    from checker.notebook.lab import open_lab
    from checker.notebook.places import notebook_of

    course = find_course(Path.cwd())
    [chosen] = lessons_named(course, [lesson] if lesson else [])
    open_lab(course.root, notebook_of(course.root, chosen), context.args)


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Is this machine ready? One line a check: ok, or what is wrong and what to do."""
    from checker.doctor import diagnosis, examine

    found = []
    for name, one in examine(_course_or_none()):
        found.append((name, one))
        if not as_json:
            print_lines(diagnosis.lines(name, one))
    diagnoses = [one for _, one in found]
    if as_json:
        print_json(diagnosis.document(found))
    else:
        print_lines(["", diagnosis.summary(diagnoses)])
    if not diagnosis.is_ready(diagnoses):
        raise typer.Exit(NOT_THERE_YET)


def _course_or_none() -> Course | None:
    try:
        return find_course(Path.cwd())
    except UsageError:
        return None


def lessons_named(course: Course, spellings: list[str]) -> list[Lesson]:
    """The lessons that were named; where none was, the one we stand in, or the first that is not complete."""
    from checker.showing.overview import current, positions_in

    if spellings:
        return [course.find(spelling) for spelling in spellings]
    here = [lesson for lesson in course.lessons if Path.cwd().is_relative_to(lesson.home)]
    return here or [current(positions_in(course)[0]).lesson]


def _checks(
    course: Course, lessons: list[Lesson], solution: bool, suite: Path | None, fork: bool | None, limit: float
) -> Iterator[Checked]:
    """The verdicts on the lessons, one after the other as they are known; those on own suites are remembered."""
    from checker.check import check_with, warm_runner
    from checker.copies.progress import key_of, record_check
    from checker.engine.runner import CAN_FORK

    suites = [_suite(lesson, solution, suite) for lesson in lessons]
    with warm_runner(lessons, suites, fork=CAN_FORK if fork is None else fork) as runner:
        for lesson, chosen in zip(lessons, suites, strict=True):
            checked = check_with(runner, lesson, chosen, strict=solution, limit=limit)
            if not (solution or suite):
                warn(record_check(course.root, checked, key_of(lesson, chosen)))
            yield checked


def _suite(lesson: Lesson, solution: bool, path: Path | None) -> Suite:
    from checker.course.suite import own_suite, solution_suite, suite_at

    if path:
        return suite_at(path, lesson)
    return solution_suite(lesson) if solution else own_suite(lesson)
