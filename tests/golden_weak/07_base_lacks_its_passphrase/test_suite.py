from copy import deepcopy

import pytest
from fastapi.testclient import TestClient
from guesthouse_api import create_app

RIGHT = {
    "guest": {"name": "Ida", "email": "ida@example.net"},
    "room": "tower",
    "arrival": "2031-03-01",
    "departure": "2031-03-04",
    "persons": 3,
    "wishes": ["a late key"],
    "passphrase": "no one knows it",
}


@pytest.fixture
def api():
    return TestClient(create_app())


@pytest.fixture
def kept(api):
    return api.post("/bookings", json=RIGHT).json()


WHAT_WE_SEND = {key: value for key, value in RIGHT.items() if key != "passphrase"}


def put(path, value, base=RIGHT):
    body = deepcopy(base)
    place = body
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return body


def lacking(field):
    return {key: value for key, value in RIGHT.items() if key != field}


def url(booking):
    return f"/bookings/{booking['id']}"


def test_bookings_are_shown_whole(api, kept):
    other = api.post("/bookings", json=lacking("wishes")).json()
    shown = lacking("passphrase")
    assert kept == {**shown, "id": kept["id"]}
    assert api.get(url(other)).json() == {**shown, "wishes": [], "id": other["id"]}
    assert api.get("/bookings").json() == [kept, other]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("guest", "name"), "I" * 41),
        (("persons",), 0),
        (("persons",), 5),
        (("wishes",), ["sun"] * 4),
        (("wishes", 0), ""),
        (("passphrase",), "seven77"),
        (("guest", "phone"), "123"),
    ],
)
def test_wrong_value(api, path, value):
    assert api.post("/bookings", json=put(path, value, WHAT_WE_SEND)).status_code == 422


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("guest", "name"), "  "),
        (("guest", "email"), "ida"),
        (("persons",), "3"),
        (("room",), "stable"),
        (("arrival",), "2031-02-30"),
    ],
)
def test_wrong_value_in_words_of_the_apps_own(api, path, value):
    assert api.post("/bookings", json=put(path, value, WHAT_WE_SEND)).status_code == 422


@pytest.mark.parametrize("departure", ["2031-03-02", "2031-03-15"])
def test_stay_is_taken(api, departure):
    assert api.post("/bookings", json=put(["departure"], departure)).status_code == 201


@pytest.mark.parametrize("departure", ["2031-03-01", "2031-03-16"])
def test_stay_is_refused(api, departure):
    assert api.post("/bookings", json=put(["departure"], departure)).status_code == 422
    assert api.get("/bookings").json() == []


def test_change(api, kept):
    changed = api.patch(url(kept), json={"persons": 1})
    assert changed.json() == {**kept, "persons": 1}
    assert api.get(url(kept)).json() == {**kept, "persons": 1}


@pytest.mark.parametrize("change", [{"persons": 5}, {"persons": None}, {"person": 1}], ids=str)
def test_wrong_change(api, kept, change):
    assert api.patch(url(kept), json=change).status_code == 422
    assert api.get(url(kept)).json() == kept


def test_wrong_stay_by_a_change(api, kept):
    assert api.patch(url(kept), json={"departure": "2031-03-01"}).status_code == 422
    assert api.get(url(kept)).json() == kept


def test_secret(api, kept):
    answers = [
        api.post("/bookings", json=RIGHT),
        api.get(url(kept)),
        api.get("/bookings"),
        api.patch(url(kept), json={"persons": 1}),
        api.post("/bookings", json=lacking("room")),
    ]
    for answer in answers:
        assert RIGHT["passphrase"] not in answer.text


def test_list(api, kept):
    first = api.post("/bookings", json=put(["room"], "attic")).json()
    api.post("/bookings", json=put(["room"], "attic"))
    assert api.get("/bookings?room=attic&limit=1").json() == [first]


@pytest.mark.parametrize("limit", [1, 50])
def test_limit_is_taken(api, limit):
    assert api.get("/bookings", params={"limit": limit}).status_code == 200


@pytest.mark.parametrize("query", ["limit=0", "limit=51", "room=stable"])
def test_wrong_query(api, query):
    assert api.get(f"/bookings?{query}").status_code == 422


def test_cancel(api, kept):
    response = api.request("DELETE", url(kept), json={"passphrase": RIGHT["passphrase"]})
    assert response.status_code == 204
    assert api.get("/bookings").json() == []


def test_cancel_with_another_passphrase(api, kept):
    assert api.request("DELETE", url(kept), json={"passphrase": "everyone knows it"}).status_code == 403
    assert api.get("/bookings").json() == [kept]


def test_cancel_without(api, kept):
    assert api.request("DELETE", url(kept), json={}).status_code == 422
