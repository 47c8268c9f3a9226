"""Somebody else's tests of contract 11 (lifespan_and_background): functions and fixtures, through the test client."""

import asyncio
import threading
from contextlib import asynccontextmanager

import pytest
from fastapi.testclient import TestClient
from post_office import create_app, open_archive

LETTER = {"to": "elm", "text": "hello"}


class Log(list):
    """What happened to the parts, in its order."""


class Postman:
    def __init__(self):
        self.calls, self.bad_days = [], 0

    async def deliver(self, to, text):
        self.calls.append((to, text))
        if self.bad_days:
            self.bad_days -= 1
            raise OSError("flat tyre")


class Opened:
    def __init__(self, log, name, inner, error=None):
        self.log, self.name, self.inner, self.error = log, name, inner, error

    async def __aenter__(self):
        if self.error:
            raise self.error
        value = await self.inner.__aenter__()
        self.log.append(f"+{self.name}")
        return value

    async def __aexit__(self, *details):
        self.log.append(f"-{self.name}")
        return await self.inner.__aexit__(*details)


class Bell:
    """Rings in a round when it is told to; the app is in the client's thread."""

    def __init__(self, log):
        self.log, self.waiting, self.calls = log, threading.Semaphore(0), 0

    async def wait(self):
        self.loop, self.rung = asyncio.get_running_loop(), asyncio.Event()
        self.calls += 1
        self.waiting.release()
        try:
            await self.rung.wait()
        except asyncio.CancelledError:
            self.log.append("-bell")
            raise

    def ring(self):
        assert self.waiting.acquire(timeout=3)
        self.loop.call_soon_threadsafe(self.rung.set)
        assert self.waiting.acquire(timeout=3)
        self.waiting.release()


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def postman():
    return Postman()


@pytest.fixture
def bell(log):
    return Bell(log)


@pytest.fixture
def naps():
    return []


@pytest.fixture
def app(log, postman, bell, naps):
    @asynccontextmanager
    async def hire():
        yield postman

    async def nap(seconds):
        naps.append(seconds)

    return create_app(
        lambda: Opened(log, "archive", open_archive()),
        lambda: Opened(log, "carrier", hire()),
        nap,
        bell.wait,
    )


@pytest.fixture
def client(app):
    with TestClient(app) as client:
        yield client


def read(client, answer):
    response = client.get(f"/letters/{answer.json()['id']}")
    assert response.status_code == 200
    return response.json()


def test_nothing_is_open_before_the_start(app, log):
    assert log == []
    assert TestClient(app).get("/ready").status_code == 503
    assert TestClient(app).get("/ready").json() == {"ready": False}
    assert log == []


def test_life_of_the_parts(app, log, bell):
    with TestClient(app) as client:
        assert log == ["+archive", "+carrier"]
        assert client.get("/ready").json() == {"ready": True}
        assert bell.waiting.acquire(timeout=3)
    assert log == ["+archive", "+carrier", "-bell", "-carrier", "-archive"]
    assert client.get("/ready").status_code == 503


def test_carrier_that_is_ill(log):
    app = create_app(
        open_archive=lambda: Opened(log, "archive", open_archive()),
        open_carrier=lambda: Opened(log, "carrier", None, OSError("ill")),
    )
    with pytest.raises(OSError, match="ill"), TestClient(app):
        pytest.fail("started")
    assert log == ["+archive", "-archive"]
    assert TestClient(app).get("/ready").json() == {"ready": False}


@pytest.mark.parametrize("with_a_start", [False, True])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/letters", LETTER),
        ("GET", "/letters", None),
        ("GET", "/letters/1", None),
        ("POST", "/letters", {}),
    ],
)
def test_closed(app, with_a_start, method, path, body):
    if with_a_start:
        with TestClient(app):
            pass
    response = TestClient(app).request(method, path, json=body)
    assert response.status_code == 503
    assert response.json() == {"detail": "Post office is closed"}


