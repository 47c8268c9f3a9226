"""The magics of a notebook: ``%%check 03`` judges a cell, ``%hint 03`` and ``%lesson 03`` help to write it.

A cell is never run in the kernel, and nothing is written to the learner's files.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError as ShownInOneLine
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.display import display

from checker.course import cell as cells
from checker.course.lessons import Course, Lesson, find_course
from checker.course.suite import own_suite
from checker.engine.run import Interrupted
from checker.errors import UsageError, told
from checker.notebook.board import Board
from checker.notebook.board_html import as_html
from checker.notebook.origins import retold
from checker.notebook.session import Session
from checker.source import is_test_file
from checker.text import folded


class Shown:
    """Something to display: as HTML or Markdown where that can be shown, as text everywhere."""

    def __init__(self, lines: Sequence[str], **rich: str) -> None:
        self._bundle = {
            "text/plain": "\n".join(lines),
            **{f"text/{kind}": text for kind, text in rich.items()},
        }

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return self._bundle


@magics_class
class CheckerMagics(Magics):
    """What ``%load_ext checker`` brings."""

    session = Session()

    @cell_magic
    def check(self, line: str, cell: str) -> None:
        """``%%check 03``: judge this cell's tests, beside the rest of your test file."""
        with in_one_line():
            lesson = _lesson(_course(), line, "%%check")
            _show(Shown((board := judged(self.session, lesson, cell)).lines(), html=as_html(board)))

    @line_magic
    def hint(self, line: str) -> None:
        """``%hint 03 test_x``: the next hint for this test; without a name, for the first one to write."""
        from checker.showing.hints import next_hint

        with in_one_line():
            number, _, about = line.strip().partition(" ")
            course = _course()
            lesson = _lesson(course, number, "%hint")
            lines, notice = next_hint(
                course.root,
                lesson,
                about.strip(),
                lambda: self.session.check(lesson, own_suite(lesson)),
                again=f"%hint {line.strip()}",
            )
            _show(Shown([*folded(lines), *([notice] if notice else [])]))

    @line_magic
    def lesson(self, line: str) -> None:
        """``%lesson 03``: what the lesson's app promises; and its app can be imported from here on."""
        from checker.notebook.promises import as_lines, as_markdown

        with in_one_line():
            lesson = _lesson(_course(), line, "%lesson")
            if (folder := str(lesson.home)) not in sys.path:
                sys.path.insert(0, folder)
            _show(Shown(list(folded(as_lines(lesson))), markdown=as_markdown(lesson)))


def register(shell: InteractiveShell) -> None:
    """Bring the magics into a shell."""
    shell.register_magics(CheckerMagics)


def judged(session: Session, lesson: Lesson, cell: str) -> Board:
    """The board of a cell; nothing is run for one in which all is still a TODO. Raises UsageError."""
    if not cell.strip():
        raise UsageError(f"The cell is empty: write a test below %%check {lesson.number:02}.")
    text, path = _test_file(lesson)
    merged = cells.put_into(text, cell, f"lessons/{lesson.name}/{path}")
    tests, to_do = tuple(cells.judged_tests(merged.text, cell)), tuple(cells.still_to_do(cell))
    own = bool(cells.own_tests(cell))
    if to_do and set(cells.own_tests(cell)) <= set(to_do):
        return Board(tests, own, to_do)
    if not tests:
        raise UsageError("This cell has no test, and no test that is written in your file uses it.")
    suite = own_suite(lesson)
    files = {**suite.files, path: merged.text.encode()}
    checked = session.check(lesson, replace(suite, files=files))
    return Board(tests, own, to_do, retold(checked, path, merged), cells.defined_names(cell))


def _test_file(lesson: Lesson) -> tuple[str, str]:
    """The learner's test file, or the starter where it is gone: its text, and its path in the lesson."""
    [path] = [path for path in lesson.starter_files if is_test_file(path)][:1]
    file = lesson.home / path
    if not file.is_file():
        return lesson.starter_files[path], path
    try:
        return file.read_text("utf-8-sig"), path
    except UnicodeDecodeError:
        raise UsageError(
            f"lessons/{lesson.name}/{path} is not in UTF-8. Save it so, then run the cell again."
        ) from None


def _show(shown: Shown) -> None:
    display(shown)  # type: ignore[no-untyped-call]


@contextmanager
def in_one_line() -> Iterator[None]:
    """What a person is meant to read comes without a traceback, and ends the run of the notebook."""
    try:
        yield
    except Interrupted:  # by a second Ctrl-C, while the first was being obeyed
        raise KeyboardInterrupt from None
    except Exception as error:
        raise ShownInOneLine(f"checker: {told(error)}") from None


def _course() -> Course:
    return find_course(Path.cwd())


def _lesson(course: Course, line: str, magic: str) -> Lesson:
    if not line.strip():
        raise UsageError(f"Say which lesson: {magic} {course.lessons[0].number:02}")
    return course.find(line.strip())
