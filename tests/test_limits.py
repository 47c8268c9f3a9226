"""Limits of time that a busy machine cannot move: what counts, who is blamed, and what is repeated alone."""

import os
import signal
import subprocess
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT

from checker.check import check_with
from checker.course.lessons import Course
from checker.course.suite import Suite
from checker.engine import family
from checker.engine.gate import Gate
from checker.engine.libraries import modules_for
from checker.engine.limits import Limits, Usage
from checker.engine.run import Report, Request
from checker.engine.runner import open_runner
from checker.errors import HarnessError
from checker.judging.lost import may_be_lost_by_chance, settled_by
from checker.judging.verdict import Run
from checker.showing import as_json, report

BOTH = pytest.mark.parametrize("fork", [True, False], ids=["fork", "single-use"])


# -- what counts, pure


def looked(limit=10, tests=1, *, elapsed, ran=0.0, waited=0.0):
    """What a run is stopped for at the second look; the first was when its first test began."""
    limits = Limits(limit)
    for number in range(tests):
        limits.begin_test()
        if number == 0:
            limits.look(0, Usage())
    return limits.look(elapsed, Usage(ran, waited))


def test_waiting_for_a_core_counts_for_nothing():
    assert looked(elapsed=500, ran=2, waited=498) == ""


def test_machine_that_has_no_time_at_all_is_to_blame_itself():
    assert looked(elapsed=601, ran=2, waited=599) == "starved"


@pytest.mark.parametrize(
    ("elapsed", "ran", "stopped"), [(9, 9, ""), (11, 11, "test"), (9, 0, ""), (11, 0, "test_asleep")]
)
def test_test_has_the_limit_to_itself_whether_it_computes_or_sleeps(elapsed, ran, stopped):
    limits = Limits(10)
    limits.begin_test()
    limits.look(0.1, Usage())

    assert limits.look(elapsed, Usage(ran)) == stopped


def test_next_test_has_the_whole_limit_again():
    limits = Limits(10)
    for number in range(5):
        limits.begin_test()
        assert limits.look(number * 2.5, Usage(number * 2.5)) == ""

    assert limits.look(19, Usage(14)) == ""
    assert limits.look(21, Usage(20.5)) == "test"


def test_run_has_a_second_more_for_each_test_it_begins_and_never_more_than_sixty():
    assert looked(tests=3, elapsed=12, ran=12) == ""
    assert looked(tests=3, elapsed=14, ran=14) == "run"
    assert looked(tests=500, elapsed=61, ran=61) == "run"
    assert looked(limit=100, tests=500, elapsed=99, ran=99) == ""


def test_run_may_sleep_three_times_as_long_as_it_may_compute():
    assert looked(tests=2, elapsed=35) == ""
    assert looked(tests=2, elapsed=37) == "run_asleep"


def test_who_looks_late_has_not_seen_the_run_sleep():
    limits = Limits(10)
    limits.begin_test()
    limits.look(0.1, Usage())

    assert limits.look(30.1, Usage(), late=25) == ""
    assert limits.look(35.2, Usage()) == "test_asleep"


def test_seconds_of_collecting_are_not_taken_from_the_tests():
    limits = Limits(10)
    limits.look(9, Usage(9))
    limits.begin_test()
    limits.look(9.5, Usage(9.5))

    assert limits.look(19, Usage(19)) == ""
    assert limits.look(20, Usage(20)) == "test", "and not the run: this is the one that is slow"


def test_collecting_has_a_limit_too():
    assert looked(tests=0, elapsed=11, ran=11) == "test"


# -- what a lost run and its repetition say together, pure


def lost(ended, message="stopped after 10 seconds", **more):
    return Run("m", ended=ended, message=message, **more)


@pytest.mark.parametrize(
    ("ended", "stopped", "on_correct_app", "on_mutant"),
    [
        ("finished", "", False, False),
        ("broken", "", False, False),
        ("crash", "", False, True),
        ("timeout", "test", True, True),
        ("timeout", "run_asleep", True, True),
        ("starved", "starved", True, True),
        ("timeout", "memory", False, True),
    ],
)
def test_run_that_a_limit_of_time_ended_is_repeated_and_on_a_mutant_a_crash_too(
    ended, stopped, on_correct_app, on_mutant
):
    run = lost(ended, stopped=stopped)

    assert may_be_lost_by_chance(run, on_mutant=False) == on_correct_app
    assert may_be_lost_by_chance(run, on_mutant=True) == on_mutant


@pytest.mark.parametrize(
    ("first", "again", "counts"),
    [
        ("timeout", "timeout", "timeout"),
        ("crash", "crash", "crash"),
        ("timeout", "finished", "undecided"),
        ("timeout", "crash", "undecided"),
        ("crash", "finished", "undecided"),
        ("timeout", "starved", "starved"),
        ("starved", "timeout", "undecided"),
        ("starved", "finished", "finished"),
    ],
)
def test_mutant_is_decided_where_both_runs_agree_or_the_machine_alone_was_to_blame(first, again, counts):
    assert settled_by(lost(first), lost(again), on_mutant=True).ended == counts


