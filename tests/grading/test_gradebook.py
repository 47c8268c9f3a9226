"""The gradebook: what is put in comes out, and what does not fit is one line."""

import sqlite3
import uuid
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import postgres
import pytest

from checker.course.suite import Suite
from checker.errors import UsageError
from checker.grading.likeness import Print
from checker.grading.model import Bug, Learner, LessonSheet, Submission, Unit
from checker.grading.opening import open_gradebook, place

ADA, BOB = Learner("ada", "Ada, the 1st", "ada@example.org"), Learner("bob", team="red")
SHEET = LessonSheet(
    "41_lesson", "Title", (Bug("any-password", "login", "P3", "A wrong password is accepted."),)
)
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MADE = Print(frozenset({b"12345678"}), "hash")


def unit(status="complete", lesson="41_lesson"):
    return Unit(lesson, {"status": status, "score": 0.5, "suspect": []}, NOW)


@pytest.fixture(scope="session")
def postgresql():
    if postgres.programs() is None:
        pytest.skip("there is no PostgreSQL here")
    with postgres.server() as folder:
        yield folder


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request, tmp_path):
    """A place for a gradebook, where there is none yet."""
    if request.param == "sqlite":
        return tmp_path / "gradebook.db"
    return postgres.new_database(request.getfixturevalue("postgresql"), f"book_{uuid.uuid4().hex}")


@pytest.fixture
def book(where):
    with open_gradebook(where, new=True) as opened:
        opened.put_lessons([(SHEET, frozenset())])
        yield opened


def put(book, *learners, suites=("41_lesson",), graded=("41_lesson",), flags=(), waiting=()):
    submission = Submission(learners, "a.zip", dict.fromkeys(suites, Suite({})), flags, ("a note",))
    book.begin([submission], (), graded)
    book.put_submission(submission, graded, waiting)


def test_what_is_put_in_comes_out(book):
    put(book, ADA, flags=("late",))
    book.put_unit([ADA], unit(), "key", MADE)

    result = book.read()

    [ada] = result.learners
    assert result.lessons == (SHEET,)
    assert (ada.learner, ada.source, ada.flags, ada.notes) == (ADA, "a.zip", ("late",), ("a note",))
    assert ada.units == {"41_lesson": unit()}


def test_a_teams_one_suite_counts_for_all_and_is_not_told_as_a_copy(book):
    team = Learner("ada", team="red"), BOB
    put(book, *team)
    book.put_unit(team, unit(), "key", Print(frozenset(bytes([n]) for n in range(20)), "hash"))

    result = book.read()

    assert [learner.units["41_lesson"] for learner in result.learners] == [unit(), unit()]
    assert result.alike == ()


def test_same_files_of_two_learners_are_told(book):
    put(book, ADA)
    put(book, BOB)
    for learner in (ADA, BOB):
        book.put_unit([learner], unit(), "key", MADE)

    [pair] = book.read().alike

    assert (pair.one, pair.other, pair.identical) == ("ada", "bob", True)


def test_who_handed_in_nothing_is_there_without_a_verdict(book):
    book.begin([], [BOB], ())

    [bob] = book.read().learners

    assert (bob.source, bob.units) == ("", {})


def test_absent_this_time_does_not_undo_an_earlier_hand_in(book):
    put(book, ADA)
    book.begin([], [ADA], ())

    assert book.read().learners[0].source == "a.zip"


def test_submission_that_is_taken_for_somebody_else_now_is_not_there_twice(book):
    book.put_submission(Submission((BOB,), "a.zip", {}, (), ()), (), ())
    book.put_unit([BOB], unit(), "key", MADE)

    put(book, ADA)

    assert [(one.learner.id, one.units) for one in book.read().learners] == [("ada", {})]
    assert book.keys_of([ADA, BOB]) == {}


def test_verdict_on_a_lesson_that_is_no_longer_handed_in_is_dropped(book):
    put(book, ADA)
    book.put_unit([ADA], unit(), "key", MADE)

    put(book, ADA, suites=())

    assert book.read().learners[0].units == {}


def test_verdict_on_a_lesson_that_is_not_graded_this_time_is_kept(book):
    book.put_unit([ADA], unit(lesson="42_other"), "key", MADE)

    put(book, ADA, graded=("41_lesson",))

    assert list(book.read().learners[0].units) == ["42_other"]


def test_keys_are_those_of_verdicts_that_could_be_had(book):
    book.put_unit([ADA], unit(), "one", MADE)
    book.put_unit([BOB], unit("harness_error"), "two", MADE)

    assert book.keys_of([ADA, BOB]) == {("ada", "41_lesson"): "one"}


def test_later_verdict_takes_the_place_of_an_earlier_one(book):
    book.put_unit([ADA], unit("todo"), "one", MADE)
    book.put_unit([ADA], unit("complete"), "two", MADE)

    assert book.keys_of([ADA, BOB]) == {("ada", "41_lesson"): "two"}


def test_what_is_committed_is_there_for_another_connection_at_once(book, where):
    book.put_unit([ADA], unit(), "key", MADE)

    with open_gradebook(where) as other:
        assert other.keys_of([ADA, BOB]) == {("ada", "41_lesson"): "key"}


