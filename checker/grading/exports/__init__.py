"""Marks for other programs: files of our own, and a teacher's file filled in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checker.errors import UsageError
from checker.files import write_atomically
from checker.grading.exports.canvas import fill_canvas
from checker.grading.exports.classroom50 import result_document
from checker.grading.exports.grades_csv import grades_csv
from checker.grading.exports.grades_json import grades_document
from checker.grading.exports.gradescope import results_document
from checker.grading.exports.junit import junit_xml
from checker.grading.exports.moodle import fill_moodle
from checker.grading.exports.teachers_file import Filled
from checker.grading.marked import MarkedClass, mark_class
from checker.grading.model import ClassResult
from checker.grading.policy import Policy
from checker.grading.safely import one_line, safe_names

FILLS_IN = ("canvas", "moodle")
"""The formats that need the teacher's own file."""
_OF_ANY_CLASS = ("csv", "json", "junit")
"""The formats that also tell of a class in which nobody handed in a lesson's suite."""
_TAKES_COLUMNS = (*FILLS_IN, "classroom50")


@dataclass(frozen=True)
class _Request:
    """What is to be exported, and what the format may need beside the marks."""

    marked: MarkedClass
    columns: Mapping[str, str]
    feedback: Mapping[str, str]
    teachers_file: Path | None
    keep_comments: bool = False


@dataclass
class _Export:
    """The files to write, by their paths in the destination, and what to tell."""

    files: dict[str, bytes] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


def export(
    format: str,
    result: ClassResult,
    policy: Policy,
    destination: Path,
    teachers_file: Path | None = None,
    columns: Mapping[str, str] | None = None,
    feedback: Mapping[str, str] | None = None,
    *,
    keep_comments: bool = False,
) -> list[str]:
    """Write the class's marks in `format` to the folder `destination`; the lines to print about it.

    `columns` says what goes where in a teacher's file, as titles by lesson, ``total`` or ``feedback``; for
    ``classroom50`` the class's short name, as ``classroom``. `feedback` is text by learner id, for the formats that
    learners see: HTML for ``moodle``, else Markdown. With `keep_comments`, comments that a worksheet of Moodle's has stay.
    Each file is written all of it or not at all. Raises UsageError where something is missing, does not fit, or cannot be
    written.
    """
    if format not in _FORMATS:
        raise UsageError(f"There is no format {format!r}. There are: {', '.join(_FORMATS)}.")
    if columns and format not in _TAKES_COLUMNS:
        raise UsageError(f"--column goes with {', '.join(_TAKES_COLUMNS)}, not with {format}.")
    if keep_comments and format != "moodle":
        raise UsageError(f"--keep-comments goes with moodle, not with {format}.")
    if (teachers_file is None) == (format in FILLS_IN):
        needs = (
            "is filled in: give the file that you exported there"
            if format in FILLS_IN
            else "needs no file of yours"
        )
        raise UsageError(f"{format} {needs}.")
    marked = mark_class(policy, result)
    if not result.lessons and format not in _OF_ANY_CLASS:
        why = "Nothing is graded yet" if result.not_graded_yet() else "Nobody handed in a lesson's suite"
        raise UsageError(f"{why}: there are no marks for {format}. See report.html.")
    marked.check_total()
    made = _Export()
    _FORMATS[format](_Request(marked, columns or {}, feedback or {}, teachers_file, keep_comments), made)
    _write(made, destination, teachers_file)
    return [*_written(made, destination), *made.lines, *marked.notices()]


def _write(made: _Export, destination: Path, teachers_file: Path | None) -> None:
    try:
        for path, content in made.files.items():
            target = destination / path
            if teachers_file and target.exists() and target.samefile(teachers_file):
                raise UsageError(
                    f"{target} is your own file, which stays as it is. Name another folder for the new one."
                )
            write_atomically(target, content)
    except OSError as error:
        raise UsageError(
            f"The export could not be written to {destination}, or only in part ({error})."
        ) from None


def _written(made: _Export, destination: Path) -> list[str]:
    folders = sorted({path.split("/")[0] for path in made.files})
    return [f"Written: {destination / name}" for name in folders]


# -- the formats


def _csv(request: _Request, made: _Export) -> None:
    made.files["grades.csv"] = grades_csv(request.marked).encode("utf-8", "backslashreplace")


def _json(request: _Request, made: _Export) -> None:
    made.files["gradebook.json"] = _as_json(grades_document(request.marked))


def _junit(request: _Request, made: _Export) -> None:
    made.files["junit.xml"] = junit_xml(request.marked)


def _gradescope(request: _Request, made: _Export) -> None:
    for learner, folder in _folders(request, made):
        document = results_document(learner, request.marked, request.feedback.get(learner.id, ""))
        if document:
            made.files[f"gradescope/{folder}/results.json"] = _as_json(document)
        else:
            made.lines.append(f"{one_line(learner.id)} has no results.json yet.")


def _classroom50(request: _Request, made: _Export) -> None:
    if set(request.columns) != {"classroom"}:
        raise UsageError("classroom50 needs the class's short name there: --column classroom=NAME.")
    for learner, folder in _folders(request, made):
        for sheet in request.marked.counting:
            if document := result_document(learner, sheet, request.columns["classroom"]):
                made.files[f"classroom50/{folder}/{sheet.name}/result.json"] = _as_json(document)
    made.lines.append("Classroom 50 has whole points only. For finer ones, set points = 100 in the policy.")


def _canvas(request: _Request, made: _Export) -> None:
    content, name = _teachers(request)
    _filled(made, "canvas.csv", fill_canvas(content, request.marked, request.columns, name))


def _moodle(request: _Request, made: _Export) -> None:
    content, name = _teachers(request)
    filled = fill_moodle(
        content,
        request.marked,
        request.columns,
        name,
        request.feedback,
        keep_comments=request.keep_comments,
    )
    _filled(made, "moodle.csv", filled)


_FORMATS: dict[str, Callable[[_Request, _Export], None]] = {
    "csv": _csv,
    "json": _json,
    "gradescope": _gradescope,
    "canvas": _canvas,
    "moodle": _moodle,
    "classroom50": _classroom50,
    "junit": _junit,
}


def _teachers(request: _Request) -> tuple[bytes, str]:
    assert request.teachers_file is not None  # as `export` has seen
    try:
        return request.teachers_file.read_bytes(), str(request.teachers_file)
    except OSError as error:
        raise UsageError(f"{request.teachers_file} cannot be read: {error.strerror or error}.") from None


def _filled(made: _Export, path: str, filled: Filled) -> None:
    made.files[path] = filled.content
    made.lines += filled.lines


def _folders(request: _Request, made: _Export) -> Iterator[tuple[Any, str]]:
    """Each learner with a folder's name; where that is not the learner's id, it is told whose it is."""
    names = safe_names(learner.id for learner in request.marked.learners)
    for learner in request.marked.learners:
        folder = names[learner.id]
        if folder != learner.id:
            made.lines.append(f"The folder {folder} is that of {one_line(learner.id)}.")
        yield learner, folder


def _as_json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
