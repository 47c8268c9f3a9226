"""Runs and the processes that carry them out, with fork and without."""

import os
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from checker.engine import wire
from checker.engine.libraries import modules_for
from checker.engine.run import Interrupted, Request
from checker.engine.runner import open_runner, run_all
from checker.errors import HarnessError

BOTH = pytest.mark.parametrize("fork", [True, False], ids=["fork", "single-use"])


@pytest.fixture
def request_for():
    """A request for a run of one file of tests."""

    def make(source, **more):
        return Request("lesson", {}, {"test_it.py": source.encode()}, ("test_it.py",), **more)

    return make


def outcomes(report):
    return {fields[0]: fields[1] for name, *fields in report.events if name == "test"}


@BOTH
def test_report_of_a_run_is_sealed_and_says_what_each_test_did(request_for, fork):
    request = request_for("def test_a(): pass\ndef test_b(): assert 0\n")

    with open_runner(modules_for([]), workers=1, fork=fork) as runner:
        report = runner.run(request)

    assert report.sealed
    assert outcomes(report) == {"test_it.py::test_a": "passed", "test_it.py::test_b": "failed"}


@BOTH
def test_run_that_never_ends_is_stopped_at_its_limit_with_all_that_it_started(request_for, fork, tmp_path):
    mark = tmp_path / "mark"
    request = request_for(
        "import os, time\n\ndef test_a():\n"
        "    if os.fork() == 0:\n"
        f"        while True:\n            open({str(mark)!r}, 'ab').write(b'!')\n            time.sleep(0.05)\n"
        "    time.sleep(60)\n",
        limit=0.5,
    )

    with open_runner(modules_for([]), workers=1, fork=fork) as runner:
        report = runner.run(request)

    assert (report.stopped, report.sealed) == ("test_asleep", False)
    written = mark.read_bytes()
    time.sleep(1)
    assert mark.read_bytes() == written, "nothing is there that writes"


@BOTH
def test_run_that_ends_its_process_has_no_seal(request_for, fork):
    with open_runner(modules_for([]), workers=1, fork=fork) as runner:
        report = runner.run(request_for("import os\n\ndef test_a():\n    os._exit(7)\n"))

    assert (report.sealed, report.stopped, report.status) == (False, "", 7)


@BOTH
def test_lines_without_the_key_of_the_run_are_not_believed(request_for, fork):
    source = """
import os

def test_a():
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b'["forged", "test", "test_it.py::test_b", "passed", "", "", ""]\\\\nno json\\\\n[]\\\\n')
        except OSError:
            pass
"""
    with open_runner(modules_for([]), workers=1, fork=fork) as runner:
        report = runner.run(request_for(source.replace("\\\\\\\\", "\\\\")))

    assert "test_it.py::test_b" not in outcomes(report)


@BOTH
def test_flood_of_reports_is_cut_off(request_for, fork):
    source = """
import os

def test_a():
    while True:
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, b"x" * 60_000)
            except OSError:
                pass
"""
    with open_runner(modules_for([]), workers=1, fork=fork) as runner:
        report = runner.run(request_for(source, limit=20))

    assert not report.sealed
    assert report.took < 15


def test_run_sees_nothing_of_the_run_before_it(request_for):
    source = (
        "import os, fastapi\n\ndef test_a():\n    assert not hasattr(fastapi, 'mark')\n    fastapi.mark = 1\n"
    )

    with open_runner(modules_for([]), workers=1) as runner:
        reports = [runner.run(replace(request_for(source), key=key)) for key in "ab"]

    assert [outcomes(report) for report in reports] == [{"test_it.py::test_a": "passed"}] * 2


THREE = "class TestX:\n    def test_a(self): pass\n    def test_b(self): pass\ndef test_c(): pass\n"


