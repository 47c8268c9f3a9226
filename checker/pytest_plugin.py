"""The learner's pytest plugin: ``pytest lessons/03`` finds its folder, and a green lesson shows its mutants.

It is loaded at every start of pytest in this environment, so nothing is imported before it is needed.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from checker.course.lessons import Lesson

_NUMBER = re.compile(r"\d{1,2}")
_LESSON = re.compile(r"(\d\d)_[a-z][a-z0-9_]*")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--no-board``: no mutants after a green lesson."""
    group = parser.getgroup("checker", "FastAPI Testing Workbook")
    group.addoption("--no-board", action="store_true", help="do not run a green lesson against its mutants")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Lesson numbers among the arguments become folders before the conftests in them are looked for."""
    namespace = early_config.known_args_namespace
    directory = early_config.invocation_params.dir
    namespace.file_or_dir[:] = [full_spelling(argument, directory) for argument in namespace.file_or_dir]


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """And once more for the arguments that pytest collects from; the argument list itself is left alone."""
    config.args[:] = [full_spelling(argument, config.invocation_params.dir) for argument in config.args]


def full_spelling(argument: str, directory: Path) -> str:
    """``lessons/3::test_x`` as ``lessons/03_fixture_scopes::test_x``; what names no lesson stays as it is."""
    path, separator, node = argument.partition("::")
    target = directory / path
    if node and _LESSON.fullmatch(target.name) and target.is_dir():
        return _with_file(directory, Path(path), separator, node)
    if not _NUMBER.fullmatch(target.name) or target.exists() or not target.parent.is_dir():
        return argument
    found = [
        folder for folder in target.parent.glob(f"{int(target.name):02}_*") if _LESSON.fullmatch(folder.name)
    ]
    if len(found) != 1 or not found[0].is_dir():
        return argument
    full = Path(path).with_name(found[0].name)
    return _with_file(directory, full, separator, node) if separator else str(full)


def _with_file(directory: Path, folder: Path, separator: str, node: str) -> str:
    """A test named below a folder is looked for in the folder's test file."""
    files = sorted((directory / folder).glob("test_*.py"))
    name = node.split("::")[0].split("[")[0]
    holding = [
        file for file in files if re.search(rf"^(async def|def|class) {re.escape(name)}\b", _text(file), re.M)
    ]
    return (
        f"{folder / (holding or files)[0].name}{separator}{node}" if files else f"{folder}{separator}{node}"
    )


def _text(path: Path) -> str:
    return path.read_text("utf-8", errors="replace")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """After a whole lesson ran and every test passed: which mutants its tests catch."""
    if config.getoption("no_board") or terminalreporter.stats.keys() - {"passed", "", "warnings"}:
        return
    if not terminalreporter.stats.get("passed") or _is_partial(config):
        return
    for argument in config.args:
        if lesson := _whole_lesson(config.invocation_params.dir / argument):
            _show_board(terminalreporter, lesson)


def _is_partial(config: pytest.Config) -> bool:
    return bool(config.option.keyword or config.option.markexpr or config.getoption("lf", False))


def _whole_lesson(folder: Path) -> Lesson | None:
    from checker.course.lessons import find_course
    from checker.errors import UsageError

    if not (_LESSON.fullmatch(folder.name) and folder.is_dir()):
        return None
    try:
        lesson = find_course(folder.resolve()).find(folder.name)
    except UsageError:
        return None
    return lesson if lesson.home == folder.resolve() else None


def _show_board(terminalreporter: Any, lesson: Lesson) -> None:
    from checker.check import check
    from checker.copies.progress import key_of, record_check
    from checker.course.suite import own_suite
    from checker.errors import HarnessError, UsageError, told
    from checker.showing.report import short_board
    from checker.text import folded

    terminalreporter.section(f"Lesson {lesson.number:02}: what these tests catch")
    try:
        suite = own_suite(lesson)
        checked, key = check(lesson, suite), key_of(lesson, suite)
        notice = record_check(lesson.home.parents[1], checked, key)
        lines = [*short_board(checked), *([f"checker: {notice}"] if notice else [])]
    except (UsageError, HarnessError, OSError) as error:
        lines = [f"checker: {told(error)}"]
    for line in folded(lines):
        terminalreporter.write_line(line)
