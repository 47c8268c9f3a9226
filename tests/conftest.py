"""What the project's own tests share. Their warnings are errors; a learner's are not (see pyproject.toml)."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from checker.course.lessons import Course
from checker.course.variants import load_variants

ROOT = Path(__file__).parents[1]


def count_of_mutants(lesson):
    """How many mutants a lesson has, by its number."""
    return len(load_variants(Course(ROOT).find(lesson)).mutants)


def pytest_configure(config):
    config.addinivalue_line("filterwarnings", "error")


@pytest.fixture(scope="session", autouse=True)
def heard_ctrl_c():
    """A background job is started with Ctrl-C ignored, and so is all that it starts: here it is heard."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Checker:
    """The `checker` command, run in a folder as a person would."""

    def __init__(self, folder: Path, **environment: str):
        self.folder = folder
        self.environment = environment

    def __call__(self, *arguments, cwd=None, **environment):
        return subprocess.run(
            [sys.executable, "-m", "checker", *map(str, arguments)],
            cwd=cwd or self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **self.environment, **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=600,
        )

    def verdict(self, *arguments, cwd=None, **environment):
        """The document that `checker check … --json` prints."""
        done = self("check", *arguments, "--json", cwd=cwd, **environment)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="session")
def checker():
    """The command in this checkout."""
    return Checker(ROOT)


@pytest.fixture
def course(tmp_path):
    """A working copy of lesson 01 alone, as lesson 41, that a test may change."""
    _copy_of_lesson_01(tmp_path, 41)
    return tmp_path


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """A folder for PYTHONPATH with the package as installed: with the course it ships, here lesson 41 alone."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(
        ROOT / "checker", folder / "checker", ignore=shutil.ignore_patterns("__pycache__", "shipped")
    )
    _copy_of_lesson_01(folder / "checker" / "shipped", 41)
    return folder


@pytest.fixture
def two_lessons(tmp_path):
    """A course as somebody works in it, lesson 01 as 41 and again as 42, beside the same course as shipped."""
    for part in ("work", "shipped"):
        for number in (41, 42):
            _copy_of_lesson_01(tmp_path / part, number)
    return Course(tmp_path / "work", shipped=tmp_path / "shipped")


@pytest.fixture
def in_course(course, site):
    """The installed command in that working copy."""
    return Checker(course, PYTHONPATH=str(site))


def _copy_of_lesson_01(folder, number):
    for part in ("lessons", "solutions"):
        shutil.copytree(
            ROOT / part / "01_test_client",
            folder / part / f"{number}_test_client",
            ignore=shutil.ignore_patterns("__pycache__"),
        )
