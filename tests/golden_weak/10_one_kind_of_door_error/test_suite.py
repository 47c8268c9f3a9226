"""Doors raise DoorError itself, and never what is derived from it."""

import logging
from typing import NamedTuple

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from lockers_api import DoorError, create_app, get_doors, get_journal

# -- given: doors and a journal that keep what they were asked, and two clients


class FakeDoors:
    """Remembers what it unlocked. Where `fails` is an exception, that is raised and nothing is unlocked."""

    def __init__(self):
        self.unlocked = []
        self.fails = None

    def unlock(self, number):
        if self.fails is not None:
            raise self.fails
        self.unlocked.append(number)


class FakeJournal:
    """Remembers its lines."""

    def __init__(self):
        self.lines = []

    def write(self, line):
        self.lines.append(line)


class Station(NamedTuple):
    """What the tests of one station need."""

    app: FastAPI
    doors: FakeDoors
    journal: FakeJournal


@pytest.fixture
def station():
    """A new app, whose doors and journal are the fakes above (P2)."""
    station = Station(create_app(), FakeDoors(), FakeJournal())
    station.app.dependency_overrides[get_doors] = lambda: station.doors
    station.app.dependency_overrides[get_journal] = lambda: station.journal
    yield station
    station.app.dependency_overrides.clear()


@pytest.fixture
def client(station):
    """A colleague of the app: what the app does not handle comes out here as an exception."""
    return TestClient(station.app)


@pytest.fixture
def outside(station):
    """A stranger, who gets an answer and nothing else, as from a server. For tests of crashes."""
    return TestClient(station.app, raise_server_exceptions=False)


def take(client):
    """Locker 3 is zoe's from here on, and its PIN is 4711."""
    client.put("/lockers/3", json={"pin": "4711", "owner": "zoe"})


def assert_problem(response, status, type):
    """The answer is a problem of this type, and its id is the one in the header."""
    assert response.status_code == status
    assert response.headers["Content-Type"].partition(";")[0] == "application/problem+json"
    body = response.json()
    assert body.get("type") == type
    assert body.get("status") == status
    assert body.get("title")
    assert body.get("request_id") == response.headers.get("X-Request-ID")


def errors_in(caplog):
    """The records for which somebody is called at night. The client logs too, at INFO."""
    return [record for record in caplog.records if record.levelno >= logging.ERROR]


# -- lockers


def test_a_free_locker_is_free():
    """Worked example (P1)."""
    response = TestClient(create_app()).get("/lockers/3")

    assert response.status_code == 200
    assert response.json() == {"number": 3, "state": "free"}


def test_a_locker_is_taken():
    """Worked example (P1)."""
    client = TestClient(create_app())

    response = client.put("/lockers/3", json={"pin": "4711", "owner": "zoe"})

    assert response.status_code == 201
    assert response.json() == {"number": 3, "state": "taken"}
    assert client.get("/lockers/3").json() == {"number": 3, "state": "taken"}


def test_opening_is_written_down(station, client):
    """The right PIN opens the door, frees the locker, and leaves a line in the journal (P2)."""
    take(client)

    response = client.post("/lockers/3/open", json={"pin": "4711"})

    assert response.status_code == 200
    assert response.json() == {"number": 3, "state": "free"}
    assert station.doors.unlocked == [3]
    assert ["3" in line for line in station.journal.lines] == [True]
    assert client.get("/lockers/3").json()["state"] == "free"


# -- what is refused


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "type"),
    [
        ("GET", "/lockers/13", None, 404, "no-such-locker"),
        ("PUT", "/lockers/3", {"pin": "1234", "owner": "yan"}, 409, "locker-taken"),
        ("POST", "/lockers/4/open", {"pin": "4711"}, 409, "locker-free"),
        ("POST", "/lockers/3/open", {"pin": "1234"}, 403, "wrong-pin"),
        ("GET", "/nowhere", None, 404, "not-found"),
        ("DELETE", "/lockers/3", None, 405, "method-not-allowed"),
    ],
)
def test_refusals_have_one_shape(station, client, method, path, body, status, type):
    """Each is a problem of its type, tells no PIN, and opens nothing: zoe's PIN still does (P3, P5)."""
    take(client)

    response = client.request(method, path, json=body)

    assert_problem(response, status, type)
    assert "4711" not in response.text
    assert station.doors.unlocked == []
    assert client.post("/lockers/3/open", json={"pin": "4711"}).status_code == 200