def test_on_a_correct_app_the_repetition_counts():
    assert settled_by(lost("timeout"), lost("finished"), on_mutant=False).ended == "finished"


def test_what_is_suspect_in_a_lost_run_stays_suspect():
    first = replace(lost("crash"), suspect=("report_missing",))

    assert settled_by(first, lost("finished"), on_mutant=True).suspect == ("report_missing",)


# -- alone, among threads


def test_run_that_is_alone_has_none_beside_it_and_goes_before_those_who_come_later():
    gate, order, under_way, go_on = Gate(), [], threading.Event(), threading.Event()

    def first():
        with gate.beside_others():
            under_way.set()
            go_on.wait(30)
            order.append("first")

    def alone():
        with gate.alone():
            order.append("alone begins")
            time.sleep(0.2)
            order.append("alone ends")

    def later():
        with gate.beside_others():
            order.append("later")

    threads = [threading.Thread(target=work, daemon=True) for work in (first, alone, later)]
    threads[0].start()
    under_way.wait(30)
    threads[1].start()
    while not gate._want_to_be_alone:
        time.sleep(0.01)
    threads[2].start()
    time.sleep(0.1)
    go_on.set()
    for thread in threads:
        thread.join(30)

    assert order == ["first", "alone begins", "alone ends", "later"]


