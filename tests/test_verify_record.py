"""The record of what a solution's tests catch: as a file, and compared with what they catch now."""

import pytest

from checker.errors import UsageError
from checker.verify.record import compared, read, written

KILLS = {
    'TestA::test_b[it\'s "b" \\\\ ü]': {"m2": "crash", "m1": "assertion"},
    "test_a": {},
}
MUTANTS = ["m1", "m2"]
TEST = "test_c"


def told(recorded, found):
    return list(compared({TEST: recorded}, found, MUTANTS, 3))


def test_record_is_read_as_it_was_written():
    assert read(written(KILLS, 3)) == KILLS


def test_record_is_the_same_in_whatever_order_it_was_found():
    other = {test: dict(reversed(kills.items())) for test, kills in reversed(KILLS.items())}

    assert written(other, 3) == written(KILLS, 3)


def test_file_that_is_no_record_is_one_line():
    with pytest.raises(UsageError, match=r"kills\.toml cannot be read"):
        read("[test_a")


def test_solution_that_catches_what_it_did_is_as_recorded():
    assert told({"m1": "assertion", "m2": "crash"}, {TEST: {"m1": "assertion", "m2": "crash"}}) == []


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ({}, "test_c no longer catches m1: "),
        ({"m1": "crash"}, "test_c catches m1 by a crash, and no longer by"),
    ],
)
def test_test_that_catches_less_is_named(now, words):
    (problem,) = told({"m1": "assertion"}, {TEST: now})

    assert problem.startswith(words)


@pytest.mark.parametrize(
    ("recorded", "found", "news"),
    [
        ({}, {TEST: {"m1": "assertion"}}, "test_c catches m1"),
        ({"m1": "crash"}, {TEST: {"m1": "assertion"}}, "test_c catches m1 by an assertion"),
        ({"m0": "crash"}, {TEST: {}}, "m0 is gone"),
        ({"m1": "crash"}, {"test_d": {"m1": "crash"}}, "test_c is gone; test_d is new"),
    ],
)
def test_record_that_is_out_of_date_says_in_one_line_what_to_do(recorded, found, news):
    assert told(recorded, found) == [
        f"kills.toml is out of date: {news}. Write it anew: checker verify 03 --record"
    ]


def test_of_much_that_is_out_of_date_some_is_named():
    (problem,) = compared({}, {test: {} for test in "abcde"}, MUTANTS, 3)

    assert "a is new; b is new; c is new; and 2 more. Write it" in problem