def test_a_refusal_keeps_its_headers(client):
    """What a 405 and a 401 say in their headers is still there (P5)."""
    wrong_method = client.delete("/staff")
    nobody = client.get("/staff")
    wrong_password = client.get("/staff", auth=("staff", "4711"))

    assert wrong_method.headers.get("Allow")
    for response in (nobody, wrong_password):
        assert_problem(response, 401, "unauthorized")
        assert response.headers.get("WWW-Authenticate", "").startswith("Basic")


def test_staff_count_what_is_taken(client):
    """Staff are let in, and told how many are taken (P5)."""
    take(client)

    response = client.get("/staff", auth=("staff", "left-luggage"))

    assert response.json()["taken"] == 1


@pytest.mark.parametrize(
    ("body", "at_fault"),
    [
        ({"pin": "9876", "owner": ""}, [["body", "owner"]]),
        ({"pin": "98765"}, [["body", "owner"], ["body", "pin"]]),
    ],
)
def test_a_422_names_fields_and_not_values(client, body, at_fault):
    """A 422 has an entry for each field at fault, by its `loc`, and nothing of what was sent (P4)."""
    response = client.put("/lockers/3", json=body)

    assert_problem(response, 422, "invalid-request")
    assert sorted(error["loc"] for error in response.json()["errors"]) == at_fault
    assert body["pin"] not in response.text


# -- what breaks


def test_a_crash_is_a_clean_500(station, outside):
    """A crash is answered by a problem, with its id, and nothing of the error; the locker stays taken (P7, P8)."""
    take(outside)
    station.doors.fails = RuntimeError("cannot log in as lockers:hunter2")

    response = outside.post("/lockers/3/open", json={"pin": "4711"})

    assert_problem(response, 500, "internal-error")
    assert not any(word in response.text for word in ("hunter2", "RuntimeError", "Traceback"))
    assert outside.get("/lockers/3").json()["state"] == "taken"
    assert station.journal.lines == []


def test_a_crash_is_logged_once(station, outside, caplog):
    """A crash of any route leaves one record, with traceback and request id (P7, P9)."""

    @station.app.get("/crash")
    async def crash():
        raise RuntimeError("cannot log in as lockers:hunter2")

    outside.get("/crash", headers={"X-Request-ID": "zoe-1"})

    assert len(errors_in(caplog)) == 1
    assert errors_in(caplog)[0].exc_info
    assert "zoe-1" in errors_in(caplog)[0].getMessage()


def test_a_door_error_keeps_the_luggage(station, client, caplog):
    """Doors that fail are a 503 and no crash; the locker stays taken, and nothing is written (P6, P9)."""
    take(client)
    station.doors.fails = DoorError("no answer")

    response = client.post("/lockers/3/open", json={"pin": "4711"})

    assert_problem(response, 503, "door-failed")
    assert "Retry-After" in response.headers
    assert client.get("/lockers/3").json()["state"] == "taken"
    assert station.journal.lines == []
    assert errors_in(caplog) == []


# -- the row without a task


def test_each_request_has_an_id_of_its_own(client):
    """Who brings no id is given one, and the next one another (P8)."""
    first, second = client.get("/lockers/3"), client.get("/lockers/3")

    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]


def test_the_callers_id_is_kept(client):
    """So an answer can be found in the log of the caller too (P8)."""
    response = client.get("/lockers/3", headers={"X-Request-ID": "zoe-1"})

    assert response.headers["X-Request-ID"] == "zoe-1"


@pytest.mark.parametrize("strange", ["z" * 65, "zoe 1"], ids=["long", "space"])
def test_a_strange_id_is_replaced(client, strange):
    """What is too long, or has other characters, is written nowhere (P8)."""
    response = client.get("/lockers/3", headers={"X-Request-ID": strange})

    assert response.headers["X-Request-ID"] != strange