def test_second_start_has_no_letters(app):
    with TestClient(app) as client:
        client.post("/letters", json=LETTER)
        assert len(client.get("/letters").json()) == 1
    with TestClient(app) as client:
        assert client.get("/letters").json() == []
        assert client.get("/ready").status_code == 200


def test_letter_is_accepted_and_delivered(client, postman, naps):
    answer = client.post("/letters", json=LETTER)
    assert answer.status_code == 202
    assert answer.json()["to"] == "elm"
    assert answer.json()["state"] == "accepted"
    assert postman.calls == [("elm", "hello")]
    letter = read(client, answer)
    assert letter["id"] == answer.json()["id"]
    assert (letter["to"], letter["state"], letter["attempts"]) == ("elm", "delivered", 1)
    assert "error" in letter
    assert naps == []


@pytest.mark.parametrize("street", ["elm", "oak", "ash"])
def test_streets(client, postman, street):
    assert client.post("/letters", json={"to": street, "text": "x"}).status_code == 202
    assert postman.calls == [(street, "x")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"to": "fir", "text": "hello"}, 404),
        ({"to": "", "text": "hello"}, 404),
        ({"to": "elm", "text": ""}, 422),
        ({"to": "elm"}, 422),
        ({"text": "hello"}, 422),
        ({}, 422),
    ],
)
def test_refused(client, postman, bell, body, status):
    assert client.post("/letters", json=body).status_code == status
    bell.ring()
    assert client.get("/letters").json() == []
    assert postman.calls == []


@pytest.mark.parametrize(
    ("bad_days", "state", "calls"), [(1, "delivered", 2), (2, "delivered", 3), (3, "failed", 3)]
)
def test_bad_days(client, postman, naps, bad_days, state, calls):
    postman.bad_days = bad_days
    answer = client.post("/letters", json=LETTER)
    assert answer.status_code == 202
    assert answer.json()["state"] == "accepted"
    letter = read(client, answer)
    assert (letter["state"], letter["attempts"]) == (state, calls)
    assert postman.calls == [("elm", "hello")] * calls
    assert len(naps) == calls - 1
    if state == "failed":
        assert isinstance(letter["error"], str)
        assert letter["error"]


def test_rounds(client, postman, bell):
    good = client.post("/letters", json={"to": "oak", "text": "fine"})
    postman.bad_days = 6
    bad = client.post("/letters", json=LETTER)
    worse = client.post("/letters", json={"to": "ash", "text": "bye"})
    postman.calls.clear()
    postman.bad_days = 6
    bell.ring()
    assert sorted(postman.calls) == [("ash", "bye")] * 3 + [("elm", "hello")] * 3
    assert read(client, bad)["attempts"] == read(client, worse)["attempts"] == 6
    assert read(client, bad)["state"] == "failed"
    postman.calls.clear()
    bell.ring()
    assert sorted(postman.calls) == [("ash", "bye"), ("elm", "hello")]
    assert (read(client, bad)["state"], read(client, bad)["attempts"]) == ("delivered", 7)
    assert (read(client, good)["state"], read(client, good)["attempts"]) == ("delivered", 1)
    postman.calls.clear()
    bell.ring()
    assert postman.calls == []


def test_list_has_what_each_letter_has(client):
    answers = [client.post("/letters", json={"to": street, "text": "x"}) for street in ("elm", "elm", "oak")]
    listed = {letter["id"]: letter for letter in client.get("/letters").json()}
    assert len(listed) == 3
    for answer in answers:
        assert listed[answer.json()["id"]] == read(client, answer)


def test_unknown_letter(client):
    client.post("/letters", json=LETTER)
    assert client.get("/letters/987654321").status_code == 404
    assert client.get("/letters/nothing-like-it").status_code in (404, 422)


def test_two_offices_share_nothing(client):
    client.post("/letters", json=LETTER)
    with TestClient(create_app()) as other:
        assert other.get("/letters").json() == []
