"""Lesson 06, solved: await it."""

import asyncio
from contextlib import asynccontextmanager

import httpx2
import pytest
import pytest_asyncio
from async_users.database import Base, get_async_session
from async_users.main import app
from async_users.models import Seat, User
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

pytestmark = pytest.mark.asyncio


# -- given: clients, and a database of the test's own


def new_client():
    """A client that calls the app, which need not be started."""
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test")


@asynccontextmanager
async def started_client():
    """A client of the started app: nothing is overridden, and start-up and shutdown run."""
    async with app.router.lifespan_context(app), new_client() as client:
        yield client


@pytest.fixture
def database_url(tmp_path, monkeypatch):
    """A file that no other test has; an app that starts now opens it."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'users.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    return url


@pytest_asyncio.fixture
async def sessions(database_url):
    """That database with empty tables: `async with sessions() as session:` opens a session on it."""
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


async def store(sessions, *rows):
    """Put rows into the database, without the app."""
    async with sessions() as session:
        session.add_all(rows)
        await session.commit()


async def stored_job(sessions, username):
    """The job in the row of that user, or None where there is no row."""
    async with sessions() as session:
        return await session.scalar(select(User.job).where(User.username == username))


async def stored_holder(sessions, number):
    """The username in the row of that seat, or None where there is no row."""
    async with sessions() as session:
        return await session.scalar(select(Seat.username).where(Seat.number == number))


def a_session_each(sessions):
    """A dependency that opens a session for each request, and closes it after."""

    async def dependency():
        async with sessions() as session:
            yield session

    return dependency


@pytest_asyncio.fixture
async def client(sessions):
    """A client of the app, with `get_async_session` overridden so that it is our database (P10)."""
    app.dependency_overrides[get_async_session] = a_session_each(sessions)
    async with new_client() as client:
        yield client
    app.dependency_overrides.clear()


# -- users


async def test_nobody_is_there_at_first(database_url):
    """Worked example (P2, P9)."""
    async with started_client() as client:
        response = await client.get("/users/nobody")

    assert response.status_code == 404


async def test_created_user_is_in_the_database(client, sessions):
    """What a create answers, and what it leaves in the database (P3)."""
    response = await client.post("/users", params={"username": "carol", "job": "Pilot"})

    assert response.status_code == 200
    assert response.json() == {"message": "User created", "username": "carol"}
    assert await stored_job(sessions, "carol") == "Pilot"


async def test_stored_users_can_be_read(client, sessions):
    """Each user is answered with their own name and job (P1)."""
    await store(sessions, User(username="alice", job="Engineer"), User(username="bob", job="Designer"))

    alice = await client.get("/users/alice")
    bob = await client.get("/users/bob")

    assert alice.status_code == bob.status_code == 200  # not judged: a refusal has no job to show
    assert [alice.json(), bob.json()] == [  # not judged: bob alone sees who answers both alike
        {"username": "alice", "job": "Engineer"},
        {"username": "bob", "job": "Designer"},
    ]


@pytest.mark.parametrize(("method", "path"), [("GET", "/users/nobody"), ("POST", "/seats/7?username=nobody")])
async def test_unknown_user_is_not_found(client, sessions, method, path):
    """The row without a task, its two requests: others are there, nobody is found, nothing is written (P2)."""
    await store(sessions, User(username="alice", job="Engineer"), User(username="zoe", job="Baker"))

    response = await client.request(method, path)

    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}
    assert await stored_holder(sessions, 7) is None


async def test_refused_create_changes_nothing(client, sessions):
    """A username that is taken is refused, and the stored job stays (P4)."""
    await store(sessions, User(username="carol", job="Pilot"))

    response = await client.post("/users", params={"username": "carol", "job": "Florist"})

    assert response.status_code == 409
    assert response.json() == {"detail": "User already exists"}
    assert await stored_job(sessions, "carol") == "Pilot"


# -- seats


async def test_seat_stays_with_who_came_first(client, sessions):
    """The second one is told who has the seat, and that one keeps it (P5, P6)."""
    await store(sessions, User(username="alice", job="Engineer"), User(username="bob", job="Designer"))

    first = await client.post("/seats/7", params={"username": "alice"})
    second = await client.post("/seats/7", params={"username": "bob"})

    assert first.status_code == 200
    assert first.json() == {"seat": 7, "username": "alice"}
    assert second.status_code == 409
    assert second.json() == {"detail": "Seat is taken by alice"}
    assert await stored_holder(sessions, 7) == "alice"


async def test_each_seat_is_for_itself(client, sessions):
    """A second seat has a holder of its own, and a user may have two (P5, P6)."""
    await store(sessions, User(username="alice", job="Engineer"), User(username="bob", job="Designer"))
    await store(sessions, Seat(number=7, username="alice"), Seat(number=8, username="bob"))

    refused = await client.post("/seats/8", params={"username": "alice"})
    given = await client.post("/seats/9", params={"username": "alice"})

    assert refused.json() == {"detail": "Seat is taken by bob"}
    assert given.json() == {"seat": 9, "username": "alice"}


async def test_one_seat_wanted_at_once(client, sessions):
    """However many ask at the same time, one gets the seat and the others are told who (P7)."""
    names = ["alice", "bob", "carol", "dave"]
    await store(sessions, *(User(username=name, job="Pilot") for name in names))

    responses = await asyncio.gather(*(client.post("/seats/7", params={"username": name}) for name in names))

    assert sorted(response.status_code for response in responses) == [200, 409, 409, 409]
    winner = await stored_holder(sessions, 7)
    for name, response in zip(names, responses, strict=True):
        expected = (
            {"seat": 7, "username": name} if name == winner else {"detail": f"Seat is taken by {winner}"}
        )
        assert response.json() == expected


# -- the started app, with sessions of its own


async def test_many_at_once(sessions):
    """Requests at the same time each get their own answer, and all of them are stored (P8, P10)."""
    jobs = {"alice": "Engineer", "bob": "Designer", "carol": "Pilot", "dave": "Baker"}

    async with started_client() as client:
        created = await asyncio.gather(
            *(client.post("/users", params={"username": name, "job": job}) for name, job in jobs.items())
        )
        read = await asyncio.gather(*(client.get(f"/users/{name}") for name in jobs))

    assert [response.status_code for response in created] == [200] * len(jobs)
    assert [response.json()["username"] for response in created] == list(jobs)
    assert {name: await stored_job(sessions, name) for name in jobs} == jobs
    assert [response.json() for response in read] == [
        {"username": name, "job": job} for name, job in jobs.items()
    ]


async def test_start_keeps_what_is_stored(sessions):
    """An app that starts on a database with a user in it finds that user (P9)."""
    await store(sessions, User(username="erin", job="Surgeon"))

    async with started_client() as client:
        response = await client.get("/users/erin")

    assert response.json() == {"username": "erin", "job": "Surgeon"}
