"""The magics in a real kernel: what a cell shows, and that the kernel survives what a cell does."""

import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel
from jupyter_core.utils import ensure_event_loop

ROOT = Path(__file__).parents[1]
UNKNOWN = 'def test_unknown_user():\n    assert client.get("/users/nobody").status_code == {}\n'


class Kernel:
    """A running kernel, asked a cell at a time."""

    def __init__(self, client, interrupt):
        self._client = client
        self.interrupt = interrupt

    def __call__(self, source, mime="text/plain"):
        """What the cell shows: its outputs of this kind, and all that is written to a stream."""
        shown = []

        def hear(message):
            content = message["content"]
            if message["msg_type"] in ("display_data", "execute_result"):
                shown.append(content["data"].get(mime, ""))
            elif message["msg_type"] == "stream":
                shown.append(content["text"])
            elif message["msg_type"] == "error":
                shown.append("\n".join(content["traceback"]))

        reply = self._client.execute_interactive(source, output_hook=hear, timeout=60)
        self.status = reply["content"]["status"]
        return "".join(shown)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of lesson 01, with a notebooks/ folder in which the kernel runs."""
    folder = tmp_path_factory.mktemp("course")
    for part in ("lessons", "solutions"):
        shutil.copytree(
            ROOT / part / "01_test_client",
            folder / part / "01_test_client",
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    (folder / "notebooks").mkdir()
    return folder


@pytest.fixture(scope="module")
def kernel(copy):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        manager, client = start_new_kernel(kernel_name="python3", cwd=str(copy / "notebooks"))
    kernel = Kernel(client, manager.interrupt_kernel)
    assert kernel("%load_ext checker") == ""
    yield kernel
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    ensure_event_loop().close()  # the client makes one for each thread, and leaves it open


@pytest.fixture
def hostile(kernel):
    """The kernel, for a cell that would harm it; it must be able to compute and to judge afterwards."""
    yield kernel
    assert kernel("1 + 1") == "2"
    assert kernel("%%check 01\n" + UNKNOWN.format(404)).startswith("Right:")


@pytest.fixture
def in_a_second(hostile):
    """Runs may take one second."""
    limit = "from checker.notebook.magics import CheckerMagics as m; m.session.limit = {}"
    hostile(limit.format(1))
    yield hostile
    hostile(limit.format(10))


def test_cell_is_judged_as_text_and_as_html(kernel):
    cell = "%%check 01\n" + UNKNOWN.format(404)

    assert "✓ test_unknown_user: valid, catches 2 mutants" in kernel(cell)
    assert "<table>" in kernel(cell, "text/html")


def test_same_cell_says_the_same_again(kernel):
    cell = "%%check 01\n" + UNKNOWN.format(404)

    assert kernel(cell) == kernel(cell)


def test_wrong_is_told_from_not_attempted(kernel):
    wrong = kernel("%%check 01\n" + UNKNOWN.format(405))
    to_do = kernel('%%check 01\ndef test_unknown_user():\n    pytest.fail("TODO: x")\n')

    assert wrong.startswith("Wrong: ")
    assert to_do.startswith("Not attempted: ")


def test_failure_is_told_in_the_lines_of_the_cell(kernel):
    said = kernel("%%check 01\n" + UNKNOWN.format(405))

    assert "    this cell, line 3: in test_unknown_user\n" in said


def test_advice_is_told_in_the_lines_of_the_cell(kernel):
    said = kernel("%%check 01\n" + UNKNOWN.format(405) + UNKNOWN.format(404))

    assert "the one in line 4 of this cell replaces the one in line 2 of this cell" in " ".join(said.split())


def test_files_and_progress_of_the_learner_stay_as_they_are(kernel, copy):
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}

    kernel("%%check 01\n" + UNKNOWN.format(404))

    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before


def test_code_of_a_cell_does_not_run_in_the_kernel(kernel):
    kernel("%%check 01\nbuilt_here = 1\ndef test_unknown_user(): assert built_here\n")

    assert kernel("'built_here' in globals()") == "False"


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        ("%%check\nx = 1", "Say which lesson: %%check 01"),
        ("%%check 77\nx = 1", "There is no lesson '77'"),
        ("%%check 01\ndef test_x(:", "Line 2 of this cell is not Python"),
        ("%%check 01\n\n", "The cell is empty"),
        ("%%check 01\nx = 1", "This cell has no test"),
        ("%hint", "Say which lesson: %hint 01"),
        ("%hint 01 test_nothing", "has no task 'test_nothing'"),
        ("%lesson", "Say which lesson: %lesson 01"),
    ],
)
def test_mistake_is_one_line_without_a_traceback(kernel, cell, line):
    said = kernel(cell)

    assert kernel.status == "error"
    assert line in said
    assert said.strip().count("\n") == 0
    assert "Traceback" not in said


def test_kernel_outside_of_a_course_is_told_so(kernel, tmp_path, copy):
    kernel(f"%cd -q {tmp_path}")
    said = kernel("%%check 01\n" + UNKNOWN.format(404))
    kernel(f"%cd -q {copy}")  # its root will do as well as its notebooks/

    assert "No lessons here" in said


def test_cell_that_hangs_is_stopped(in_a_second):
    said = in_a_second("%%check 01\ndef test_unknown_user():\n    while True: pass\n")

    assert "test_unknown_user does not end: stopped after 1 seconds" in said


def test_cell_that_hangs_before_any_test_is_stopped(in_a_second):
    said = in_a_second("%%check 01\nwhile True: pass\ndef test_unknown_user(): ...\n")

    assert said.startswith("Wrong: no test of this cell ran.")


def test_interrupting_the_kernel_ends_a_check_at_once(hostile, tmp_path):
    began = tmp_path / "began"
    started = time.monotonic()

    def interrupt():
        while not began.exists() and time.monotonic() < started + 8:
            time.sleep(0.05)
        hostile.interrupt()
        ensure_event_loop().close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(interrupt)
        said = hostile(
            f"%%check 01\ndef test_unknown_user():\n    open({str(began)!r}, 'w').close()\n    while True: pass\n"
        )

    assert "KeyboardInterrupt" in said
    assert time.monotonic() - started < 8  # a run may take ten


@pytest.mark.parametrize("call", ["os._exit(0)", "os.abort()", "os.kill(os.getpid(), 9)", "raise SystemExit"])
def test_cell_that_ends_its_process_ends_no_other(hostile, call):
    said = hostile(f"%%check 01\nimport os\ndef test_unknown_user():\n    {call}\n")

    assert said.startswith("Wrong: ")


def test_cell_that_kills_what_started_it_is_one_line(hostile):
    said = hostile("%%check 01\nimport os\ndef test_unknown_user():\n    os.kill(os.getppid(), 9)\n")

    assert "A run ended its worker process" in said
    assert "Traceback" not in said


def test_hundred_megabytes_of_output_stay_where_they_are(hostile):
    said = hostile(
        "%%check 01\nimport os, sys\ndef test_unknown_user():\n"
        "    for stream in (1, 2):\n        for _ in range(50):\n            os.write(stream, b'x' * 1_000_000)\n"
        "    print('y' * 1_000_000)\n    assert client.get('/users/nobody').status_code == 404\n"
    )

    assert said.startswith("Right: ")
    assert len(said) < 5_000


def test_failure_with_a_message_of_megabytes_is_cut(hostile):
    said = hostile("%%check 01\ndef test_unknown_user():\n    pytest.fail('z' * 3_000_000)\n")

    assert said.startswith("Wrong: ")
    assert len(said) < 100_000


def test_hint_climbs_from_one_call_to_the_next(kernel):
    first, second = kernel("%hint 01 test_unknown_user"), kernel("%hint 01 test_unknown_user")

    assert first.startswith("Hint 1 of ")
    assert second.startswith("Hint 2 of ")


def test_lesson_shows_its_promises_and_lends_its_app(kernel):
    said = kernel("%lesson 01")

    assert "P1  `GET /users/{username}`" in said
    assert "Not promised:" in said
    assert "| P1 |" in kernel("%lesson 01", "text/markdown")
    assert kernel("from users_api import app; app.title") == "'Users'"


def test_importing_the_checker_imports_nothing_of_a_notebook():
    code = (
        "import sys, checker; print([m for m in sys.modules if 'IPython' in m or m.startswith('checker.')])"
    )

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"
