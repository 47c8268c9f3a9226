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


def put(path, value):
    body = deepcopy(RIGHT)
    place = body
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return body


def lacking(field):
    return {key: value for key, value in RIGHT.items() if key != field}


def url(booking):
    return f"/bookings/{booking['id']}"


def told(response):
    assert response.status_code == 422
    return sorted((tuple(problem["loc"]), problem["type"]) for problem in response.json()["detail"])


def places(response):
    return [place for place, _ in told(response)]


def test_bookings_are_shown_whole(api, kept):
    other = api.post("/bookings", json=lacking("wishes")).json()
    shown = lacking("passphrase")
    assert kept == {**shown, "id": kept["id"]}
    assert api.get(url(other)).json() == {**shown, "wishes": [], "id": other["id"]}
    assert api.get("/bookings").json() == [kept, other]


@pytest.mark.parametrize(
    ("path", "value", "kind"),
    [
        (("guest", "name"), "I" * 41, "string_too_long"),
        (("persons",), 0, "greater_than_equal"),
        (("persons",), 5, "less_than_equal"),
        (("wishes",), ["sun"] * 4, "too_long"),
        (("wishes", 0), "", "string_too_short"),
        (("passphrase",), "seven77", "string_too_short"),
        (("guest", "phone"), "123", "extra_forbidden"),
    ],
)
def test_wrong_value(api, path, value, kind):
    assert told(api.post("/bookings", json=put(path, value))) == [(("body", *path), kind)]


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
    assert places(api.post("/bookings", json=put(path, value))) == [("body", *path)]


def test_missing_fields(api):
    found = told(api.post("/bookings", json={"guest": RIGHT["guest"]}))
    assert found == [
        (("body", name), "missing") for name in ("arrival", "departure", "passphrase", "persons", "room")
    ]


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
    assert places(api.get(f"/bookings?{query}")) == [("query", query.split("=")[0])]


def test_cancel(api, kept):
    response = api.request("DELETE", url(kept), json={"passphrase": RIGHT["passphrase"]})
    assert response.status_code == 204
    assert api.get("/bookings").json() == []


def test_cancel_with_another_passphrase(api, kept):
    assert api.request("DELETE", url(kept), json={"passphrase": "everyone knows it"}).status_code == 403
    assert api.get("/bookings").json() == [kept]


def test_cancel_without(api, kept):
    assert told(api.request("DELETE", url(kept), json={})) == [(("body", "passphrase"), "missing")]
