# ruff: noqa: PT018
"""Somebody else's tests of contract 10 (error_handlers): functions with fixtures, mocks with a spec."""

import logging
from unittest.mock import create_autospec

import pytest
from fastapi.testclient import TestClient
from lockers_api import DoorError, DoorJammed, create_app, get_doors, get_journal

STAFF = ("staff", "left-luggage")


class Doors:
    def unlock(self, number): ...


class Journal:
    def write(self, line): ...


@pytest.fixture
def doors():
    return create_autospec(Doors, instance=True, spec_set=True)


@pytest.fixture
def journal():
    return create_autospec(Journal, instance=True, spec_set=True)


@pytest.fixture
def app(doors, journal):
    app = create_app()
    app.dependency_overrides = {get_doors: lambda: doors, get_journal: lambda: journal}
    yield app
    app.dependency_overrides = {}


@pytest.fixture
def client(app):
    return TestClient(app)


@pytest.fixture
def stranger(app):
    """Sees what the network shows, and no exception."""
    return TestClient(app, raise_server_exceptions=False)


def take(client, number=3, pin="4711", owner="zoe"):
    return client.put(f"/lockers/{number}", json={"pin": pin, "owner": owner})


def state(client, number=3):
    return client.get(f"/lockers/{number}").json()["state"]


def assert_problem(response, status, kind):
    body = response.json()
    assert response.status_code == body["status"] == status
    assert response.headers["content-type"].split(";")[0].strip() == "application/problem+json"
    assert body["type"] == kind
    assert isinstance(body["title"], str) and body["title"]
    assert body["request_id"] == response.headers["x-request-id"]
    return body


def written(journal):
    """The lines, whether they were handed in by name or by position."""
    return [call.args[0] if call.args else call.kwargs["line"] for call in journal.write.call_args_list]


def test_twelve_free_lockers(client):
    for number in (1, 12):
        assert client.get(f"/lockers/{number}").json() == {"number": number, "state": "free"}
    for number in (0, 13):
        assert_problem(client.get(f"/lockers/{number}"), 404, "no-such-locker")


def test_take(client):
    response = take(client)
    assert response.status_code == 201
    assert response.json() == {"number": 3, "state": "taken"}
    assert state(client) == "taken"
    assert state(client, 4) == "free"


def test_a_station_each(client):
    take(client)
    assert state(TestClient(create_app())) == "free"


def test_open(client, doors, journal):
    take(client)
    response = client.post("/lockers/3/open", json={"pin": "4711"})
    assert response.status_code == 200
    assert response.json() == {"number": 3, "state": "free"}
    doors.unlock.assert_called_once_with(3)
    [line] = written(journal)
    assert "3" in line
    assert state(client) == "free"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "kind"),
    [
        ("GET", "/lockers/99", None, 404, "no-such-locker"),
        ("PUT", "/lockers/99", {"pin": "1234", "owner": "yan"}, 404, "no-such-locker"),
        ("POST", "/lockers/99/open", {"pin": "1234"}, 404, "no-such-locker"),
        ("PUT", "/lockers/3", {"pin": "1234", "owner": "yan"}, 409, "locker-taken"),
        ("POST", "/lockers/5/open", {"pin": "4711"}, 409, "locker-free"),
        ("POST", "/lockers/3/open", {"pin": "1234"}, 403, "wrong-pin"),
    ],
)
def test_refused(client, doors, journal, method, path, body, status, kind):
    take(client)
    response = client.request(method, path, json=body)
    assert_problem(response, status, kind)
    assert "4711" not in response.text and "1234" not in response.text
    assert not doors.unlock.called and not journal.write.called
    assert client.post("/lockers/3/open", json={"pin": "4711"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "at_fault"),
    [
        ({}, {("body", "pin"), ("body", "owner")}),
        ({"owner": "zoe"}, {("body", "pin")}),
        ({"pin": "98765", "owner": "zoe"}, {("body", "pin")}),
        ({"pin": "98a6", "owner": ""}, {("body", "pin"), ("body", "owner")}),
        ({"pin": "9876"}, {("body", "owner")}),
    ],
)
def test_invalid(client, body, at_fault):
    response = client.put("/lockers/7", json=body)
    problem = assert_problem(response, 422, "invalid-request")
    locs = [tuple(error["loc"]) for error in problem["errors"]]
    assert len(locs) == len(at_fault) and set(locs) == at_fault
    assert not any(value and value in response.text for value in body.values())
    assert state(client, 7) == "free"


def test_nowhere_and_wrong_method(client):
    assert_problem(client.get("/nowhere"), 404, "not-found")
    response = client.delete("/staff")
    assert_problem(response, 405, "method-not-allowed")
    assert "GET" in response.headers["allow"]


@pytest.mark.parametrize("auth", [None, ("staff", "guess"), ("zoe", "left-luggage")])
def test_not_staff(client, auth):
    response = client.get("/staff", auth=auth)
    assert_problem(response, 401, "unauthorized")
    assert response.headers["www-authenticate"].lower().startswith("basic")


def test_staff(client):
    take(client, 3)
    take(client, 9)
    response = client.get("/staff", auth=STAFF)
    assert response.status_code == 200
    assert response.json()["taken"] == 2


class Frozen(DoorJammed):
    pass


@pytest.mark.parametrize("error", [DoorError, DoorJammed, Frozen])
def test_door_fails(client, doors, journal, error):
    take(client)
    doors.unlock.side_effect = error("hinge")
    response = client.post("/lockers/3/open", json={"pin": "4711"})
    assert_problem(response, 503, "door-failed")
    assert response.headers["retry-after"]
    assert state(client) == "taken"
    assert not journal.write.called


@pytest.mark.parametrize("error", [RuntimeError, KeyError, ValueError, OSError])
def test_anything_else(stranger, doors, journal, caplog, error):
    take(stranger)
    doors.unlock.side_effect = error("postgresql://lockers:hunter2@db")
    response = stranger.post("/lockers/3/open", json={"pin": "4711"}, headers={"X-Request-ID": "abc-1"})
    assert_problem(response, 500, "internal-error")
    assert response.headers["x-request-id"] == "abc-1"
    for secret in ("hunter2", error.__name__, "Traceback", "lockers_api"):
        assert secret not in response.text
    assert state(stranger) == "taken"
    assert not journal.write.called
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info and record.exc_info[0] is error
    assert "abc-1" in record.getMessage()


def test_a_route_of_tomorrow(app, stranger):
    @app.get("/tomorrow")
    def tomorrow():
        raise LookupError("not yet")

    assert_problem(stranger.get("/tomorrow"), 500, "internal-error")


def test_errors_that_are_foreseen_are_no_news(client, doors, caplog):
    take(client)
    doors.unlock.side_effect = DoorError("hinge")
    client.post("/lockers/3/open", json={"pin": "4711"})
    client.post("/lockers/3/open", json={"pin": "0000"})
    client.put("/lockers/3", json={})
    client.get("/staff")
    client.get("/nowhere")
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("given", ["a", "A-1", "z" * 64])
def test_the_callers_id(client, given):
    assert client.get("/lockers/1", headers={"X-Request-ID": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["z" * 65, "a b", "a_b", "<script>", ""])
def test_no_id_of_the_callers(client, given):
    answered = client.get("/lockers/1", headers={"X-Request-ID": given}).headers["x-request-id"]
    assert answered and answered != given


def test_an_id_each(client):
    ids = {
        client.get(path).headers["x-request-id"]
        for path in ("/lockers/1", "/lockers/1", "/nowhere", "/staff")
    }
    assert len(ids) == 4
