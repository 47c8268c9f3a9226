"""The pictures of notebooks 03 to 06: what they say in words, and that they are drawn the same each time."""

from datetime import UTC, datetime, timedelta

import pytest

from checker.notebook.show.dependencies import dependencies
from checker.notebook.show.lifetimes import lifetimes, lives
from checker.notebook.show.races import orders, turns
from checker.notebook.show.token_life import Shown, doors, tokens

NOON = datetime(2030, 7, 1, 12, tzinfo=UTC)
EVENTS = [
    ("begin", "shop"),
    ("begin", "test"),
    ("end", "test"),
    ("begin", "test"),
    ("end", "test"),
    ("end", "shop"),
]
STEPS = [("alice", "looks"), ("bob", "looks"), ("alice", "writes")]


def test_a_life_goes_from_its_begin_to_its_end():
    assert lives(EVENTS, "shop") == [(0, 5)]
    assert lives(EVENTS, "test") == [(1, 2), (3, 4)]


def test_what_did_not_end_is_left_out():
    assert lives([*EVENTS, ("begin", "test")], "test") == [(1, 2), (3, 4)]


def test_lifetimes_are_told_for_each_run_and_row():
    picture = lifetimes({"one file": EVENTS}, rows=["test", "shop"])

    assert picture.words == "one file:\n  test: 1 to 2, 3 to 4\n  shop: 0 to 5"


def test_a_dependency_is_told_as_called_swapped_or_not_asked():
    picture = dependencies(
        {"route": 0, "user": 1, "db": 2}, {"a request": {"route": "route", "user": "fake"}}
    )

    assert picture.words == "a request:\n  route: called\n    user: fake called for it\n      db: not asked"


def test_requests_of_an_odd_number_leave_one_panel_empty():
    picture = dependencies({"route": 0}, {"only": {}})

    assert [axes.get_visible() for axes in picture.figure.axes] == [True, False]


def test_doors_are_told_by_moment():
    picture = doors({"ours": [True, False], "shut": [False, False]}, ["-1 s", "exp"], edge=1)

    assert picture.words == "ours: open at -1 s; shut at exp\nshut: shut at -1 s, exp"


def test_tokens_are_told_in_minutes():
    life = (NOON, NOON + timedelta(minutes=15))
    shown = [Shown("first", life[0], True), Shown("first", life[1], False), Shown("other", NOON, True)]

    assert tokens({"first": life}, shown, NOON).words == "first, minute 0 to 15: open at 0; shut at 15"


def test_races_are_told_step_by_step():
    assert turns({"a race": STEPS}).words == "a race: alice looks; bob looks; alice writes"
    assert (
        orders({"an app": [("200", STEPS)]}).words == "an app:\n  200: alice looks; bob looks; alice writes"
    )


@pytest.mark.parametrize(
    "draw",
    [
        lambda: lifetimes({"a run": EVENTS}, ["test", "shop"]),
        lambda: dependencies({"route": 0}, {"a request": {"route": "route"}}),
        lambda: doors({"ours": [True, False]}, ["-1 s", "exp"], edge=1),
        lambda: tokens({"first": (NOON, NOON + timedelta(minutes=15))}, [Shown("first", NOON, True)], NOON),
        lambda: turns({"a race": STEPS}),
        lambda: orders({"an app": [("200", STEPS)]}),
    ],
    ids=["lifetimes", "dependencies", "doors", "tokens", "turns", "orders"],
)
def test_a_picture_is_the_same_each_time(draw):
    assert draw()._repr_mimebundle_() == draw()._repr_mimebundle_()
