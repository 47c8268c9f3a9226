"""Work that is handed in and has no verdict: it is nobody's zero, wherever a grading ends."""

import csv
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from marked_class import ONE, TWO, class_of, learner, unit
from sqlalchemy import event
from sqlalchemy.orm import Session

from checker.course.lessons import Course
from checker.errors import UsageError
from checker.grading import grade as grading
from checker.grading.exports import export
from checker.grading.intake import find_sources
from checker.grading.marked import mark_class
from checker.grading.model import HandMark, Unit, without_verdict
from checker.grading.opening import open_gradebook
from checker.grading.policy import Policy
from checker.grading.report import overview
from checker.grading.report.feedback import feedback
from checker.grading.report.page import report_page
from checker.grading.session import require_same_class
from checker.grading.units import subject_of

ROOT = Path(__file__).parents[2]
LESSONS = Course(ROOT).lessons[:2]
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WHO = ("ada", "ben", "cleo")


class Killed(BaseException):
    """What ends the grading: nothing of the program's own catches it."""


@dataclass
class QuickGrader:
    """Gives every suite the same verdict, without running it."""

    open_box: object
    sandboxed: bool
    limit: float
    given: list = field(default_factory=list)

    def grade(self, subject, suite):
        return unit(lesson=subject.lesson.name)

    def stop(self):
        pass

    def close(self):
        pass


@pytest.fixture
def subjects():
    return {lesson.name: subject_of(lesson, 10, True) for lesson in LESSONS}


@pytest.fixture
def handed_in(tmp_path):
    """Three learners, each with both lessons; the last one's second is the starter as it was shipped."""
    for who in WHO:
        for lesson in LESSONS:
            home = tmp_path / "class" / who / "lessons" / lesson.name
            home.mkdir(parents=True)
            for path, text in lesson.starter_files.items():
                is_untouched = who == "cleo" and lesson is LESSONS[1]
                (home / path).write_text(text if is_untouched else f"{text}# {who}\n")
    return tmp_path / "class"


def grade(handed_in, subjects, book, monkeypatch, commits=None):
    """Grade the class, and die after so many commits."""
    left = [commits]

    def count(session):
        if left[0] is not None:
            left[0] -= 1
            if left[0] == 0:
                raise Killed

    monkeypatch.setattr(grading, "Grader", QuickGrader)
    event.listen(Session, "after_commit", count)
    try:
        settings = grading.Settings(open_box=None, sandboxed=True, limit=10, workers=1)
        return grading.grade_class(find_sources(handed_in), subjects, book, settings, lambda tally: None)
    finally:
        event.remove(Session, "after_commit", count)


def test_after_any_commit_nobody_is_missing_and_nothing_without_a_verdict_has_a_mark(
    handed_in, subjects, monkeypatch, tmp_path
):
    is_killed, commits = True, 1  # the first is the lessons' alone; nobody is known before the second
    while is_killed:
        commits += 1
        with open_gradebook(tmp_path / f"{commits}.db", new=True) as book:
            try:
                grade(handed_in, subjects, book, monkeypatch, commits)
                is_killed = False
            except Killed:
                check_that_nothing_is_lost(book.read())
            done = grade(handed_in, subjects, book, monkeypatch)

            assert (done.graded + done.kept, book.read().not_graded_yet()) == (5, "")
            units = [unit for one in book.read().learners for unit in one.units.values()]
            assert [unit.status for unit in units] == ["survivors"] * 5

    assert commits > 12


def check_that_nothing_is_lost(result):
    assert [one.learner.id for one in result.learners] == list(WHO)
    waiting = {one.learner.id for one in result.learners if one.is_waiting}
    if waiting:
        assert result.not_graded_yet().startswith(f"{len(waiting)} of 3 not graded yet")
    for one in mark_class(Policy(), result).learners:
        is_starter = {("cleo", LESSONS[1].name)}
        for lesson in {lesson for lesson, given in one.marks.items() if given.points is not None}:
            assert (one.id, lesson) in is_starter or one.result.units[lesson].has_verdict
        if one.id in waiting:
            assert one.total.points is None


def test_verdict_on_work_that_was_handed_in_anew_is_no_longer_its_mark(
    handed_in, subjects, monkeypatch, tmp_path
):
    with open_gradebook(tmp_path / "gradebook.db", new=True) as book:
        grade(handed_in, subjects, book, monkeypatch)
        changed = handed_in / "ada" / "lessons" / LESSONS[0].name / "test_test_client.py"
        changed.write_text(changed.read_text() + "# better\n")

        with pytest.raises(Killed):  # at the moment in which all has been read, and nothing graded
            grade(handed_in, subjects, book, monkeypatch, commits=8)

        ada = next(one for one in book.read().learners if one.learner.id == "ada")
        assert {name: unit.status for name, unit in ada.units.items()} == {
            LESSONS[0].name: "not_graded",
            LESSONS[1].name: "survivors",
        }


# -- what is told


def not_graded(lesson=ONE):
    return Unit(lesson, without_verdict(lesson, "not_graded"), None)


def unusable(lesson=ONE):
    return Unit(lesson, without_verdict(lesson, "unusable"), None)


