"""The course a learner works in: complete, writable, and heard of when a file in it changes."""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checker.course.lessons import LESSON_NAME, Course
from checker.course.variants import load_variants
from checker.doctor.diagnosis import Diagnosis, ok, problem, warning
from checker.doctor.machine import judge_writing, reason_of, writing_fails
from checker.errors import UsageError

_OWN_FOLDER = ".checker"
_WAIT = 1_000  # milliseconds that an event may take
_OFTEN = 0.05  # seconds between changes


def no_course() -> Diagnosis:
    return warning(
        "not in a course's folder: what concerns the course is not checked",
        "go to the workbook's folder and ask again",
    )


def lessons(course: Course) -> Diagnosis:
    shipped = course.shipped / "lessons"
    names = {path.name for path in shipped.iterdir()} if shipped.is_dir() else set()
    here = {lesson.name for lesson in course.lessons}
    return judge_lessons(
        len(here),
        unusable=list(_unusable(course)),
        missing=sorted(name for name in names - here if LESSON_NAME.fullmatch(name)),
        edited={
            (lesson.home / path).relative_to(course.root).as_posix(): str(lesson.shipped / path)
            for lesson in course.lessons
            for path in lesson.edited_app_files()
        },
    )


def judge_lessons(count: int, unusable: list[str], missing: list[str], edited: dict[str, str]) -> Diagnosis:
    """`unusable` says why lessons cannot be judged; `edited` has the shipped file of each edited one."""
    if unusable:
        return problem(" ".join(unusable), "install the workbook again")
    if missing:
        return warning(
            f"not in this folder: {', '.join(missing)}", "get the workbook's folder again for these"
        )
    if edited:
        return warning(
            f"{', '.join(edited)}: not as shipped, and the shipped app is what is judged",
            "\n".join(f"if you did not mean it, copy {origin} back" for origin in edited.values()),
        )
    return ok(f"{count} lesson{'s' * (count != 1)} with all their variants, apps as shipped")


def _unusable(course: Course) -> Iterator[str]:
    for lesson in course.lessons:
        try:
            load_variants(lesson)
        except UsageError as error:
            yield str(error)


def writable(course: Course) -> Diagnosis:
    return judge_writing(course.root, writing_fails(course.root), _remedy(course.root))


def own_folder_writable(course: Course) -> Diagnosis:
    folder = course.root / _OWN_FOLDER
    try:
        with _own_folder(course):
            reason = writing_fails(folder)
    except OSError as error:
        reason = reason_of(error)
    return judge_writing(folder, reason, _remedy(folder))


def file_events(course: Course) -> Diagnosis:
    try:
        with (
            _own_folder(course) as folder,
            tempfile.TemporaryDirectory(dir=folder, prefix=".events-") as watched,
        ):
            return judge_file_events(not_heard(Path(watched)))
    except OSError as error:
        return warning(f"not tried: {reason_of(error)}")


def judge_file_events(reason: str) -> Diagnosis:
    """`reason` is why nothing was heard of a change, empty where it was."""
    if not reason:
        return ok("a saved file is noticed at once")
    return warning(f"no file events here ({reason}): `checker watch` will look by itself instead")


def not_heard(folder: Path) -> str:
    """Why a change in `folder` is not reported, tried by changing a file; empty where it is."""
    heard = threading.Event()
    writer = threading.Thread(target=_change_until, args=(heard, folder / "changed"))
    writer.start()
    try:
        return "" if _changes(folder) else "nothing was reported within a second"
    except (OSError, RuntimeError) as error:  # RuntimeError: how watchfiles says what the system refused
        return str(error)
    finally:
        heard.set()
        writer.join()


def _changes(folder: Path) -> set[Any]:
    """The first changes in `folder`, or nothing after a while."""
    from watchfiles import watch

    return next(
        watch(
            folder,
            watch_filter=None,
            debounce=50,
            step=10,
            rust_timeout=_WAIT,
            yield_on_timeout=True,
            force_polling=False,
        )
    )


def _change_until(heard: threading.Event, file: Path) -> None:
    """Change the file again and again: the first time, nobody may be listening yet."""
    while not heard.wait(_OFTEN):
        file.write_bytes(b"")


@contextlib.contextmanager
def _own_folder(course: Course) -> Iterator[Path]:
    """The checker's own folder in the course, taken away again if it was not there before."""
    folder = course.root / _OWN_FOLDER
    was_there = folder.exists()
    folder.mkdir(exist_ok=True)
    try:
        yield folder
    finally:
        if not was_there:
            with contextlib.suppress(OSError):  # another command may have begun to use it
                folder.rmdir()


def _remedy(folder: Path) -> str:
    return f"make {folder.name} a folder that you may write in"
