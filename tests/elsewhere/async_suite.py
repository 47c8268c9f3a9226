"""Somebody else's tests of contract 06 (async_client): users over AsyncClient, and a look into the database."""

import asyncio

import pytest
import pytest_asyncio
from async_users.database import Base, get_async_session
from async_users.main import app
from async_users.models import User
from httpx import ASGITransport, AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def session_maker(tmp_path):
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


@pytest_asyncio.fixture
async def client(session_maker):
    async def override_get_async_session():
        async with session_maker() as session:
            yield session

    app.dependency_overrides[get_async_session] = override_get_async_session
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as ac:
        yield ac
    app.dependency_overrides.pop(get_async_session)


async def create(client, username, job):
    return await client.post("/users", params={"username": username, "job": job})


async def stored(session_maker):
    async with session_maker() as session:
        users = (await session.execute(select(User))).scalars().all()
        return {user.username: user.job for user in users}


async def test_create_user(client):
    response = await create(client, "carol", "Architect")
    assert response.status_code == 200
    assert response.json() == {"message": "User created", "username": "carol"}


async def test_create_then_get(client):
    await create(client, "carol", "Architect")
    response = await client.get("/users/carol")
    assert response.status_code == 200
    assert response.json() == {"username": "carol", "job": "Architect"}


async def test_get_unknown_user(client):
    response = await client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


async def test_unknown_user_among_known_ones(client):
    await create(client, "carol", "Architect")
    response = await client.get("/users/dave")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


async def test_created_user_is_in_the_database(client, session_maker):
    await create(client, "carol", "Architect")
    async with session_maker() as session:
        user = (await session.execute(select(User).where(User.username == "carol"))).scalar_one()
    assert user.username == "carol"
    assert user.job == "Architect"


async def test_several_users_are_in_the_database(client, session_maker):
    await create(client, "carol", "Architect")
    await create(client, "dave", "Gardener")
    users = await stored(session_maker)
    assert users["carol"] == "Architect"
    assert users["dave"] == "Gardener"


async def test_user_put_into_the_database_is_served(client, session_maker):
    async with session_maker() as session:
        session.add(User(username="erin", job="Surgeon"))
        await session.commit()
    response = await client.get("/users/erin")
    assert response.status_code == 200
    assert response.json() == {"username": "erin", "job": "Surgeon"}


async def test_reading_stores_nothing(client, session_maker):
    before = await stored(session_maker)
    await client.get("/users/nobody")
    assert await stored(session_maker) == before


async def test_each_user_has_their_own_job(client):
    jobs = {"carol": "Architect", "dave": "Gardener", "erin": "Surgeon"}
    for username, job in jobs.items():
        await create(client, username, job)
    for username, job in jobs.items():
        response = await client.get(f"/users/{username}")
        assert response.json() == {"username": username, "job": job}


async def test_concurrent_reads(client):
    jobs = {f"user{n}": f"Job {n}" for n in range(8)}
    for username, job in jobs.items():
        await create(client, username, job)
    responses = await asyncio.gather(*(client.get(f"/users/{username}") for username in jobs))
    assert [r.status_code for r in responses] == [200] * 8
    assert {r.json()["username"]: r.json()["job"] for r in responses} == jobs
