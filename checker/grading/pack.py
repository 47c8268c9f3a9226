"""`checker pack --student OUT`: the folder that a class gets, without what spoils."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from checker.copies.working_copy import init, refuse_foreign, template_file
from checker.course.lessons import Course, Lesson
from checker.errors import UsageError
from checker.files import walk, write_atomically
from checker.text import count

_EXAM = Path(__file__).with_name("exam")
_AS_SHIPPED = (".gitignore", ".vscode/extensions.json", ".vscode/settings.json", "LICENSE", "constraints.txt")
# What lessons and tests are written with, of all that the workbook needs; constraints.txt has the versions.
_LESSONS_NEED = (
    *("fastapi", "httpx2", "httpx", "sqlalchemy[asyncio]", "aiosqlite", "pyjwt", "libpass[argon2]"),
    *("python-multipart", "pytest", "pytest-asyncio", "time-machine", "tzdata; sys_platform == 'win32'"),
)
_HINTS = "hints.md"


def pack(
    course: Course,
    out: Path,
    exam: bool = False,
    only: Sequence[Lesson] = (),
    extra: Mapping[str, bytes] | None = None,
) -> list[str]:
    """Make the folder `out` for a class; the lines to print about it.

    It is a working copy without solutions. For an `exam` it has no hints and no notebooks either, needs no checker and,
    where `only` names lessons, no others. Files in `extra`, by their paths, are put beside.

    Raises UsageError where something of somebody else's is in `out`, or it
    cannot be written.
    """
    lines = _pack_exam(course, out, only) if exam else _pack_working_copy(course, out)
    _write(out, extra or {})
    return [*lines, *(f"Written: {out / path}" for path in extra or {})]


def _pack_working_copy(course: Course, out: Path) -> list[str]:
    init(out, solutions=False, shipped=course.shipped)
    own = [lesson for lesson in course.lessons if not _is_shipped(lesson, course)]
    _write(out, {path: content for lesson in own for path, content in _lesson_files(lesson).items()})
    told = ", ".join(lesson.name for lesson in own)
    return [
        f"Written: {out}, a working copy of {count(len(course.lessons), 'lesson')} without solutions.",
        *(
            [f"Your own: {told}. The class's checker has no variants of it; pytest alone runs there."]
            if own
            else []
        ),
        "That keeps the solutions out of sight, not out of reach: the checker that the class installs carries them,",
        "and the variants. For an exam: checker pack --student OUT --exam.",
    ]


def _pack_exam(course: Course, out: Path, only: Sequence[Lesson]) -> list[str]:
    refuse_foreign(out)
    lessons = list(only) or course.lessons
    _write(out, _exam_files(course, lessons))
    return [
        f"Written: {out}, with {', '.join(lesson.name for lesson in lessons)}; no solutions, variants, hints or notebooks.",
        "Do not install the checker on the machines of the exam: the package carries solutions and variants. Install",
        "what this folder's requirements.txt names; its README.md says how. Then plain pytest lessons/NN runs there.",
        "Whoever has had the course, or a network, may know the shipped variants: checker grade --variants DIR adds yours.",
    ]


def _exam_files(course: Course, lessons: Sequence[Lesson]) -> dict[str, bytes]:
    below = {path: content for lesson in lessons for path, content in _lesson_files(lesson).items()}
    return {
        **{path: content for path, content in below.items() if not path.endswith(f"/{_HINTS}")},
        **{path: (course.shipped / path).read_bytes() for path in _AS_SHIPPED},
        "README.md": (_EXAM / "README.md").read_bytes(),
        "conftest.py": (_EXAM / "short_names.py").read_bytes(),
        "pytest.ini": template_file("pytest.ini"),
        "requirements.txt": "\n".join(["-c constraints.txt", *_LESSONS_NEED, ""]).encode(),
    }


def _lesson_files(lesson: Lesson) -> dict[str, bytes]:
    folder = lesson.shipped
    return {f"lessons/{lesson.name}/{path}": (folder / path).read_bytes() for path in walk(folder)}


def _is_shipped(lesson: Lesson, course: Course) -> bool:
    return lesson.shipped.is_relative_to(course.shipped)


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    try:
        for path, content in files.items():
            write_atomically(out / path, content)
    except OSError as error:
        raise UsageError(
            f"{out} could not be written, or only in part ({error}). Remove it, then try again."
        ) from None