@pytest.mark.parametrize("format", ["csv", "json", "junit", "gradescope", "classroom50"])
@pytest.mark.parametrize("one", [not_graded(), unusable()], ids=["not_graded", "unusable"])
def test_no_export_has_a_mark_for_it(one, format, tmp_path):
    result = class_of(learner("alice", [one], source="a.zip"), learner("ben", [unit()]))

    export(
        format, result, Policy(), tmp_path, columns={"classroom": "x"} if format == "classroom50" else None
    )

    [alice, _] = mark_class(Policy(), result).learners
    assert (alice.marks[ONE].points, alice.total.points) == (None, None)
    if format == "csv":
        with (tmp_path / "grades.csv").open(newline="", encoding="utf-8") as file:
            [row] = [row for row in csv.DictReader(file) if row["learner"] == "alice"]
        assert (row[ONE], row["total"]) == ("", "")
    if format == "json":
        [alice, _] = json.loads((tmp_path / "gradebook.json").read_text())["learners"]
        assert alice["lessons"][ONE]["mark"]["points"] is None
        assert alice["lessons"][ONE]["status"] == one.status


def test_what_is_of_no_use_earns_nothing_where_an_instructor_wants_that():
    result = class_of(learner("alice", [unusable()], source="a.docx"))

    [alice] = mark_class(Policy(zero_unusable=True), result).learners

    assert (alice.marks[ONE].points, alice.marks[ONE].reasons) == (0, ("handed in, nothing usable",))


def test_who_handed_in_nothing_usable_is_named_in_one_line():
    people = [learner(name, [unusable()], source="x") for name in ("alice", "ben")]

    lines = mark_class(Policy(), class_of(*people)).notices()

    assert lines == ["Handed in, nothing usable, left blank (--zero-unusable gives 0): alice, ben."]


def test_both_are_to_be_looked_at_and_told_to_the_learner_in_words():
    waiting = learner("alice", [not_graded()], source="a.zip", is_waiting=True)
    lost = learner("ben", [unusable()], source="b.docx", flags=("unusable",))
    result = class_of(waiting, lost)

    assert list(overview.flagged(result)) == ["not_graded", "unusable"]
    page = report_page(result, {}, {}, title="Class", made_at=NOW)
    assert "not graded yet" in page
    assert "nothing usable" in page
    assert [one.text for one in feedback(waiting, result.lessons, "count").lessons[0].stages] == [
        "not graded yet"
    ]
    assert feedback(lost, result.lessons, "count").notes == (
        "Nothing of what you handed in is a test file of a lesson.",
    )


# -- set by hand


def test_mark_set_by_hand_stands_whatever_is_graded_and_says_so():
    by_hand = {ONE: HandMark(Fraction(7), "spoken to", NOW)}
    people = [
        learner("graded", [unit()], by_hand=by_hand),
        learner("absent", by_hand=by_hand),
        learner("waiting", [not_graded()], by_hand=by_hand),
    ]

    marked = mark_class(Policy(), class_of(*people, lessons=(ONE,)))

    assert [one.marks[ONE].points for one in marked.learners] == [7, 7, 7]
    assert marked.learners[0].marks[ONE].reasons == (
        "set by hand on 2026-03-01: spoken to",
        "graded: 7.5 (9 of 12 mutants caught: 7.5 of 10)",
    )
    assert marked.notices() == ["Set by hand: graded (01: 7), absent (01: 7), waiting (01: 7)."]


def test_mark_set_by_hand_is_kept_when_the_class_is_graded_again(handed_in, subjects, monkeypatch, tmp_path):
    with open_gradebook(tmp_path / "gradebook.db", new=True) as book:
        grade(handed_in, subjects, book, monkeypatch)
        given = HandMark(Fraction(13, 2), "an oral", NOW)
        book.set_mark("ada", LESSONS[0].name, given)

        grade(handed_in, subjects, book, monkeypatch)

        ada = book.read().learners[0]
        assert ada.by_hand == {LESSONS[0].name: given}
        book.set_mark("ada", LESSONS[0].name, None)
        assert book.read().learners[0].by_hand == {}


# -- another class


def test_gradebook_of_other_people_is_not_gone_on_with(handed_in):
    sources = find_sources(handed_in)

    require_same_class({"ada": "ada", "renamed": "ben"}, sources, handed_in)
    with pytest.raises(UsageError, match=r"In the gradebook, and not in .*: dora\. For another class.*--add"):
        require_same_class({"ada": "ada", "dora": "dora"}, sources, handed_in)


def test_what_counts_in_the_total_is_told_with_how_many_handed_it_in():
    marked = mark_class(
        Policy(), class_of(learner("a", [unit()]), learner("b", [unit(), unit(lesson=TWO)]), learner("c"))
    )

    assert marked.what_counts() == [
        'In the total: 01: 2 of 3 handed in · 02: 1 of 3. To choose: lessons = ["01"] in a --policy file.'
    ]
    assert mark_class(Policy(lessons=("01",)), class_of(learner("a", [unit()]))).what_counts() == [
        "In the total: 01: 1 of 1 handed in."
    ]
