"""The sandbox of somebody who is not root, tried by root in an account that is made for it and removed afterwards.

Root's own tests give up root's rights before a run; an ordinary user's sandbox begins with a user namespace instead. Where the
tests are run by an ordinary user, all the others try that, and these have nothing to add.
"""

import csv
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SYSTEM_PYTHON = Path(f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}")
SUITE = "test_test_client.py"
# The mark that each earns, and whether it is flagged.
CASES = {
    "02_rewrites_reports_in_a_hook": (1.5, True),
    "22_memory_without_end": (1.5, True),
    "26_edits_everything": (1.5, True),
    "43_reads_what_is_not_its_own": (1.5, False),
    "54_folder_is_a_link": (1.0, True),
}
# In the libraries' folder: not as in this checkout, or large and of no use here.
AWAY = {
    "checker",
    "babel",
    "debugpy",
    "fontTools",
    "jedi",
    "jupyterlab",
    "matplotlib",
    "mypy",
    "numpy",
    "playwright",
}

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can make an account"),
    pytest.mark.skipif(
        not all(map(shutil.which, ("bwrap", "useradd", "runuser"))) or not SYSTEM_PYTHON.exists(),
        reason=f"this needs bubblewrap, useradd, runuser and {SYSTEM_PYTHON}, which anybody may start",
    ),
]


@pytest.fixture(scope="module")
def account():
    """A new account: its name and its home, in which it has the workbook installed and a class."""
    name = f"grader{os.getpid()}"
    home = Path(tempfile.mkdtemp(prefix="account-", dir="/var/tmp"))
    subprocess.run(["useradd", "--no-create-home", "--home-dir", home, name], check=True)
    try:
        install_workbook(home)
        hand_in(home / "class")
        subprocess.run(["chown", "-R", "--no-dereference", f"{name}:", home], check=True)
        yield name, home
    finally:
        subprocess.run(["userdel", "--force", name], check=False, capture_output=True)
        shutil.rmtree(home)


def install_workbook(home):
    """An environment of the system's Python with the libraries that are installed here, and this checkout's checker."""
    subprocess.run([SYSTEM_PYTHON, "-m", "venv", "--without-pip", home / "env"], check=True)
    libraries = home / "env" / "lib" / SYSTEM_PYTHON.name / "site-packages"
    shutil.rmtree(libraries)
    installed = Path(sysconfig.get_path("purelib"))
    shutil.copytree(installed, libraries, ignore=lambda folder, _: AWAY if Path(folder) == installed else ())
    shutil.copytree(ROOT / "checker", libraries / "checker", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("lessons", "solutions"):
        shutil.copytree(ROOT / folder, home / "course" / folder)
    shutil.copy(ROOT / "pyproject.toml", home / "course")


def hand_in(folder):
    for case in CASES:
        shutil.copytree(ROOT / "tests/threats/cases" / case, folder / case / "lessons/01_test_client")
    home = folder / "honest/lessons/01_test_client"
    home.mkdir(parents=True)
    shutil.copy(ROOT / "solutions/01_test_client" / SUITE, home)


def test_an_ordinary_user_grades_as_root_does_and_nothing_of_theirs_is_seen_or_harmed(account):
    name, home = account
    (home / ".secret").write_text("mine")
    command = [home / "env/bin/python", "-m", "checker", "grade", home / "class", "--out", home / "out"]

    done = subprocess.run(
        [shutil.which("runuser"), "-u", name, "--", *command, "--time-limit", "4"],
        cwd=home / "course",
        env={"PATH": "/usr/bin:/bin", "HOME": str(home)},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    with (home / "out/grades.csv").open(newline="") as file:
        marks = {row["learner"]: float(row["total"]) for row in csv.DictReader(file)}
    assert marks == {**{case: earns for case, (earns, _) in CASES.items()}, "honest": 10.0}
    told = done.stdout[done.stdout.index("Look at these first") :]
    assert {case for case in CASES if f"{case} (01)" in told} == {
        case for case, (_, flag) in CASES.items() if flag
    }
    assert (home / ".secret").read_text() == "mine"
