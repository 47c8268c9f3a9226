"""Lesson 11, solved: before, after, and meanwhile."""

import asyncio
import json
import threading
from contextlib import nullcontext

import pytest
from fastapi.testclient import TestClient
from post_office import create_app, open_archive

LETTER = {"to": "elm", "text": "hello"}


# -- given: parts for an office, which note what happens to them


class Part:
    """What opens a part: an async context manager that writes "… opened" and "… closed" into a list.

    It gives `part`, or what `part` gives if that is to be opened, too. With `fails`, that is raised instead.
    """

    def __init__(self, name, events, part=None, fails=None):
        self.name, self.events, self.fails = name, events, fails
        self.inner = part if hasattr(part, "__aenter__") else nullcontext(part)

    async def __aenter__(self):
        if self.fails is not None:
            raise self.fails
        part = await self.inner.__aenter__()
        self.events.append(f"{self.name} opened")
        return part

    async def __aexit__(self, *error):
        await self.inner.__aexit__(*error)
        self.events.append(f"{self.name} closed")


class Carrier:
    """Keeps what it has delivered. It raises as often as `failures` says, and waits while `gate` is clear."""

    def __init__(self):
        self.delivered = []
        self.failures = 0
        self.gate = threading.Event()
        self.gate.set()

    async def deliver(self, to, text):
        await asyncio.to_thread(self.gate.wait, 1)
        if self.failures > 0:
            self.failures -= 1
            raise TimeoutError
        self.delivered.append((to, text))


class Pause:
    """Given as `pause`: takes no time, and counts how often it was awaited."""

    def __init__(self):
        self.count = 0

    async def __call__(self, seconds):
        self.count += 1


class Rounds:
    """Given as `until_next_round`: a round begins when the test says so."""

    def __init__(self, events):
        self.events = events
        self.waiting = threading.Semaphore(0)

    async def __call__(self):
        self.loop, self.now = asyncio.get_running_loop(), asyncio.Event()
        self.waiting.release()
        try:
            await self.now.wait()
        except asyncio.CancelledError:
            self.events.append("rounds ended")
            raise

    def make(self):
        """Make a round. It is over when the app waits for the next one."""
        self.until_the_app_waits()
        self.loop.call_soon_threadsafe(self.now.set)
        self.until_the_app_waits()
        self.waiting.release()

    def until_the_app_waits(self):
        if not self.waiting.acquire(timeout=2):
            pytest.fail("the office does not wait for a next round")


@pytest.fixture
def events():
    return []


@pytest.fixture
def carrier():
    return Carrier()


@pytest.fixture
def pause():
    return Pause()


@pytest.fixture
def rounds(events):
    return Rounds(events)


@pytest.fixture
def app(events, carrier, pause, rounds):
    """An office of these parts. Nobody has started it."""
    return create_app(
        open_archive=lambda: Part("archive", events, open_archive()),
        open_carrier=lambda: Part("carrier", events, carrier),
        pause=pause,
        until_next_round=rounds,
    )


@pytest.fixture
def client(app):
    """A client of the office, which is started before the test and stopped after it (P1)."""
    with TestClient(app) as client:
        yield client


def read(client, posted):
    """The letter that was posted, as it is now."""
    return client.get(f"/letters/{posted['id']}").json()


def letters(client):
    """All letters, by street."""
    return {letter["to"]: letter for letter in client.get("/letters").json()}


# -- before and after


def test_a_stopped_office_accepts_nothing(app):
    """Worked example (P5)."""
    with TestClient(app):
        pass

    response = TestClient(app).post("/letters", json=LETTER)

    assert response.status_code == 503


def test_closed_in_reverse(app, events):
    """Opened in order; at the stop the rounds end, then the parts are closed in reverse (P1, P3)."""
    with TestClient(app):
        while_open = list(events)

    assert while_open == ["archive opened", "carrier opened"]
    assert events[2:] == ["rounds ended", "carrier closed", "archive closed"]


def test_a_start_that_fails(events):
    """If the carrier cannot be opened, the start says so and the archive is closed again (P2)."""
    app = create_app(
        open_archive=lambda: Part("archive", events),
        open_carrier=lambda: Part("carrier", events, fails=ConnectionError("ill today")),
    )

    with pytest.raises(ConnectionError, match="ill today"), TestClient(app):
        pass

    assert events == ["archive opened", "archive closed"]
    assert TestClient(app).get("/ready").json() == {"ready": False}


