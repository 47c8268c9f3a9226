"""The lines that a run reports: which are believed."""

import json

import pytest

from checker.engine.events import read_events

KEY = "k"
FORGED = ("suspect", "report_malformed")


def line(*event, key=KEY):
    return json.dumps([key, *event]).encode() + b"\n"


def test_events_of_the_runs_key_are_read_in_order():
    data = line("collected", ["test_a"]) + line("test", "test_a", "passed", "", "", "") + line("seal")

    assert read_events(data, KEY) == (
        ("collected", ["test_a"]),
        ("test", "test_a", "passed", "", "", ""),
        ("seal",),
    )


def test_lines_of_another_key_and_lines_that_are_no_json_are_passed_over():
    data = line("seal", key="other") + b"no json\n" + b"[]\n" + b"null\n" + b"[" * 100_000 + b"\n"

    assert read_events(data, KEY) == ()


@pytest.mark.parametrize(
    "event",
    [
        (),
        (["seal"],),
        ("unknown",),
        ("seal", 1),
        ("test", "test_a", "killed", "", "", ""),
        ("test", "test_a", "passed"),
        ("test", 1, "passed", "", "", ""),
        ("collected", "test_a"),
        ("collected", [1]),
        ("left_out", True),
        ("left_out", "1"),
        ("seen", "asserted", "test_a", "", "", "1"),
        ("leaks", ["file_left"]),
        ("leaks", "file_left"),
        ("leaks", [1, 2, 3]),
        ("leaks", *[["file_left", "", "x"]] * 1001),
        ("collected", ["test_a"] * 1001),
        ("suspect", "a_flag_of_its_own"),
        ("left_out", -1),
        ("left_out", 10**30),
    ],
)
def test_line_of_the_key_that_is_no_event_says_that_a_person_should_look(event):
    assert read_events(line(*event), KEY) == (FORGED,)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("\ud800", "?"),
        ("a\udfffb", "a?b"),
        ("\ud83d\ude00", "\U0001f600"),
        ("\\ud800", "\\ud800"),
        ("a\0", "a?"),
    ],
)
def test_half_a_character_is_replaced_and_a_whole_one_is_kept(given, kept):
    [(_, text)] = read_events(json.dumps([KEY, "broken", given]).encode(), KEY)

    assert text.encode("utf-8").decode() == kept
