"""The commands for instructors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checker.cli.app import NOT_THERE_YET, TimeLimit, app
from checker.cli.output import grading_progress, print_lines
from checker.course.lessons import SHIPPED_COURSE, Course, find_course
from checker.engine.run import TIME_LIMIT
from checker.errors import UsageError
from checker.grading import require_libraries
from checker.grading.model import Level

_Out = Annotated[
    Path, typer.Option("--out", metavar="OUT", help="The folder of the gradebook and the reports.")
]
_Book = Annotated[str, typer.Option("--gradebook", metavar="URL", help="A database; else OUT/gradebook.db.")]
_Policy = Annotated[
    Path | None,
    typer.Option("--policy", metavar="TOML", help="What verdicts earn; else OUT's, else the score, of 10."),
]
_Feedback = Annotated[Level, typer.Option("--feedback", help="How much the learners' pages tell.")]


_ZeroUnusable = Annotated[
    bool, typer.Option("--zero-unusable", help="0 for what was handed in and is no suite; else no mark.")
]


@app.command()
def grade(
    submissions: Annotated[Path, typer.Argument(metavar="SUBMISSIONS", help="A folder, an entry a learner.")],
    out: _Out,
    lesson: Annotated[
        str | None, typer.Option("--lesson", metavar="NN", help="The only lesson; files may then lie bare.")
    ] = None,
    roster: Annotated[
        Path | None, typer.Option("--roster", metavar="CSV", help="The class: id, name, e-mail, team.")
    ] = None,
    variants: Annotated[
        Path | None, typer.Option("--variants", metavar="DIR", help="Mutants and equivalents of your own.")
    ] = None,
    policy: _Policy = None,
    zero_unusable: _ZeroUnusable = False,
    feedback: _Feedback = "count",
    gradebook: _Book = "",
    add: Annotated[
        bool, typer.Option("--add", help="Keep those whom OUT has and SUBMISSIONS has not.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Grade also what has not changed.")] = False,
    sandbox: Annotated[
        bool, typer.Option("--sandbox/--no-sandbox", help="--no-sandbox runs everybody's code as you.")
    ] = True,
    jobs: Annotated[int | None, typer.Option("--jobs", help="Suites at a time.", min=1, max=256)] = None,
    limit: TimeLimit = TIME_LIMIT,
) -> None:
    """Grade a class. The same command again goes on where it was, and grades what has changed."""
    require_libraries()
    from checker.grading.kept_policy import policy_in_force
    from checker.grading.opening import open_gradebook, place
    from checker.grading.outputs import write_all
    from checker.grading.session import Wish, grade_into, locked, require_apart

    earns = policy_in_force(out, policy, zero_unusable=zero_unusable)
    wish = Wish(
        _course(variants), submissions, out, gradebook, lesson, roster, again, add, sandbox, jobs, limit
    )
    require_apart(out, submissions)
    with locked(out):
        try:
            with grading_progress() as progress:
                graded = grade_into(wish, progress)
        except KeyboardInterrupt:
            typer.echo(
                "Stopped. Every verdict so far is kept; the same command goes on from there.", err=True
            )
            raise
        print_lines(graded.lines())  # whatever becomes of the reports
        with open_gradebook(place(out, gradebook)) as book:
            print_lines(write_all(graded.result, earns, out, feedback, submissions.name, book.suites_of))
    if graded.tally.failed or graded.tally.undecided:
        raise typer.Exit(NOT_THERE_YET)


@app.command()
def report(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The folder of a grading.")],
    policy: _Policy = None,
    zero_unusable: _ZeroUnusable = False,
    feedback: _Feedback = "count",
    gradebook: _Book = "",
) -> None:
    """Write the class's report and pages again, from the gradebook: nothing is graded."""
    require_libraries()
    from checker.grading.kept_policy import policy_in_force
    from checker.grading.opening import open_gradebook, place
    from checker.grading.outputs import write_all

    earns = policy_in_force(out, policy, zero_unusable=zero_unusable)
    with open_gradebook(place(out, gradebook)) as book:
        result = book.read()
        print_lines(filter(None, [result.not_graded_yet()]))
        print_lines(write_all(result, earns, out, feedback, out.resolve().name, book.suites_of))