def test_runs_of_one_gate_go_side_by_side():
    gate, together = Gate(), threading.Barrier(3, timeout=30)

    def one():
        with gate.beside_others():
            together.wait()

    threads = [threading.Thread(target=one, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert not together.broken


# -- a check, on a runner that is told what comes of each run

NAMES = ("test_a", "test_b")


class ToldRunner:
    """Says of each run what `tell` does, of a variant's app, and whether it is alone."""

    workers = 1

    def __init__(self, tell):
        self.tell = tell
        self.alone = []

    def run(self, request, *, alone=False):
        app = "".join(request.app.values())
        if alone:
            self.alone.append(request.order)
        return self.tell(app, alone, request)


def whole(outcomes=("passed", "passed"), took=0.1, without=()):
    nodes = [f"test_suite.py::{name}" for name in NAMES if f"test_suite.py::{name}" not in without]
    tests = [("test", node, out, "assertion", "", "") for node, out in zip(nodes, outcomes, strict=False)]
    return Report((("collected", nodes), *tests, ("leaks",), ("seal",)), True, "", 0, 0.1, took)


def stopped(kind="test", began=0, took=0.1):
    nodes = [f"test_suite.py::{name}" for name in NAMES]
    tests = [("test", node, "passed", "", "", "") for node in nodes[:began]]
    return Report((("collected", nodes), *tests), False, kind, -9, 0.1, took)


@pytest.fixture(scope="module")
def lesson():
    return Course(ROOT).find("01")


@pytest.fixture(scope="module")
def reference(lesson):
    return "".join(lesson.app_files.values())


SUITE = Suite({"test_suite.py": b"def test_a(): ...\ndef test_b(): ...\n"}, is_own=False)


def checked(lesson, tell, **more):
    runner = ToldRunner(tell)
    return check_with(runner, lesson, SUITE, **more), runner


@pytest.fixture(scope="module")
def bug(lesson):
    """The text of a mutant's app, and the mutant."""
    from checker.course.variants import load_variants

    mutant = load_variants(lesson).mutants[0]
    return "".join(mutant.files.values()), mutant


def killing(app, reference):
    return whole(("passed", "passed") if app == reference else ("failed", "passed"))


def found_in(result):
    """The kinds of findings, but for advice."""
    return [finding.kind for finding in result.verdict.findings if finding.stage != "advice"]


def is_correct(lesson):
    from checker.course.variants import load_variants

    return {"".join(variant.files.values()) for variant in load_variants(lesson).correct}


def told_of(lesson, bug, on_bug):
    """All mutants killed, but for what `on_bug` says of one of them."""
    correct = is_correct(lesson)

    def tell(app, alone, request):
        if app == bug[0]:
            return on_bug(alone)
        return whole(without=request.without) if app in correct else whole(("failed", "passed"))

    return tell


def test_mutant_on_which_a_test_hangs_twice_survives_and_the_test_is_named(lesson, bug):
    result, runner = checked(lesson, told_of(lesson, bug, lambda alone: stopped()))

    assert (result.verdict.status, runner.alone) == ("survivors", ["file"])
    [finding] = [found for found in result.verdict.findings if found.stage == "mutant"]
    assert finding.kind == "mutant_run_lost"
    assert "test_a does not end, and so does not catch it" in finding.text
    assert "--time-limit" in finding.text


@pytest.mark.parametrize(
    "again",
    [whole(("failed", "passed")), whole(), stopped("starved")],
    ids=["killed", "passed", "no time again"],
)
def test_mutant_whose_runs_disagree_is_undecided_and_the_next_step_says_what_to_do(lesson, bug, again):
    result, _ = checked(lesson, told_of(lesson, bug, lambda alone: again if alone else stopped()))

    mutant = result.verdict.mutants[0]
    assert (result.verdict.status, mutant.undecided, mutant.killed) == ("undecided", True, False)
    assert found_in(result) == ["mutant_undecided"]
    assert "--time-limit" in report.next_step(result)
    assert "1 undecided" in "\n".join(report.areas(result))
    document = as_json.one_document(result, reveal=False)
    assert document["status"] == "undecided"
    assert [m.get("undecided") for m in document["mutants"]].count(True) == 1
    assert bug[1].id not in str(document), "who is undecided is not named either"


def test_run_that_the_machine_had_no_time_for_is_decided_by_its_repetition(lesson, bug):
    caught = whole(("failed", "passed"))

    result, _ = checked(lesson, told_of(lesson, bug, lambda alone: caught if alone else stopped("starved")))

    assert result.verdict.status == "complete"


def test_time_out_on_the_app_that_does_not_come_again_is_nobodys_fault(lesson, reference, bug):
    tell = told_of(lesson, bug, lambda alone: whole(("failed", "passed")))

    def first_is_slow(app, alone, request):
        slow = app == reference and not alone and request.order == "file"
        return stopped() if slow else tell(app, alone, request)

    result, runner = checked(lesson, first_is_slow)

    assert (result.verdict.status, found_in(result)) == ("complete", [])
    assert runner.alone


def test_machine_that_has_no_time_for_a_correct_app_is_no_verdict(lesson):
    with pytest.raises(HarnessError, match="too busy to run the tests of lesson 01"):
        checked(lesson, lambda app, alone, request: stopped("starved"))


def test_tests_that_are_slow_together_are_blamed_together_and_what_was_not_run_is_said(lesson):
    result, _ = checked(lesson, lambda app, alone, request: stopped("run", began=1))

    found = [finding for finding in result.verdict.findings if finding.stage == "reference"]
    assert [(finding.kind, finding.test) for finding in found] == [("timeout", None)]
    assert found[0].text.endswith("up to 60 (--time-limit). Not run: test_b.")
    assert [test.outcome for test in result.verdict.tests] == ["passed", "timeout"]
    assert "1 of 2 tests pass on the app" in "\n".join(report.stages(result))


def test_submission_beyond_its_budget_is_a_crash_of_the_suite_and_flagged(lesson, reference):
    def tell(app, alone, request):
        return replace(killing(app, reference), took=100.0)

    result, _ = checked(lesson, tell, graded=True)

    assert (result.verdict.status, result.verdict.suspect) == ("broken", ("takes_too_long",))
    assert result.verdict.score == 0
    assert "more than 30 minutes" in result.verdict.findings[0].text


def test_person_who_checks_their_own_tests_has_no_budget(lesson, reference):
    def tell(app, alone, request):
        return replace(killing(app, reference), took=10_000.0)

    assert checked(lesson, tell)[0].verdict.suspect == ()


# -- real processes


@pytest.fixture
def request_for():
    def make(source, **more):
        return Request("lesson", {}, {"test_it.py": source.encode()}, ("test_it.py",), **more)

    return make


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc here")
@pytest.mark.parametrize("told", [True, False], ids=["by each process", "by all there are"])
def test_family_is_a_process_and_all_below_it(told, monkeypatch):
    monkeypatch.setattr(family, "_NAMES_CHILDREN", told)
    child = subprocess.Popen(["sh", "-c", "sleep 60 & echo $!; wait"], stdout=subprocess.PIPE, text=True)
    try:
        grandchild = int(child.stdout.readline())

        assert set(family.Family(child.pid).pids()) == {child.pid, grandchild}
    finally:
        os.kill(grandchild, signal.SIGKILL)
        child.wait()
        child.stdout.close()


@BOTH
def test_children_that_ended_count_too(request_for, fork):
    """Each child computes for less than the limit; none of them is there for long."""
    source = """
import os, time

def test_it():
    while True:
        if os.fork() == 0:
            while time.process_time() < 0.3:
                pass
            os._exit(0)
        os.wait()
"""
    with open_runner(modules_for([]), workers=1, fork=fork) as runner:
        report = runner.run(request_for(source, limit=1.5))

    assert report.stopped == "test"


@BOTH
def test_many_tests_that_are_slow_but_not_too_slow_come_to_their_end(request_for, fork):
    source = (
        "import time, pytest\n\n@pytest.mark.parametrize('n', range(6))\ndef test_it(n): time.sleep(0.4)\n"
    )

    with open_runner(modules_for([]), workers=1, fork=fork) as runner:
        report = runner.run(request_for(source, limit=1.5))

    assert (report.sealed, report.stopped) == (True, "")


@BOTH
def test_the_one_slow_test_is_named(request_for, fork):
    source = """
def test_quick(): pass

def test_slow():
    while True: pass
"""
    with open_runner(modules_for([]), workers=1, fork=fork) as runner:
        report = runner.run(request_for(source, limit=0.5))

    assert report.stopped == "test"
    assert [fields[0] for name, *fields in report.events if name == "start"][-1] == "test_it.py::test_slow"
