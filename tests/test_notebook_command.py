"""`checker notebook`, up to the moment at which JupyterLab takes over."""

import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from checker.course.lessons import find_course
from checker.errors import UsageError
from checker.notebook import lab, places


@pytest.fixture
def notebook(course):
    path = places.shipped(course, find_course(course).find("41"))
    path.parent.mkdir()
    path.write_text("{}", "utf-8")
    return path


@pytest.fixture
def instead(monkeypatch, tmp_path):
    """A program to be started in JupyterLab's place."""

    def start(source):
        script = tmp_path / "lab.py"
        script.write_text(source, "utf-8")
        monkeypatch.setattr(lab, "COMMAND", (sys.executable, str(script)))

    return start


def test_jupyterlab_is_started_at_the_notebook_and_gets_the_other_options(
    course, notebook, instead, tmp_path
):
    seen = tmp_path / "seen"
    instead(f"import os, sys\nopen({str(seen)!r}, 'w').write('\\n'.join([os.getcwd(), *sys.argv[1:]]))\n")

    lab.open_lab(course, notebook, ["--no-browser", "--port=9000"])

    path = str(notebook.relative_to(course))
    assert seen.read_text("utf-8").splitlines() == [
        str(course),
        f"--ServerApp.root_dir={course}",
        path,
        "--no-browser",
        "--port=9000",
    ]


def test_without_jupyterlab_it_says_in_one_line_how_to_install_it(course, notebook, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(
        UsageError, match=r"^JupyterLab is not installed\. .+pip install .+'\.\[notebooks\]'$"
    ):
        lab.open_lab(course, notebook, [])


def test_failure_of_jupyterlab_is_one_line(course, notebook, instead):
    instead("raise SystemExit(1)")

    with pytest.raises(UsageError, match="JupyterLab ended with exit code 1"):
        lab.open_lab(course, notebook, [])


def test_ctrl_c_is_how_one_leaves_and_jupyterlab_has_the_time_it_needs(course, notebook, instead, tmp_path):
    begun, closed = tmp_path / "begun", tmp_path / "closed"
    instead(
        f"import pathlib, time\npathlib.Path({str(begun)!r}).touch()\n"
        "try:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n"
        f"    time.sleep(1)\n    pathlib.Path({str(closed)!r}).touch()\n    raise SystemExit(1)\n"
    )
    children = []
    popen = subprocess.Popen

    def press():
        while not begun.exists():
            time.sleep(0.02)
        os.kill(children[0].pid, signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            subprocess, "Popen", lambda *args, **more: children.append(popen(*args, **more)) or children[0]
        )
        thread = threading.Thread(target=press)
        thread.start()
        lab.open_lab(course, notebook, [])
        thread.join()

    assert closed.exists()


def test_lesson_without_a_notebook_is_one_line_from_anywhere_in_the_course(in_course, course, notebook):
    notebook.rename(notebook.with_name("42_other.ipynb"))

    done = in_course("notebook", "41", "--no-browser", cwd=course / "lessons" / "41_test_client")

    assert done.returncode == 2
    assert done.stderr.startswith(f"checker: There is no {notebook}")
    assert done.stderr.endswith("There are notebooks for: 42.\n")