@app.command()
def export(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The folder of a grading.")],
    format: Annotated[
        str,
        typer.Option("--format", help="csv, json, junit, gradescope, classroom50, canvas or moodle."),
    ],
    file: Annotated[
        Path | None,
        typer.Option("--file", help="Your own file to fill in: canvas, moodle. It stays as it is."),
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", metavar="DIR", help="Where to; else OUT/export.")] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="NN=TITLE", help="What goes where: a lesson or total, and a title."),
    ] = None,
    keep_comments: Annotated[
        bool, typer.Option("--keep-comments", help="Moodle: leave the comments that are there.")
    ] = False,
    policy: _Policy = None,
    zero_unusable: _ZeroUnusable = False,
    feedback: _Feedback = "count",
    gradebook: _Book = "",
) -> None:
    """Hand marks to a learning platform, from the gradebook."""
    require_libraries()
    from checker.grading.exports import export as write_export
    from checker.grading.kept_policy import policy_in_force
    from checker.grading.opening import open_gradebook, place
    from checker.grading.outputs import feedback_texts

    earns = policy_in_force(out, policy, zero_unusable=zero_unusable)
    with open_gradebook(place(out, gradebook)) as book:
        result = book.read()
    print_lines(filter(None, [result.not_graded_yet()]))
    columns = dict(map(_column, column or []))
    texts = feedback_texts(format, result, earns.policy, feedback, columns)
    to = to or out / "export"
    lines = write_export(format, result, earns.policy, to, file, columns, texts, keep_comments=keep_comments)
    print_lines([*lines, earns.line()])


@app.command()
def mark(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The folder of a grading.")],
    learner: Annotated[str, typer.Argument(metavar="LEARNER", help="Their id, as grades.csv has it.")],
    lesson: Annotated[str, typer.Argument(metavar="LESSON", help="Its number.")],
    points: Annotated[str | None, typer.Option("--points", help="What they get, such as 7.5.")] = None,
    because: Annotated[
        str, typer.Option("--because", help="The reason; everybody who sees the mark sees it.")
    ] = "",
    clear: Annotated[
        bool, typer.Option("--clear", help="Take the mark back: what is graded counts.")
    ] = False,
    policy: _Policy = None,
    feedback: _Feedback = "count",
    gradebook: _Book = "",
) -> None:
    """Set a mark by hand: it stands, whatever is graded, and every page says so."""
    require_libraries()
    from checker.grading.by_hand import changed
    from checker.grading.kept_policy import policy_in_force
    from checker.grading.opening import open_gradebook, place
    from checker.grading.outputs import write_all
    from checker.grading.session import locked

    earns = policy_in_force(out, policy)
    with open_gradebook(place(out, gradebook)) as book, locked(out):
        change = changed(
            book.read(), book.lessons(), earns.policy, learner, lesson, points, because, clear=clear
        )
        book.set_mark(change.learner, change.lesson, change.mark)
        print_lines([change.line()])
        print_lines(write_all(book.read(), earns, out, feedback, out.resolve().name, book.suites_of))


@app.command()
def pack(
    student: Annotated[Path, typer.Option("--student", metavar="OUT", help="The folder to make.")],
    exam: Annotated[bool, typer.Option("--exam", help="Without hints, and for plain pytest.")] = False,
    lesson: Annotated[
        list[str] | None, typer.Option("--lesson", metavar="NN", help="Of an exam: these lessons alone.")
    ] = None,
    ci: Annotated[
        str, typer.Option("--ci", metavar="HOST", help="github, gitlab: the board of what is pushed there.")
    ] = "",
    workbook: Annotated[
        str,
        typer.Option("--workbook", metavar="WHAT", help="With --ci: what pip installs the workbook from."),
    ] = "",
) -> None:
    """Make the folder that a class gets: the course without its solutions."""
    from checker.grading.ci import pipeline
    from checker.grading.pack import pack as make_folder

    if lesson and not exam:
        raise UsageError("--lesson goes with --exam.")
    if ci and exam:
        raise UsageError("--ci runs the checker, which an exam goes without: leave --ci or --exam out.")
    if workbook and not ci:
        raise UsageError("--workbook goes with --ci.")
    course = _course()
    extra = pipeline(ci, workbook) if ci else {}
    only = [course.find(spelling) for spelling in lesson or []]
    print_lines(make_folder(course, student, exam, only, extra))


def _course(variants: Path | None = None) -> Course:
    """The course that is graded by: the one here, else as it was shipped."""
    try:
        root = find_course(Path.cwd()).root
    except UsageError:
        root = SHIPPED_COURSE
    course = Course(root, variants=variants)
    course.require_unpublished()
    return course


def _column(text: str) -> tuple[str, str]:
    what, equals, title = text.partition("=")
    if not equals or not what or not title:
        raise UsageError(f"--column {text!r}: write a lesson's number or total, =, and the column's title.")
    return what, title
