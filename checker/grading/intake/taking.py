"""From a lesson's place in a hand-in to its suite, by the allow-list; and what is told of the rest. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import replace

from checker.course.lessons import Lesson
from checker.course.suite import Suite, suite_of
from checker.grading.intake.fitting import unfit
from checker.grading.intake.found import is_passed_over
from checker.grading.intake.limits import Limits
from checker.grading.intake.notes import Notes
from checker.grading.intake.places import Loose, Place
from checker.source import is_test_file

CONFIGURATION = {
    "pytest.ini",
    "pytest.toml",
    "tox.ini",
    "setup.cfg",
    "pyproject.toml",
    "sitecustomize.py",
    "usercustomize.py",
}
"""What would change a run from outside the tests. It is read to tell whether it came with the course."""
_NO_WORD_OF = ("README.md", "hints.md")
_ONLY_FILE = "test_suite.py"


def suite_in(
    place: Place, notes: Notes, shipped: Mapping[str, set[str]], is_only: bool, limits: Limits
) -> Suite | None:
    """The suite in a place, None where nothing in it is a learner's. Adds a note for each file that is not taken.

    `shipped` has the configuration that came with the course. With `is_only`, the class has one lesson, and a single
    Python file is its suite whatever its name.
    """
    contents = {
        path: found.content
        for path, found in place.files.items()
        if found.content is not None and not found.problem and path.isprintable() and not is_passed_over(path)
    }
    suite = suite_of(contents, place.lesson)
    left = unfit(suite.files, place.lesson, limits)
    suite = replace(suite, files={p: content for p, content in suite.files.items() if p not in left})
    for path in sorted(place.files.keys() - suite.files.keys()):
        if why := f"not taken: {left[path]}" if path in left else _why_not(place, path, suite, shipped):
            notes.add(f"{place.tree.full(place.root + path)}: {why}")
    return _named_for_pytest(suite, place, notes) if is_only else suite if suite.files else None


def is_work(place: Place) -> bool:
    """Whether a place has anything in it that did not come with the course."""
    app = place.lesson.app_files
    own = (path for path in place.files if path not in _NO_WORD_OF and path not in app)
    return any(not is_passed_over(path) and not path.endswith(".pyc") for path in own)


def _why_not(place: Place, path: str, suite: Suite, shipped: Mapping[str, set[str]]) -> str:
    """Why a file is not taken; empty for one that is worth no word."""
    found, app, name = place.files[path], place.lesson.app_files, posixpath.basename(path)
    if is_passed_over(path) or path in _NO_WORD_OF or path.endswith(".pyc"):
        return ""
    if found.problem:
        return f"not taken: {found.problem}"
    if path in app:
        return (
            ""
            if _text(found.content) == _text(app[path].encode())
            else "edited; the app as shipped is judged"
        )
    if name in CONFIGURATION:
        return _why_no_configuration(name, found.content, shipped)
    if path in suite.ignored:
        return "not taken: its name shadows another module"
    if not path.isprintable():
        return "not taken: its name has characters that do not print"
    return "not taken: neither a test file nor a Python module"


def _named_for_pytest(suite: Suite, place: Place, notes: Notes) -> Suite | None:
    """The suite, whose only file gets a name that pytest collects where it has another."""
    if len(suite.files) != 1 or suite.test_files:
        return suite if suite.files else None
    ((path, content),) = suite.files.items()
    if posixpath.basename(path) == "conftest.py":
        return suite
    notes.add(f"{place.tree.full(place.root + path)}: judged as {_ONLY_FILE}")
    return Suite({_ONLY_FILE: content}, suite.ignored)


def tell_of_loose(files: list[Loose], notes: Notes, shipped: Mapping[str, set[str]]) -> bool:
    """Add a note for each file in no lesson's place that somebody may miss: tests, modules, configuration.

    True where one of them may be a suite: Python that is no configuration.
    """
    is_suite_missed = False
    for file in files:
        if why := _why_loose(file, shipped):
            notes.add(f"{file.tree.full(file.path)}: {why}")
            name = posixpath.basename(file.path)
            is_suite_missed = is_suite_missed or (name.endswith(".py") and name not in CONFIGURATION)
    return is_suite_missed


def no_suite(file: Loose, shipped: Mapping[str, set[str]]) -> str:
    """Why a file in no lesson's place is no suite, also where that is worth no word beside a suite."""
    return _why_loose(file, shipped) or "not taken: neither a test file nor a notebook"


def _why_loose(file: Loose, shipped: Mapping[str, set[str]]) -> str:
    name = posixpath.basename(file.path)
    if file.found.problem:
        return f"not taken: {file.found.problem}"
    if name in CONFIGURATION:
        return _why_no_configuration(name, file.found.content, shipped)
    if is_test_file(name):
        return "not taken: in no lesson's folder, and not by the name of a lesson's test file"
    return "not taken: in no lesson's folder" if name.endswith(".py") else ""


def _why_no_configuration(name: str, content: bytes | None, shipped: Mapping[str, set[str]]) -> str:
    if _text(content) in shipped.get(name, set()):
        return ""
    return "not taken: it would change how the tests run"


def wanted_names(lessons: Sequence[Lesson]) -> set[str]:
    """The names of files that are read though they are no Python files: to tell whether they were edited."""
    return CONFIGURATION | {posixpath.basename(path) for lesson in lessons for path in lesson.app_files}


def text_of(content: bytes) -> str:
    """A file's text as it is compared: without a byte order mark, and with one way to end a line."""
    return content.decode("utf-8-sig", "replace").replace("\r\n", "\n")


def _text(content: bytes | None) -> str | None:
    return None if content is None else text_of(content)
