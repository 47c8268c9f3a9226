"""Is this machine ready? Every check in order; none of them imports or runs a lesson's code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from checker.course.lessons import Course
from checker.doctor import course_folder, environment, machine, pytest_setup
from checker.doctor.diagnosis import Diagnosis, problem
from checker.errors import UsageError

EVERYWHERE: dict[str, Callable[[], Diagnosis]] = {
    "python": environment.python,
    "packages": environment.packages,
    "passlib": environment.passlib,
    "argon2": environment.argon2,
    "commands": environment.commands,
    "pytest plugins": pytest_setup.plugins,
    "PYTEST_ADDOPTS": pytest_setup.options,
    "temporary files": machine.temporary_folder,
    "disk": machine.disk,
    "clock": machine.clock,
    "time zones": machine.time_zones,
    "fork": machine.fork,
    "sandbox": machine.sandbox,
    "course": course_folder.no_course,
}
# In a course these come on top; one of the same name takes the other's place.
IN_A_COURSE: dict[str, Callable[[Course], Diagnosis]] = {
    "pytest plugins": pytest_setup.plugins,
    "course": course_folder.lessons,
    "pytest settings": pytest_setup.settings,
    "course folder": course_folder.writable,
    ".checker folder": course_folder.own_folder_writable,
    "file events": course_folder.file_events,
}


def examine(course: Course | None) -> Iterator[tuple[str, Diagnosis]]:
    """The name of each check and what it found. A check that fails itself is a problem, never an exception."""
    checks = dict(EVERYWHERE)
    if course:
        checks |= {name: partial(check, course) for name, check in IN_A_COURSE.items()}
    for name, check in checks.items():
        yield name, _carefully(check)


def _carefully(check: Callable[[], Diagnosis]) -> Diagnosis:
    try:
        return check()
    except UsageError as error:
        return problem(str(error))
    except Exception as error:
        return problem(f"could not be checked: {type(error).__name__}: {error}")
