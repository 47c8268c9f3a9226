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


def outcome(client, posted):
    """What has become of that letter, and after how many attempts."""
    letter = read(client, posted)
    return letter["state"], letter["attempts"]


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
        events.append("open")

    assert events == [
        "archive opened",
        "carrier opened",
        "open",
        "rounds ended",
        "carrier closed",
        "archive closed",
    ]


def test_a_start_that_fails(events):
    """If the carrier cannot be opened, the start says so and the archive is closed again (P2)."""
    app = create_app(
        open_archive=lambda: Part("archive", events),
        open_carrier=lambda: Part("carrier", events, fails=ConnectionError()),
    )

    with pytest.raises(ConnectionError), TestClient(app):
        pass

    assert events == ["archive opened", "archive closed"]
    assert TestClient(app).get("/ready").json() == {"ready": False}


def test_ready(app):
    """The office is ready between its start and its stop, and at no other time (P4)."""
    client = TestClient(app)

    answers = [client.get("/ready")]
    with client:
        answers.append(client.get("/ready"))
    answers.append(client.get("/ready"))

    assert [answer.status_code for answer in answers] == [503, 200, 503]
    assert [answer.json() for answer in answers] == [{"ready": ready} for ready in (False, True, False)]


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
    assert outcome(client, response.json()) == ("delivered", 1)


def test_the_answer_comes_first(client, carrier):
    """The answer is there, and the letter is kept, while the carrier is still at the gate (P6, P8)."""
    carrier.gate.clear()

    with client.stream("POST", "/letters", json=LETTER) as response:
        pieces = response.iter_bytes()
        posted = json.loads(next(pieces))
        kept, delivered = client.get("/letters").json(), list(carrier.delivered)
        carrier.gate.set()

    assert posted == {**posted, "to": "elm", "state": "accepted"}
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

    posted = client.post("/letters", json=LETTER).json()

    assert outcome(client, posted) == (state, attempts)
    assert pause.count == attempts - 1
    assert state == "delivered" or read(client, posted)["error"]


def test_rounds(client, carrier, rounds):
    """Each round hands over what has failed, and nothing else, until it is delivered (P11)."""
    posted = {}
    for street, failures in [("elm", 3), ("oak", 3), ("ash", 0)]:
        carrier.failures = failures
        posted[street] = client.post("/letters", json={"to": street, "text": "hello"}).json()

    carrier.failures = 6
    rounds.make()
    carrier.failures = 0
    rounds.make()

    assert {street: outcome(client, letter) for street, letter in posted.items()} == {
        "elm": ("delivered", 7),
        "oak": ("delivered", 7),
        "ash": ("delivered", 1),
    }


def test_letters_can_be_read(client):
    """The row without a task: each letter by its id, and all of them in a list (P12)."""
    posted = [
        client.post("/letters", json={"to": street, "text": "hello"}).json() for street in ("elm", "oak")
    ]

    one_by_one = {letter["id"]: read(client, letter) for letter in posted}

    for letter in one_by_one.values():
        assert letter.keys() >= {"id", "to", "state", "attempts", "error"}
    assert {letter["id"]: letter for letter in client.get("/letters").json()} == one_by_one
    assert client.get("/letters/nobody").status_code == 404
