"""The package as a stranger gets it: a wheel of this checkout, a folder it is installed in, an empty folder."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Checker

from checker.copies.working_copy import course_files, init

ROOT = Path(__file__).parents[1]


def run(*command, cwd, **environment):
    return subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=cwd,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the package alone, installed from a wheel; no network is asked."""
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("target")
    built = run("hatchling", "build", "--target", "wheel", "--directory", wheels, cwd=ROOT)
    assert built.returncode == 0, built.stderr
    (wheel,) = wheels.glob("*.whl")
    pip = ["pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile", "--target", target, wheel]
    done = run(*pip, cwd=wheels, PIP_DISABLE_PIP_VERSION_CHECK="1")
    assert done.returncode == 0, done.stderr
    return str(target)


def test_stranger_with_the_wheel_alone_begins_in_an_empty_folder(installed, tmp_path):
    checker = Checker(tmp_path, PYTHONPATH=installed)
    work = tmp_path / "work"

    begun = checker("init", "work")

    assert begun.returncode == 0, begun.stderr
    assert begun.stdout.splitlines()[-2:] == ["    cd work", "    checker watch 01"]
    assert {path: (work / path).read_bytes() for path in course_files()} == course_files()

    tests = run("pytest", "lessons/01", cwd=work, PYTHONPATH=installed)
    red = sum(map(int, re.findall(r"(\d+) (?:failed|error)", tests.stdout.splitlines()[-1])))
    assert red == len(re.findall(r"^(?:E +Failed: )?TODO: ", tests.stdout, re.MULTILINE)) > 0, tests.stdout
    assert "configfile: pytest.ini" in tests.stdout

    shutil.rmtree(work / "solutions")  # as after `init --no-solutions`: the variants come with the package
    verdict = checker.verdict("01", cwd=work)
    assert verdict["status"] == "todo"
    assert verdict["mutants"]


def test_update_command_restores_what_a_lesson_needs_and_names_what_is_yours(installed, tmp_path):
    init(tmp_path)
    app, tests = "lessons/01_test_client/users_api.py", "lessons/01_test_client/test_test_client.py"
    (tmp_path / app).unlink()
    (tmp_path / tests).write_bytes(b"mine\n")

    done = Checker(tmp_path, PYTHONPATH=installed)("update")

    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert told[told.index("Restored, as it was missing:") + 1].strip() == app
    assert told[told.index("Yours, not touched:") + 1].strip() == tests
    assert (tmp_path / app).exists()
    assert (tmp_path / tests).read_bytes() == b"mine\n"


def test_wheel_carries_the_templates_of_the_report(installed):
    folder = "checker/grading/report/templates"

    carried = {path.name: path.read_bytes() for path in (Path(installed) / folder).iterdir()}

    assert carried == {path.name: path.read_bytes() for path in (ROOT / folder).iterdir()} != {}
