"""The learner's pytest: any spelling of a lesson, and the board after a green one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, count_of_mutants

from checker.pytest_plugin import full_spelling

ALL = count_of_mutants("01")
CHOSEN = "test_unknown_user"
BOARD = "what these tests catch"


@pytest.fixture
def workbook(course, site):
    """pytest, run in a working copy with the course's own configuration."""
    shutil.copy(ROOT / "pyproject.toml", course)

    def run(*arguments, cwd="."):
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(site)}
        environment.pop("PYTEST_ADDOPTS", None)
        return subprocess.run(
            command,
            cwd=course / cwd,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )

    return run


@pytest.fixture
def solved(course):
    """The working copy with the lesson solved."""
    name = "41_test_client/test_test_client.py"
    shutil.copy(course / "solutions" / name, course / "lessons" / name)
    return course


@pytest.mark.parametrize(
    ("cwd", "arguments"),
    [
        (".", ["lessons/41"]),
        (".", ["lessons/41_test_client"]),
        (".", ["lessons/41/"]),
        (".", ["lessons/41_test_client/test_test_client.py"]),
        (".", ["lessons/41", "-n", "2"]),
        (".", ["-n", "2", "lessons/41"]),
        (".", ["lessons"]),
        ("lessons", ["41"]),
        ("lessons", ["../lessons/41"]),
        ("solutions", ["../lessons/41"]),
        ("lessons/41_test_client", []),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else f"in {value}:",
)
def test_starter_is_found_by_any_spelling_and_red_with_todos_alone(workbook, cwd, arguments):
    done = workbook(*arguments, cwd=cwd)

    assert done.returncode == 1
    assert "8 failed, 1 passed" in done.stdout
    assert done.stdout.count("\nTODO: ") == 8
    assert BOARD not in done.stdout


@pytest.mark.parametrize(
    ("cwd", "argument"),
    [
        (".", f"lessons/41::{CHOSEN}"),
        (".", f"lessons/41_test_client::{CHOSEN}"),
        ("lessons", f"41::{CHOSEN}"),
    ],
)
def test_one_test_of_a_lesson_is_found_without_its_file(workbook, cwd, argument):
    done = workbook(argument, cwd=cwd)

    assert "1 failed" in done.stdout
    assert "TODO: read somebody who is not there" in done.stdout


def test_one_digit_means_the_lesson_with_a_zero(tmp_path):
    (tmp_path / "lessons" / "03_fixture_scopes").mkdir(parents=True)

    assert full_spelling("lessons/3", tmp_path) == str(Path("lessons/03_fixture_scopes"))


@pytest.mark.parametrize("argument", ["lessons/7", "lessons/x3", "3", "nowhere/3", "lessons/3::x::y::z/7"])
def test_what_names_no_lesson_stays_as_it_is(tmp_path, argument):
    (tmp_path / "lessons" / "04_other").mkdir(parents=True)

    assert full_spelling(argument, tmp_path) == argument


def test_class_and_method_are_looked_for_in_the_file_that_has_them(tmp_path):
    folder = tmp_path / "lessons" / "03_fixture_scopes"
    folder.mkdir(parents=True)
    (folder / "test_a.py").write_text("def test_one(): pass\n")
    (folder / "test_b.py").write_text("class TestX:\n    def test_y(self): pass\n")

    assert (
        full_spelling("lessons/03::TestX::test_y", tmp_path)
        == f"{Path('lessons/03_fixture_scopes/test_b.py')}::TestX::test_y"
    )
    assert full_spelling("lessons/03::test_nowhere", tmp_path).startswith(
        str(Path("lessons/03_fixture_scopes/test_a.py"))
    )


def test_folder_without_tests_is_left_to_pytest(tmp_path):
    (tmp_path / "03_fixture_scopes").mkdir()

    assert full_spelling("03::test_x", tmp_path) == "03_fixture_scopes::test_x"


def test_green_lesson_shows_its_board(workbook, solved):
    done = workbook("lessons/41")

    assert done.returncode == 0
    assert "Lesson 41: " + BOARD in done.stdout
    assert f"{ALL} of {ALL} caught. Lesson 41 is complete." in done.stdout


def test_green_lesson_shows_its_board_with_xdist_too(workbook, solved):
    assert workbook("lessons/41", "-n", "2").stdout.count(f"{ALL} of {ALL} caught") == 1


def test_board_of_a_green_lesson_says_what_is_missed_or_invalid(workbook, solved):
    test = solved / "lessons/41_test_client/test_test_client.py"
    test.write_text(
        "from fastapi.testclient import TestClient\nfrom users_api import app, jobs\n\n"
        "def test_bob():\n    assert TestClient(app).get('/users/bob').json()['job'] == 'Designer'\n"
    )

    done = workbook("lessons/41")

    assert done.returncode == 0
    assert "The suite does not start on a correct app" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["lessons/41", "--no-board"],
        ["lessons/41", "-k", "unknown"],
        ["lessons/41::test_unknown_user"],
        ["lessons/41_test_client/test_test_client.py"],
        ["lessons"],
        ["."],
    ],
    ids=" ".join,
)
def test_board_is_not_shown_when_it_is_not_wanted_or_the_lesson_was_not_run_whole(
    workbook, solved, arguments
):
    done = workbook(*arguments)

    assert done.returncode == 0
    assert BOARD not in done.stdout


def test_board_that_cannot_be_made_is_one_line_and_no_failure(workbook, solved, site):
    test = solved / "lessons/41_test_client/test_test_client.py"
    test.write_text(
        "import os\n\ndef test_kill():\n    if 'checker-' in __file__:\n        os.kill(os.getppid(), 9)\n"
    )

    done = workbook("lessons/41")

    assert done.returncode == 0
    assert "checker: A run ended its worker process" in done.stdout


def test_current_folder_as_an_argument_does_not_trip_over_solutions(workbook, solved):
    assert "12 passed" in workbook(".").stdout


def test_lesson_elsewhere_than_in_a_course_is_left_to_pytest(workbook, course):
    folder = course / "mine" / "07_private"
    folder.mkdir(parents=True)
    (folder / "test_private.py").write_text("def test_one(): pass\n")

    done = workbook("mine/07")

    assert (done.returncode, BOARD in done.stdout) == (0, False)
