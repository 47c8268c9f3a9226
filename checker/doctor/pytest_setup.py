"""What changes every run of pytest on this machine: plugins, options and settings from elsewhere.

The checker's own runs are shielded from all of it; ``pytest lessons/03`` is not.
"""

from __future__ import annotations

import configparser
import os
import re
import shlex
import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from checker.course.lessons import Course
from checker.doctor.diagnosis import Diagnosis, ok, problem, warning
from checker.doctor.environment import pip

_NO_AUTOLOAD = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
# Plugins that change a run merely by being installed, by the names pytest knows them by. The others shuffle,
# repeat or parallelise only where an option says so.
_UNASKED = {"randomly": "shuffles the tests"}
_EFFECTS = {
    r"(-n ?|--numprocesses[ =])(?!0\b)\w": "runs tests in several processes at once",
    r"--workers[ =]|--tests-per-worker[ =]": "runs tests in several threads at once",
    r"--random-order": "shuffles the tests",
    r"--reverse\b": "reverses the order of the tests",
    r"--(force-)?reruns\b|--retries\b|--force-flaky": "runs failing tests again",
    r"--count[ =]": "repeats every test",
    r"--asyncio-mode[ =]auto": "runs async tests without their marker",
    r"-p ?no:checker\b": "takes away lesson numbers and the board",
    r"-p ?no:asyncio\b": "takes away what runs async tests",
    r"-k ?\S|-m ?\S|--lf\b|--last-failed\b": "leaves tests out",
}
_RERUN_SETTINGS = ("reruns", "retries")
# pytest prefers each of these to pyproject.toml.
_PREFERRED = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini")


def plugins(course: Course | None = None) -> Diagnosis:
    installed = {
        entry.name: entry.dist.name for entry in metadata.entry_points(group="pytest11") if entry.dist
    }
    options = _words(os.environ.get("PYTEST_ADDOPTS", ""))
    if course:
        options += f" {_words(_settings(course).get('addopts', ''))}"
    return judge_plugins(installed, options, autoload=not os.environ.get(_NO_AUTOLOAD))


def judge_plugins(installed: Mapping[str, str], options: str, *, autoload: bool) -> Diagnosis:
    """`installed` has the package of each plugin by the plugin's name."""
    if not autoload:
        return problem(
            f"{_NO_AUTOLOAD} is set: pytest loads none, so it knows no lesson numbers and no async tests",
            _unset(_NO_AUTOLOAD),
        )
    off = set(re.findall(r"-p ?no:(\S+)", options))
    acting = {installed[name]: does for name, does in _UNASKED.items() if name in installed.keys() - off}
    if not acting:
        return ok("none that shuffles, repeats or parallelises by itself")
    return warning(
        "; ".join(f"{package} {does} at every run" for package, does in acting.items()),
        pip("uninstall", *acting),
    )


def options() -> Diagnosis:
    return judge_options(os.environ.get("PYTEST_ADDOPTS", ""))


def judge_options(value: str) -> Diagnosis:
    """What PYTEST_ADDOPTS holds. Raises ValueError where pytest could not read it either."""
    if not value.strip():
        return ok("not set")
    effects = f": it {' and '.join(found)}" if (found := effects_of(value)) else ""
    return warning(f"every run of pytest gets {value}{effects}", _unset("PYTEST_ADDOPTS"))


def settings(course: Course) -> Diagnosis:
    folders = [course.root, course.root / "lessons", *(lesson.home for lesson in course.lessons)]
    places = [folder / name for folder in folders for name in _PREFERRED]
    own = _own_ini(course)
    return judge_settings(_settings(course), [path for path in places if path.is_file() and path != own])


def judge_settings(read: Mapping[str, Any], instead: Iterable[Path]) -> Diagnosis:
    """`read` is what pyproject.toml says to pytest, `instead` the files that pytest reads in its place."""
    if files := [str(path) for path in instead]:
        return warning(
            f"pytest reads {', '.join(files)} in place of the course's configuration",
            "move what is not part of the course elsewhere",
        )
    found = effects_of(read.get("addopts", ""))
    if read.get("asyncio_mode") == "auto":
        found.append("runs async tests without their marker, which the checker does not")
    found += ["runs failing tests again" for name in _RERUN_SETTINGS if str(read.get(name, 0)) != "0"]
    if found:
        return warning(f"the course's configuration {' and '.join(found)}", "take that out of it")
    return ok("those of the course")


def effects_of(options: str | list[str]) -> list[str]:
    """What those of the options do that change which tests run, when, or how often."""
    words = _words(options)
    return [does for pattern, does in _EFFECTS.items() if re.search(rf"(?:^| )(?:{pattern})", words)]


def _words(options: str | list[str]) -> str:
    """Options as a shell would take them apart, with one space between."""
    return " ".join(shlex.split(options) if isinstance(options, str) else options)


def _own_ini(course: Course) -> Path | None:
    """The file in which a working copy, which has no pyproject.toml, has its settings."""
    path = course.root / "pytest.ini"
    return path if path.is_file() and not (course.root / "pyproject.toml").is_file() else None


def _settings(course: Course) -> dict[str, Any]:
    """What the course's own configuration says to pytest, in any of the tables that pytest reads."""
    if own := _own_ini(course):
        ini = configparser.ConfigParser(interpolation=None)
        ini.read_string(own.read_text("utf-8"))
        return dict(ini["pytest"]) if ini.has_section("pytest") else {}
    path = course.root / "pyproject.toml"
    if not path.is_file():
        return {}
    table = tomllib.loads(path.read_text("utf-8")).get("tool", {}).get("pytest", {})
    return {**table, **table.get("ini_options", {})}


def _unset(variable: str) -> str:
    return f"Remove-Item Env:{variable}" if sys.platform == "win32" else f"unset {variable}"
