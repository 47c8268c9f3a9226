"""A suite that is undecided, through all of grading: no mark anywhere, first to be looked at, graded again."""

import csv
import json
import re

import pytest
from marked_class import ONE, TWO, class_of, learner, undecided, unit

from checker.grading.exports import export
from checker.grading.likeness import Print
from checker.grading.marked import mark_class
from checker.grading.model import Learner, LearnerResult
from checker.grading.opening import open_gradebook
from checker.grading.policy import Policy, mark
from checker.grading.report import overview
from checker.grading.report.feedback import feedback
from checker.grading.report.stages import stages

WHO = Learner("alice")


@pytest.mark.parametrize("status", ["undecided", "invalid", "todo"])
@pytest.mark.parametrize("award", ["score", "complete"])
def test_there_is_no_mark_whatever_the_status(status, award):
    given = mark(Policy(award=award), ONE, undecided(status=status))

    assert given.points is None
    assert "graded again" in given.reasons[0]


def test_total_waits_for_it():
    [marked] = mark_class(Policy(), class_of(learner("alice", [undecided(), unit(lesson=TWO)]))).learners

    assert marked.total.points is None


@pytest.mark.parametrize("format", ["csv", "json", "junit", "gradescope", "classroom50"])
def test_exports_leave_it_blank_and_say_why(format, tmp_path):
    result = class_of(learner("alice", [undecided()]), learner("ben", [unit()]))

    lines = export(
        format, result, Policy(), tmp_path, columns={"classroom": "x"} if format == "classroom50" else None
    )

    assert f"alice, {ONE}: left blank, as it is undecided; to be graded again." in lines
    files = {path.name: path.read_text("utf-8") for path in tmp_path.rglob("*") if path.is_file()}
    assert is_blank(format, files)


def is_blank(format, files):
    if format == "csv":
        [row] = [row for row in csv.reader(files["grades.csv"].splitlines()) if row[0] == "alice"]
        return row[3] == row[-2] == ""
    if format == "json":
        [alice, _] = json.loads(files["gradebook.json"])["learners"]
        return alice["lessons"][ONE]["mark"]["points"] is None and alice["lessons"][ONE]["score"] is None
    if format == "junit":
        return re.search(r'name="alice" tests="2" failures="0" errors="1"', files["junit.xml"])
    return bool(files) and not any("alice" in name or "alice" in text for name, text in files.items())


def test_it_is_the_first_thing_to_look_at():
    result = class_of(learner("alice", [undecided()]), learner("ben", [unit(suspect=["report_missing"])]))

    flagged = overview.flagged(result)

    assert list(flagged) == ["undecided", "suspect"]
    assert (flagged["undecided"][0].learners, flagged["undecided"][0].lesson) == (("alice",), ONE)
    assert overview.needs_a_look(["undecided"])


def test_mean_of_the_class_leaves_it_out():
    result = class_of(learner("alice", [undecided(killed=0)]), learner("ben", [unit(9, 12)]))

    assert overview.lesson_tallies(result)[0].mean_score == 0.75


def test_it_is_graded_again_by_the_same_command(tmp_path):
    with open_gradebook(tmp_path / "gradebook.db", new=True) as book:
        book.put_unit([WHO], undecided(), "key", Print(frozenset(), ""))

        assert book.keys_of([WHO]).get((WHO.id, ONE)) != "key"

        book.put_unit([WHO], unit(), "key", Print(frozenset(), ""))

        assert book.keys_of([WHO]) == {(WHO.id, ONE): "key"}


def test_learner_is_told_that_it_says_nothing_about_their_tests():
    document = undecided().document
    found = {"stage": "mutant", "kind": "mutant_undecided", "test": None, "promise": None, "text": "read-1"}
    one = unit()
    told = {**document, "findings": [found]}
    result = LearnerResult(WHO, "x", units={ONE: type(one)(ONE, told, one.graded_at)})

    page = feedback(result, class_of(lessons=(ONE,)).lessons, "count")

    assert any("undecided" in remark and "graded again" in remark for remark in page.lessons[0].remarks)


def test_tests_that_were_not_run_are_counted_where_one_finding_tells_of_them_all():
    one = unit()
    tests = [
        {"name": name, "outcome": outcome, "valid": outcome == "passed", "message": ""}
        for name, outcome in (("test_a", "passed"), ("test_b", "timeout"), ("test_c", "timeout"))
    ]
    found = {"stage": "reference", "kind": "timeout", "test": None, "promise": None, "text": "together …"}
    document = {**one.document, "status": "invalid", "tests": tests, "findings": [found]}

    told = {stage.name: stage.text for stage in stages(type(one)(ONE, document, one.graded_at), counted=True)}

    assert told["pass"] == "1 of 3 tests pass on the app"
