"""Somebody else's tests of contract 07 (validation): functions, fixtures, and a table or two."""

from copy import deepcopy

import pytest
from fastapi.testclient import TestClient
from guesthouse_api import create_app

RIGHT = {
    "guest": {"name": "Ada", "email": "ada@example.org"},
    "room": "tower",
    "arrival": "2031-05-10",
    "departure": "2031-05-13",
    "persons": 2,
    "wishes": ["late check-in"],
    "passphrase": "open sesame 77",
}


@pytest.fixture
def api():
    return TestClient(create_app())


@pytest.fixture
def kept(api):
    response = api.post("/bookings", json=RIGHT)
    assert response.status_code == 201
    return response.json()


def changed(path, value):
    body = deepcopy(RIGHT)
    *outer, last = path
    place = body
    for key in outer:
        place = place[key]
    place[last] = value
    return body


def places(response):
    assert response.status_code == 422
    return sorted(tuple(problem["loc"]) for problem in response.json()["detail"])


def kinds(response):
    assert response.status_code == 422
    return [problem["type"] for problem in response.json()["detail"]]


def test_a_booking_is_answered_without_its_passphrase(kept):
    expected = {key: value for key, value in RIGHT.items() if key != "passphrase"}
    assert {**expected, "id": kept["id"]} == kept
    assert isinstance(kept["id"], int)


def test_it_can_be_read_again(api, kept):
    assert api.get(f"/bookings/{kept['id']}").json() == kept
    assert api.get("/bookings").json() == [kept]


def test_wishes_may_be_left_out(api):
    body = {key: value for key, value in RIGHT.items() if key != "wishes"}
    assert api.post("/bookings", json=body).json()["wishes"] == []


@pytest.mark.parametrize("field", ["guest", "room", "arrival", "departure", "persons", "passphrase"])
def test_required_fields(api, field):
    response = api.post("/bookings", json={key: value for key, value in RIGHT.items() if key != field})
    assert (places(response), kinds(response)) == ([("body", field)], ["missing"])
    assert api.get("/bookings").json() == []


@pytest.mark.parametrize(
    ("path", "value", "kind"),
    [
        (("guest", "name"), "", "string_too_short"),
        (("guest", "name"), "x" * 41, "string_too_long"),
        (("persons",), 0, "greater_than_equal"),
        (("persons",), 5, "less_than_equal"),
        (("wishes",), ["a", "b", "c", "d"], "too_long"),
        (("wishes", 0), "", "string_too_short"),
        (("wishes", 0), "x" * 101, "string_too_long"),
        (("passphrase",), "x" * 7, "string_too_short"),
        (("passphrase",), "x" * 65, "string_too_long"),
        (("pets",), 1, "extra_forbidden"),
        (("guest", "phone"), "1", "extra_forbidden"),
    ],
)
def test_a_wrong_value_is_told_with_its_place_and_kind(api, path, value, kind):
    response = api.post("/bookings", json=changed(path, value))
    assert (places(response), kinds(response)) == ([("body", *path)], [kind])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("guest", "name"), "   "),
        (("guest", "email"), "ada"),
        (("guest", "email"), "@example.org"),
        (("guest", "email"), "ada@example"),
        (("guest", "email"), "ada@@example.org"),
        (("persons",), "2"),
        (("persons",), True),
        (("room",), "cellar"),
        (("arrival",), "2031-02-29"),
    ],
)
def test_a_wrong_value_is_told_with_its_place(api, path, value):
    assert places(api.post("/bookings", json=changed(path, value))) == [("body", *path)]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("guest", "name"), "x"),
        (("guest", "name"), "x" * 40),
        (("persons",), 1),
        (("persons",), 4),
        (("wishes",), []),
        (("wishes",), ["x", "y" * 100, "z"]),
        (("passphrase",), "x" * 8),
        (("passphrase",), "x" * 64),
        (("departure",), "2031-05-11"),
        (("departure",), "2031-05-24"),
    ],
)
def test_edges(api, path, value):
    assert api.post("/bookings", json=changed(path, value)).status_code == 201