def test_learners_come_in_one_order_from_every_database(book):
    book.begin([], [Learner(name) for name in ("b", "B", "a", "Zoë", "é", "a-b", "a_b")], ())

    assert [one.learner.id for one in book.read().learners] == ["B", "Zoë", "a", "a-b", "a_b", "b", "é"]


AWKWARD = "quote ' and \", 😀, \x1b[31m, back\\slash, '); DROP TABLE units; --"


def test_awkward_text_comes_out_as_it_went_in(book):
    learner = Learner(AWKWARD, AWKWARD, AWKWARD, AWKWARD)
    book.put_submission(Submission((learner,), AWKWARD, {"41_lesson": Suite({})}, (), (AWKWARD,)), (), ())
    book.put_unit([learner], replace(unit(), document={"status": "todo", "text": AWKWARD}), "key", MADE)

    [found] = book.read().learners

    assert (found.learner, found.source, found.notes) == (learner, AWKWARD, (AWKWARD,))
    assert found.units["41_lesson"].document["text"] == AWKWARD


def test_time_of_a_verdict_is_told_in_utc(book):
    book.begin([], [ADA], ())
    book.put_unit([ADA], unit(), "key", MADE)

    assert str(book.read().learners[0].units["41_lesson"].graded_at) == "2026-01-02 03:04:05+00:00"


def test_file_is_in_write_ahead_mode(tmp_path):
    with open_gradebook(tmp_path / "gradebook.db", new=True):
        pass
    connection = sqlite3.connect(tmp_path / "gradebook.db")
    try:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    finally:
        connection.close()


def test_gradebook_whose_making_was_interrupted_is_made(tmp_path):
    connection = sqlite3.connect(tmp_path / "gradebook.db")
    connection.execute("CREATE TABLE gradebook (schema INTEGER NOT NULL PRIMARY KEY)")
    connection.commit()
    connection.close()

    with open_gradebook(tmp_path / "gradebook.db", new=True) as book:
        assert book.keys_of([ADA, BOB]) == {}
    with open_gradebook(tmp_path / "gradebook.db") as book:
        assert book.read().learners == ()


def test_gradebook_that_is_being_made_is_not_touched_by_a_reader(tmp_path):
    connection = sqlite3.connect(tmp_path / "gradebook.db")
    connection.execute("CREATE TABLE gradebook (schema INTEGER NOT NULL PRIMARY KEY)")
    connection.commit()

    assert "There is no gradebook" in refused(tmp_path / "gradebook.db")
    assert connection.execute("SELECT count(*) FROM gradebook").fetchone() == (0,)
    connection.close()


def test_folder_may_have_any_name(tmp_path):
    place = tmp_path / "a?b#c%20" / "gradebook.db"
    place.parent.mkdir()

    with open_gradebook(place, new=True):
        pass

    assert place.is_file()


# -- what does not fit


def refused(where, **options):
    with pytest.raises(UsageError) as error, open_gradebook(where, **options):
        pass
    assert "\n" not in str(error.value)
    return str(error.value)


def test_no_gradebook_is_told_with_the_command_that_makes_one(tmp_path):
    assert f"checker grade SUBMISSIONS --out {tmp_path}" in refused(tmp_path / "gradebook.db")


def test_file_of_something_else_is_refused(tmp_path):
    (tmp_path / "gradebook.db").write_text("no database, and long enough to be looked at" * 100)

    assert "cannot be opened" in refused(tmp_path / "gradebook.db")


def test_database_of_something_else_is_refused(tmp_path):
    connection = sqlite3.connect(tmp_path / "gradebook.db")
    connection.execute("CREATE TABLE other (id)")
    connection.close()

    assert "There is no gradebook at" in refused(tmp_path / "gradebook.db")


def test_gradebook_of_another_layout_is_refused_with_both_numbers(tmp_path):
    with open_gradebook(tmp_path / "gradebook.db", new=True):
        pass
    connection = sqlite3.connect(tmp_path / "gradebook.db")
    connection.execute("UPDATE gradebook SET schema = 99")
    connection.commit()
    connection.close()

    assert "has layout 99, and this version writes 3" in refused(tmp_path / "gradebook.db")


def test_second_grading_into_one_database_is_refused(postgresql):
    url = postgres.new_database(postgresql, f"book_{uuid.uuid4().hex}")

    with open_gradebook(url, new=True):
        assert "is under way" in refused(url, new=True)
        with open_gradebook(url) as reader:
            assert reader.keys_of([ADA, BOB]) == {}
    with open_gradebook(url, new=True):
        pass


def test_database_that_goes_away_is_one_line():
    if postgres.programs() is None:
        pytest.skip("there is no PostgreSQL here")
    with pytest.raises(UsageError) as error, ExitStack() as opened:  # noqa: PT012  it is in the middle of it
        with postgres.server() as folder:
            url = postgres.new_database(folder, "book")
            book = opened.enter_context(open_gradebook(url, new=True))
        book.keys_of([ADA, BOB])

    assert "What was graded is kept" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "url", ["nonsense", "nothing://host/db", "postgresql+nothing://u:secret@127.0.0.1:1/db"]
)
def test_url_that_cannot_be_used_is_refused_without_its_password(url):
    assert "secret" not in refused(url, new=True)


def test_url_goes_before_the_folder():
    assert place(Path("out"), "sqlite:///x.db") == "sqlite:///x.db"
    assert place(Path("out"), "") == Path("out/gradebook.db")
