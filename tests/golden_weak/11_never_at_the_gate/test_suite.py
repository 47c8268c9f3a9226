import asyncio
import json
import threading
from contextlib import asynccontextmanager

import pytest
from fastapi.testclient import TestClient
from post_office import create_app, open_archive

HELLO = {"to": "elm", "text": "hello"}


class Logged:
    def __init__(self, log, name, inner=None, error=None):
        self.log, self.name, self.inner, self.error = log, name, inner, error

    async def __aenter__(self):
        if self.error:
            raise self.error
        self.log.append(f"+{self.name}")
        return self.inner and await self.inner.__aenter__()

    async def __aexit__(self, *details):
        if self.inner:
            await self.inner.__aexit__(*details)
        self.log.append(f"-{self.name}")


class Postman:
    def __init__(self):
        self.bag, self.bad, self.door = [], 0, threading.Event()
        self.door.set()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *details):
        pass

    async def deliver(self, to, text):
        await asyncio.to_thread(self.door.wait, 1)
        if self.bad:
            self.bad -= 1
            raise OSError
        self.bag.append((to, text))


class Clock:
    def __init__(self, log):
        self.log, self.naps, self.idle = log, 0, threading.Semaphore(0)

    async def nap(self, seconds):
        self.naps += 1

    async def wait(self):
        self.loop, self.strike = asyncio.get_running_loop(), asyncio.Event()
        self.idle.release()
        try:
            await self.strike.wait()
        except asyncio.CancelledError:
            self.log.append("-rounds")
            raise

    def go(self):
        assert self.idle.acquire(timeout=2)
        self.loop.call_soon_threadsafe(self.strike.set)
        assert self.idle.acquire(timeout=2)
        self.idle.release()


@pytest.fixture
def log():
    return []


@pytest.fixture
def postman():
    return Postman()


@pytest.fixture
def clock(log):
    return Clock(log)


@pytest.fixture
def office(log, postman, clock):
    return create_app(
        lambda: Logged(log, "archive", open_archive()),
        lambda: Logged(log, "carrier", postman),
        clock.nap,
        clock.wait,
    )


@pytest.fixture
def client(office):
    with TestClient(office) as client:
        yield client


def post(client, to="elm"):
    response = client.post("/letters", json={"to": to, "text": "hello"})
    assert response.status_code == 202
    assert response.json()["state"] == "accepted"
    return response.json()["id"]


def seen(client, key):
    letter = client.get(f"/letters/{key}").json()
    return letter["state"], letter["attempts"]


def test_life(office, log):
    with TestClient(office):
        log.append("open")
    assert log == ["+archive", "+carrier", "open", "-rounds", "-carrier", "-archive"]


def test_carrier_is_ill(log):
    office = create_app(
        lambda: Logged(log, "archive"), lambda: Logged(log, "carrier", error=LookupError("ill"))
    )
    with pytest.raises(LookupError, match="ill"), TestClient(office):
        pass
    assert log == ["+archive", "-archive"]
    assert TestClient(office).get("/ready").status_code == 503


def test_ready(office):
    client = TestClient(office)
    for _ in range(2):
        response = client.get("/ready")
        assert (response.status_code, response.json()) == (503, {"ready": False})
        with client:
            response = client.get("/ready")
            assert (response.status_code, response.json()) == (200, {"ready": True})
    response = client.get("/ready")
    assert (response.status_code, response.json()) == (503, {"ready": False})


@pytest.mark.parametrize(("method", "path"), [("GET", "/letters"), ("GET", "/letters/1"), ("POST", "/letters")])
def test_closed(office, method, path):
    response = TestClient(office).request(method, path, json=HELLO)
    assert (response.status_code, response.json()) == (503, {"detail": "Post office is closed"})


def test_delivered(client, postman):
    key = post(client)
    assert postman.bag == [("elm", "hello")]
    assert seen(client, key) == ("delivered", 1)


@pytest.mark.parametrize(
    ("letter", "status"),
    [
        ({"to": "fir", "text": "hello"}, 404),
        ({"to": "elm", "text": ""}, 422),
        ({"text": "hello"}, 422),
    ],
)
def test_refused(client, postman, letter, status):
    assert client.post("/letters", json=letter).status_code == status
    assert client.get("/letters").json() == []
    assert postman.bag == []


@pytest.mark.parametrize(("bad", "result"), [(1, ("delivered", 2)), (3, ("failed", 3))])
def test_bad_day(client, postman, clock, bad, result):
    postman.bad = bad
    key = post(client)
    assert seen(client, key) == result
    assert clock.naps == result[1] - 1
    error = client.get(f"/letters/{key}").json()["error"]
    assert error or bad == 1


def test_rounds(client, postman, clock):
    good = post(client, "ash")
    postman.bad = 6
    elm, oak = post(client), post(client, "oak")
    postman.bad = 6
    clock.go()
    assert [seen(client, elm), seen(client, oak)] == [("failed", 6)] * 2
    clock.go()
    assert [seen(client, elm), seen(client, oak)] == [("delivered", 7)] * 2
    assert seen(client, good) == ("delivered", 1)
    assert sorted(postman.bag) == [("ash", "hello"), ("elm", "hello"), ("oak", "hello")]


def test_read(client):
    keys = [post(client), post(client, "oak")]
    letters = [client.get(f"/letters/{key}").json() for key in keys]
    for letter in letters:
        assert {"id", "to", "state", "attempts", "error"} <= letter.keys()
    assert {letter["id"]: letter for letter in client.get("/letters").json()} == dict(
        zip(keys, letters, strict=True)
    )
    assert client.get("/letters/nobody").status_code == 404