@pytest.mark.parametrize("departure", ["2031-05-09", "2031-05-10", "2031-05-25"])
def test_wrong_stays(api, kept, departure):
    assert api.post("/bookings", json=changed(("departure",), departure)).status_code == 422
    assert api.patch(f"/bookings/{kept['id']}", json={"departure": departure}).status_code == 422
    assert api.get("/bookings").json() == [kept]


@pytest.mark.parametrize(
    "change",
    [
        {"room": "attic"},
        {"persons": 1},
        {"wishes": []},
        {"arrival": "2031-05-12"},
        {"departure": "2031-05-20"},
    ],
)
def test_a_change(api, kept, change):
    response = api.patch(f"/bookings/{kept['id']}", json=change)
    assert response.status_code == 200
    assert response.json() == {**kept, **change}
    assert api.get(f"/bookings/{kept['id']}").json() == {**kept, **change}


@pytest.mark.parametrize(
    "change",
    [
        {"persons": 5},
        {"persons": None},
        {"wishes": ["a"] * 4},
        {"room": "cellar"},
        {"guest": RIGHT["guest"]},
        {"passphrase": "open sesame 78"},
        {"id": 5},
    ],
)
def test_a_refused_change(api, kept, change):
    response = api.patch(f"/bookings/{kept['id']}", json=change)
    assert places(response) == [("body", *change)]
    assert api.get(f"/bookings/{kept['id']}").json() == kept


def test_lists(api):
    rooms = ["attic", "garden", "attic", "garden"]
    ids = [api.post("/bookings", json=changed(("room",), room)).json()["id"] for room in rooms]

    def listed(**params):
        return [booking["id"] for booking in api.get("/bookings", params=params).json()]

    assert listed() == ids
    assert listed(limit=1) == ids[:1]
    assert listed(room="garden") == [ids[1], ids[3]]
    assert listed(room="garden", limit=1) == [ids[1]]
    assert listed(room="tower", limit=50) == []


def test_ten_by_default(api):
    for _ in range(11):
        api.post("/bookings", json=RIGHT)
    assert len(api.get("/bookings").json()) == 10


@pytest.mark.parametrize("query", ["limit=0", "limit=51", "limit=many", "room=cellar"])
def test_wrong_queries(api, query):
    assert places(api.get(f"/bookings?{query}")) == [("query", query.split("=")[0])]


def cancel(api, booking, **body):
    return api.request("DELETE", f"/bookings/{booking['id']}", json=body)


def test_cancelling(api, kept):
    assert cancel(api, kept, passphrase="something else").status_code == 403
    assert places(cancel(api, kept)) == [("body", "passphrase")]
    assert api.get("/bookings").json() == [kept]
    response = cancel(api, kept, passphrase=RIGHT["passphrase"])
    assert (response.status_code, response.content) == (204, b"")
    assert api.get("/bookings").json() == []


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_bookings_that_are_not_there(api, method):
    body = {"GET": None, "PATCH": {"persons": 1}, "DELETE": {"passphrase": "open sesame 77"}}[method]
    assert api.request(method, "/bookings/987654", json=body).status_code == 404
    assert places(api.request(method, "/bookings/seven", json=body)) == [("path", "booking_id")]


def test_no_answer_has_the_passphrase(api, kept):
    secret = RIGHT["passphrase"]
    answers = [
        api.post("/bookings", json=RIGHT),
        api.post("/bookings", json=changed(("persons",), 9)),
        api.post("/bookings", json={"passphrase": secret}),
        api.get("/bookings"),
        api.patch(f"/bookings/{kept['id']}", json={"persons": 1}),
        api.patch(f"/bookings/{kept['id']}", json={"passphrase": secret}),
        cancel(api, kept, passphrase="not the right one"),
        cancel(api, kept, passphrase=secret, again=True),
    ]
    assert [answer.text for answer in answers if secret in answer.text] == []