def test_ready(app):
    """The office is ready between its start and its stop, and at no other time (P4)."""
    client = TestClient(app)

    before = client.get("/ready")
    with client:
        between = client.get("/ready")
    after = client.get("/ready")

    assert [before.status_code, between.status_code, after.status_code] == [503, 200, 503]
    assert [before.json(), between.json(), after.json()] == [
        {"ready": False},
        {"ready": True},
        {"ready": False},
    ]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/letters"), ("GET", "/letters"), ("GET", "/letters/1")]
)
def test_a_closed_office_says_so(app, method, path):
    """Every other route, of an office that is not started yet (P5)."""
    response = TestClient(app).request(method, path, json=LETTER)

    assert response.status_code == 503
    assert response.json() == {"detail": "Post office is closed"}


# -- meanwhile


def test_delivered_once(client, carrier):
    """When the request is over, the letter is with the carrier, once, and is delivered (P6, P8)."""
    response = client.post("/letters", json=LETTER)

    assert response.status_code == 202
    assert carrier.delivered == [("elm", "hello")]
    letter = read(client, response.json())
    assert (letter["state"], letter["attempts"]) == ("delivered", 1)


def test_the_answer_comes_first(client, carrier):
    """The answer is there, and the letter is kept, while the carrier is still at the gate (P6, P8)."""
    carrier.gate.clear()

    with client.stream("POST", "/letters", json=LETTER) as response:
        pieces = response.iter_bytes()
        posted = json.loads(next(pieces))
        kept, delivered = client.get("/letters").json(), list(carrier.delivered)
        carrier.gate.set()

    assert (posted["to"], posted["state"]) == ("elm", "accepted")
    assert delivered == []
    assert [letter["id"] for letter in kept] == [posted["id"]]


def test_a_refused_letter_goes_nowhere(client, carrier):
    """A letter that is refused is not kept, and the carrier is not asked (P7)."""
    refused = [
        {"to": "fir", "text": "hello"},
        {"to": "elm", "text": ""},
        {"to": "elm"},
        {"text": "hello"},
    ]

    responses = [client.post("/letters", json=letter) for letter in refused]

    assert [response.status_code for response in responses] == [404, 422, 422, 422]
    assert client.get("/letters").json() == []
    assert carrier.delivered == []


@pytest.mark.parametrize(("failures", "state", "attempts"), [(1, "delivered", 2), (3, "failed", 3)])
def test_failures(client, carrier, pause, failures, state, attempts):
    """A carrier that fails is asked again, with a pause between, three times in all (P9, P10)."""
    carrier.failures = failures

    letter = read(client, client.post("/letters", json=LETTER).json())

    assert (letter["state"], letter["attempts"]) == (state, attempts)
    assert pause.count == attempts - 1
    assert letter["error"] or state == "delivered"


def test_rounds(client, carrier, rounds):
    """Each round hands over what has failed, and nothing else, until it is delivered (P11)."""
    for street, failures in [("elm", 3), ("oak", 3), ("ash", 0)]:
        carrier.failures = failures
        client.post("/letters", json={"to": street, "text": "hello"})

    carrier.failures = 6
    rounds.make()
    carrier.failures = 0
    rounds.make()

    assert sorted(to for to, _ in carrier.delivered) == ["ash", "elm", "oak"]
    assert {street: letter["attempts"] for street, letter in letters(client).items()} == {
        "elm": 7,
        "oak": 7,
        "ash": 1,
    }


def test_letters_can_be_read(client, carrier):
    """The row without a task: each letter by its id, and all of them in a list (P12)."""
    posted = [
        client.post("/letters", json={"to": street, "text": "hello"}).json() for street in ("elm", "oak")
    ]

    read_one_by_one = [read(client, letter) for letter in posted]

    assert [letter["to"] for letter in read_one_by_one] == ["elm", "oak"]
    for letter in read_one_by_one:
        assert {"id", "to", "state", "attempts", "error"} <= letter.keys()
    assert letters(client) == {letter["to"]: letter for letter in read_one_by_one}
    assert client.get("/letters/nobody").status_code == 404
