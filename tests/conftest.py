"""What the project's own tests share. Their warnings are errors; a learner's are not (see pyproject.toml)."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def pytest_configure(config):
    config.addinivalue_line("filterwarnings", "error")


class Checker:
    """The `checker` command, run in a folder as a person would."""

    def __init__(self, folder: Path):
        self.folder = folder

    def __call__(self, *arguments, cwd=None, **environment):
        return subprocess.run(
            [sys.executable, "-m", "checker", *map(str, arguments)],
            cwd=cwd or self.folder,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )

    def verdict(self, *arguments, **environment):
        """The document that `checker check … --json` prints."""
        done = self("check", *arguments, "--json", **environment)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="session")
def checker():
    """The command in this checkout."""
    return Checker(ROOT)


@pytest.fixture
def course(tmp_path):
    """A course of lesson 01 alone that a test may change; its lesson is not among those shipped."""
    for part in ("lessons", "solutions"):
        shutil.copytree(ROOT / part / "01_test_client", tmp_path / part / "41_test_client")
    return tmp_path


@pytest.fixture
def in_course(course):
    """The command in that course."""
    return Checker(course)
