"""Lesson 07, solved: one test, many inputs."""

from copy import deepcopy

import pytest
from fastapi.testclient import TestClient
from guesthouse_api import create_app

# -- given: a client, a right booking, and two ways to make a wrong one of it


@pytest.fixture
def client():
    """A guest house of the test's own, without a booking."""
    return TestClient(create_app())


ZOE = {
    "guest": {"name": "Zoe", "email": "zoe@example.com"},
    "room": "garden",
    "arrival": "2030-07-01",
    "departure": "2030-07-05",
    "persons": 2,
    "wishes": ["a cot"],
    "passphrase": "over the hills",
}


def booking(**changes):
    """A right booking with some of its fields changed: `booking(persons=0)`."""
    return {**deepcopy(ZOE), **changes}


def without(field):
    """A right booking that lacks one field: `without("room")`."""
    return {key: value for key, value in booking().items() if key != field}


def problems(response):
    """What a refusal says is wrong, place and kind, in an order of ours: the app's is not promised (P8)."""
    assert response.status_code == 422
    return sorted((tuple(problem["loc"]), problem["type"]) for problem in response.json()["detail"])


# -- worked examples


def test_right_booking_is_taken(client):
    """Worked example (P1)."""
    response = client.post("/bookings", json=ZOE)

    assert response.status_code == 201


@pytest.mark.parametrize("body", [pytest.param(without("room"), id="no room")])
def test_incomplete_booking_is_refused(client, body):
    """Worked example (P3)."""
    response = client.post("/bookings", json=body)

    assert response.status_code == 422


# -- one field at a time


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            booking(guest={"name": "Z" * 41, "email": "zoe@example.com"}),
            [(("body", "guest", "name"), "string_too_long")],
            id="41 characters of name",
        ),
        pytest.param(without("persons"), [(("body", "persons"), "missing")], id="persons left out"),
        pytest.param(booking(persons=0), [(("body", "persons"), "greater_than_equal")], id="0 persons"),
        pytest.param(booking(wishes=["tea"] * 4), [(("body", "wishes"), "too_long")], id="4 wishes"),
        pytest.param(
            booking(wishes=["", "tea", "x" * 101]),
            [(("body", "wishes", 0), "string_too_short"), (("body", "wishes", 2), "string_too_long")],
            id="wishes of 0 and 101 characters",
        ),
        pytest.param(
            booking(passphrase="7 chars"),
            [(("body", "passphrase"), "string_too_short")],
            id="7 characters of passphrase",
        ),
        pytest.param(
            booking(guest={**ZOE["guest"], "age": 33}, persons=5, nights=4),
            [
                (("body", "guest", "age"), "extra_forbidden"),
                (("body", "nights"), "extra_forbidden"),
                (("body", "persons"), "less_than_equal"),
            ],
            id="three faults at once",
        ),
    ],
)
def test_refused(client, body, expected):
    """Each wrong value is refused for itself: there, and for that reason (P3, P4, P5, P8)."""
    response = client.post("/bookings", json=body)

    assert problems(response) == expected


def test_edges_are_taken(client):
    """The least and the most of everything (P1, P9)."""
    least = booking(
        guest={"name": "Z", "email": "z@y.x"},
        departure="2030-07-02",
        persons=1,
        wishes=["!"],
        passphrase="8 charac",
    )
    most = booking(
        guest={"name": "Z" * 40, "email": "zoe@example.com"},
        departure="2030-07-15",
        persons=4,
        wishes=["x" * 100] * 3,
        passphrase="x" * 64,
    )

    answers = [client.post("/bookings", json=body) for body in (least, most)]
    answers += [client.get("/bookings", params={"limit": limit}) for limit in (1, 50)]

    assert [answer.status_code for answer in answers] == [201, 201, 200, 200]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        pytest.param(
            booking(guest={"name": "   ", "email": "zoe@example.com"}),
            ("body", "guest", "name"),
            id="a name of spaces",
        ),
        pytest.param(
            booking(guest={"name": "Zoe", "email": "zoe"}),
            ("body", "guest", "email"),
            id="an email without @",
        ),
        pytest.param(booking(persons="2"), ("body", "persons"), id="persons in quotes"),
        pytest.param(booking(room="cellar"), ("body", "room"), id="a room that is not there"),
        pytest.param(booking(arrival="2030-06-31"), ("body", "arrival"), id="the 31st of June"),
    ],
)
def test_untyped_refusals(client, body, place):
    """Where the kind of a problem is not promised, its place is (P3, P4)."""
    response = client.post("/bookings", json=body)

    assert [loc for loc, _ in problems(response)] == [place]