def in_order(report):
    return [fields[0].rpartition("::")[2] for name, *fields in report.events if name == "test"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, ["test_a", "test_b", "test_c"]),
        ({"order": "reversed"}, ["test_c", "test_b", "test_a"]),
        ({"order": "alone", "only": "test_it.py::TestX::test_b"}, ["test_b"]),
        ({"without": ("test_it.py::TestX::test_a",)}, ["test_b", "test_c"]),
        ({"most_tests": 2}, ["test_a", "test_b"]),
    ],
    ids=["file", "reversed", "alone", "without", "most tests"],
)
def test_request_says_which_tests_run_and_in_which_order(request_for, more, expected):
    with open_runner(modules_for([]), workers=1) as runner:
        report = runner.run(request_for(THREE, **more))

    assert in_order(report) == expected
    left_out = [fields for name, *fields in report.events if name == "left_out"]
    assert left_out == ([[1]] if "most_tests" in more else [])


def test_shuffled_order_keeps_blocks_together_and_depends_on_its_seed(request_for):
    with open_runner(modules_for([]), workers=1) as runner:
        orders = [
            in_order(runner.run(request_for(THREE, order=f"shuffled-{seed}"))) for seed in (*range(6), 0)
        ]

    assert orders[0] == orders[-1]
    assert len({tuple(order) for order in orders}) > 1
    assert all(abs(order.index("test_a") - order.index("test_b")) == 1 for order in orders)


def test_worker_that_a_test_kills_is_replaced(request_for):
    with open_runner(modules_for([]), workers=1) as runner:
        with pytest.raises(HarnessError, match="ended its worker process 3 times"):
            runner.run(request_for("import os\n\ndef test_a():\n    os.kill(os.getppid(), 9)\n"))
        report = runner.run(request_for("def test_a(): pass\n"))

    assert report.sealed


@BOTH
def test_worker_that_cannot_start_is_the_harness_failing(request_for, fork, monkeypatch):
    monkeypatch.setattr("checker.engine.processes._PYTHON", (sys.executable, "-c", "raise SystemExit(1)"))

    with open_runner(modules_for([]), workers=1, fork=fork) as runner, pytest.raises(HarnessError):
        runner.run(request_for("def test_a(): pass\n"))


@BOTH
def test_library_that_is_named_and_not_installed_is_no_failure_of_the_harness(request_for, fork):
    with open_runner(["no_such_library"], workers=1, fork=fork) as runner:
        assert runner.run(request_for("def test_a(): pass\n")).sealed


@BOTH
def test_process_that_escapes_its_group_does_not_outlast_the_limit(request_for, fork):
    source = """
import os, time

def test_a():
    if os.fork() == 0:
        os.setsid()
        time.sleep(40)
        os._exit(0)
    os._exit(0)
"""
    with open_runner(modules_for([]), workers=1, fork=fork) as runner:
        report = runner.run(request_for(source, limit=2))

    assert not report.sealed
    assert report.took < 20


def lost_run(runner, request):
    with pytest.raises(HarnessError):
        runner.run(request)


def test_runner_that_is_closed_in_the_middle_of_a_run_ends_it(request_for):
    request = request_for("import time\n\ndef test_a():\n    time.sleep(60)\n", limit=50)
    started = time.perf_counter()

    with open_runner(modules_for([]), workers=1) as runner:
        thread = threading.Thread(target=lost_run, args=(runner, request), daemon=True)
        thread.start()
        time.sleep(1.5)

    assert time.perf_counter() - started < 40, "before the time limit"


def test_runner_that_is_closed_ends_those_who_wait_for_a_worker_too(request_for):
    request = request_for("import time\n\ndef test_a():\n    time.sleep(60)\n", limit=50)
    ended = []

    def work(runner):
        with pytest.raises(HarnessError):
            list(run_all(runner, [request] * 20, runner.run))
        ended.append(True)

    with open_runner(modules_for([]), workers=2) as runner:
        thread = threading.Thread(target=work, args=(runner,), daemon=True)
        thread.start()
        time.sleep(0.5)
    thread.join(20)

    assert ended


def test_conftest_above_the_workspace_is_not_loaded(request_for, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "conftest.py").write_text("raise RuntimeError('not ours')\n")

    with open_runner(modules_for([]), workers=1) as runner:
        assert outcomes(runner.run(request_for("def test_a(): pass\n"))) == {"test_it.py::test_a": "passed"}


def test_fixtures_of_pytest_itself_are_there(request_for):
    with open_runner(modules_for([]), workers=1) as runner:
        report = runner.run(
            request_for("def test_a(cache, record_property, doctest_namespace, capfd): pass\n")
        )

    assert outcomes(report) == {"test_it.py::test_a": "passed"}


def test_app_that_is_made_and_dropped_in_a_test_leaves_no_override(request_for):
    source = """
from fastapi import FastAPI

def test_a():
    FastAPI().dependency_overrides[print] = lambda: None
"""
    with open_runner(modules_for([]), workers=1) as runner:
        report = runner.run(request_for(source))

    assert [leak for name, *found in report.events if name == "leaks" for leak in found] == []


@BOTH
def test_no_process_is_left_when_the_runner_is_closed(request_for, fork):
    with open_runner(modules_for([]), workers=2, fork=fork) as runner:
        runner.run(request_for("def test_a(): pass\n"))

    assert not [pid for pid in children_of(os.getpid()) if b"checker.engine.warm" in command_of(pid)]


def test_runs_are_carried_out_side_by_side_and_answered_in_order(request_for):
    jobs = list(range(4))

    class Slow:
        workers = 4

    started = time.perf_counter()
    done = list(run_all(Slow(), jobs, lambda job: (time.sleep(0.2), job)[1]))

    assert done == jobs
    assert time.perf_counter() - started < 0.7


def test_libraries_are_warmed_only_where_files_name_them():
    assert "sqlalchemy" not in modules_for(["import fastapi"])
    assert {"sqlalchemy", "aiosqlite"} <= set(modules_for(["import sqlalchemy", "'sqlite+aiosqlite://'"]))


def test_arguments_of_the_environment_do_not_reach_a_run(request_for, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")

    with open_runner(modules_for([]), workers=1) as runner:
        assert runner.run(request_for("def test_a(): pass\n")).sealed


def children_of(parent):
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            yield int(status.parent.name)


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


# -- interrupted


@BOTH
def test_interrupt_ends_the_run_under_way_and_a_later_one_starts_after_resume(request_for, fork, tmp_path):
    mark = tmp_path / "mark"
    slow = request_for(
        f"import time\n\ndef test_a():\n    open({str(mark)!r}, 'w').close()\n    time.sleep(90)\n", limit=80
    )
    ended = []

    def run():
        try:
            runner.run(slow)
        except Interrupted:
            ended.append(time.perf_counter() - started)

    with open_runner(modules_for([]), workers=1, fork=fork) as runner:
        thread = threading.Thread(target=run)
        started = time.perf_counter()
        thread.start()
        while not mark.exists():
            time.sleep(0.01)
        runner.interrupt()
        thread.join(30)
        with pytest.raises(Interrupted):
            runner.run(slow)
        runner.resume()
        report = runner.run(request_for("def test_b(): pass\n"))

    assert len(ended) == 1
    assert ended[0] < 70, "before the time limit"
    assert outcomes(report) == {"test_it.py::test_b": "passed"}


def test_stop_that_comes_when_its_run_is_over_does_not_touch_the_next_one(request_for):
    first, second = request_for("def test_a(): pass\n"), request_for("def test_a(): pass\n")

    with open_runner(modules_for([]), workers=1) as runner:
        runner.run(first)
        connection = runner._idle.get()
        wire.send_message(connection, {"stop": first.key})
        runner._idle.put(connection)
        report = runner.run(second)

    assert report.sealed


def test_message_offers_no_option_that_a_reader_could_not_add(request_for):
    request = request_for(
        "def test_a():\n    assert [1, 2] == [2]\n\ndef test_b():\n    assert {1: 1, 2: 2} == {1: 2, 2: 2}\n"
    )

    with open_runner(modules_for([]), workers=1) as runner:
        report = runner.run(request)

    told = [text for name, *fields in report.events if name == "test" for text in fields[3:]]
    assert len(told) == 4
    assert not [text for text in told if "-v" in text]