# -- what fields are together


@pytest.mark.parametrize("departure", ["2030-07-01", "2030-07-16"], ids=["0 nights", "15 nights"])
def test_stay(client, departure):
    """A stay that is too short or too long is neither taken nor come by, by a departure alone (P6, P7)."""
    kept = client.post("/bookings", json=ZOE).json()

    made = client.post("/bookings", json=booking(departure=departure))
    changed = client.patch(f"/bookings/{kept['id']}", json={"departure": departure})

    assert {made.status_code, changed.status_code} == {422}
    assert client.get("/bookings").json() == [kept]


# -- changes


def test_change(client):
    """What is sent is changed, in the answer and in what is kept, and nothing else (P7)."""
    kept = client.post("/bookings", json=ZOE).json()
    url = f"/bookings/{kept['id']}"

    changed = client.patch(url, json={"persons": 3}).json()

    assert [changed, client.get(url).json()] == [{**kept, "persons": 3}] * 2


@pytest.mark.parametrize(
    "change",
    [{"persons": 5}, {"persons": None}, {"person": 3}],
    ids=["5 persons", "null", "a field that is not there"],
)
def test_change_is_checked_too(client, change):
    """A change is held to the rules of a booking, and one that is refused changes nothing (P7, P8)."""
    kept = client.post("/bookings", json=ZOE).json()
    url = f"/bookings/{kept['id']}"

    response = client.patch(url, json=change)

    assert [loc for loc, _ in problems(response)] == [("body", *change)]
    assert client.get(url).json() == kept


# -- what is answered


def test_bookings_are_answered_whole(client):
    """Every key that is promised, and no other; wishes may be left out (P1, P2, P9)."""
    first = client.post("/bookings", json=ZOE).json()
    second = client.post("/bookings", json=without("wishes")).json()

    shown = without("passphrase")
    assert first == {**shown, "id": first["id"]}
    assert client.get("/bookings").json() == [first, second]
    assert client.get(f"/bookings/{second['id']}").json() == {**shown, "wishes": [], "id": second["id"]}


def test_the_passphrase_stays_secret(client):
    """It is in no answer, be it of a booking or of a refusal (P2, P8)."""
    created = client.post("/bookings", json=ZOE)
    url = f"/bookings/{created.json()['id']}"

    answers = [
        created,
        client.get(url),
        client.get("/bookings"),
        client.patch(url, json={"persons": 3}),
        client.post("/bookings", json=without("room")),
    ]

    assert [answer.text for answer in answers if ZOE["passphrase"] in answer.text] == []


def test_list(client):
    """The oldest of one room, and two words that the list does not know (P9)."""
    _, garden, _ = (
        client.post("/bookings", json=booking(room=room)).json() for room in ("tower", "garden", "garden")
    )

    listed = client.get("/bookings", params={"room": "garden", "limit": 1})
    refused = client.get("/bookings", params={"room": "cellar", "limit": 0})

    assert listed.json() == [garden]
    assert [loc for loc, _ in problems(refused)] == [("query", "limit"), ("query", "room")]


# -- cancelling


def test_cancel(client):
    """Whoever has the passphrase cancels (P10)."""
    kept = client.post("/bookings", json=ZOE).json()

    response = client.request("DELETE", f"/bookings/{kept['id']}", json={"passphrase": ZOE["passphrase"]})

    assert response.status_code == 204
    assert client.get("/bookings").json() == []


def test_cancel_without_the_passphrase(client):
    """Another one, or none, cancels nothing (P10)."""
    kept = client.post("/bookings", json=ZOE).json()
    url = f"/bookings/{kept['id']}"

    none = client.request("DELETE", url, json={})
    other = client.request("DELETE", url, json={"passphrase": "under the hills"})

    assert problems(none) == [(("body", "passphrase"), "missing")]
    assert other.status_code == 403  # not judged: who lets others cancel is caught by the last line too
    assert client.get("/bookings").json() == [kept]
