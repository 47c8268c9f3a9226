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

JOBS = {"ann": "Pilot", "ben": "Baker", "cid": "Nurse", "dot": "Clerk"}


def browser():
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test")


@asynccontextmanager
async def running():
    async with app.router.lifespan_context(app), browser() as api:
        yield api


@pytest_asyncio.fixture
async def new_session(tmp_path, monkeypatch):
    url = f"sqlite+aiosqlite:///{tmp_path / 'seats.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


@pytest_asyncio.fixture
async def api(new_session):
    async def own_session():
        async with new_session() as session:
            yield session

    app.dependency_overrides[get_async_session] = own_session
    async with browser() as api:
        yield api
    app.dependency_overrides.clear()


@pytest_asyncio.fixture
async def users(new_session):
    async with new_session() as session:
        session.add_all(User(username=name, job=job) for name, job in JOBS.items())
        await session.commit()


async def job_of(new_session, name):
    async with new_session() as session:
        return await session.scalar(select(User.job).where(User.username == name))


async def holder_of(new_session, number):
    async with new_session() as session:
        return await session.scalar(select(Seat.username).where(Seat.number == number))


async def test_create_answers_and_stores(api, new_session):
    response = await api.post("/users", params={"username": "eve", "job": "Cook"})
    assert response.status_code == 200
    assert response.json() == {"message": "User created", "username": "eve"}
    assert await job_of(new_session, "eve") == "Cook"


@pytest.mark.usefixtures("users")
async def test_everybody_is_read_as_themselves(api):
    for name, job in JOBS.items():
        response = await api.get(f"/users/{name}")
        assert response.status_code == 200
        assert response.json() == {"username": name, "job": job}


@pytest.mark.usefixtures("users")
async def test_stranger_is_not_found(api, new_session):
    for response in (await api.get("/users/me"), await api.post("/seats/1", params={"username": "me"})):
        assert response.status_code == 404
        assert response.json() == {"detail": "User not found"}
    assert await holder_of(new_session, 1) is None


@pytest.mark.usefixtures("users")
async def test_taken_name_is_refused(api, new_session):
    response = await api.post("/users", params={"username": "ann", "job": "Cook"})
    assert response.status_code == 409
    assert await job_of(new_session, "ann") == "Pilot"


@pytest.mark.usefixtures("users")
async def test_seats_are_given_and_kept(api, new_session):
    for number, name in [(10, "ann"), (11, "ben"), (12, "ann")]:
        response = await api.post(f"/seats/{number}", params={"username": name})
        assert response.status_code == 200
        assert response.json() == {"seat": number, "username": name}
    assert (await api.post("/seats/11", params={"username": "ann"})).status_code == 409
    assert [await holder_of(new_session, number) for number in (10, 11, 12)] == ["ann", "ben", "ann"]


@pytest.mark.usefixtures("users")
async def test_one_of_all_gets_the_seat(api):
    responses = await asyncio.gather(*(api.post("/seats/3", params={"username": name}) for name in JOBS))
    assert sorted(response.status_code for response in responses) == [200, 409, 409, 409]


async def test_creates_at_once(new_session):
    async with running() as api:
        responses = await asyncio.gather(
            *(api.post("/users", params={"username": name, "job": job}) for name, job in JOBS.items())
        )
    assert [response.status_code for response in responses] == [200] * len(JOBS)
    assert [response.json()["username"] for response in responses] == list(JOBS)
    assert {name: await job_of(new_session, name) for name in JOBS} == JOBS


@pytest.mark.usefixtures("users")
async def test_reads_at_once_on_a_database_that_was_there(new_session):
    async with running() as api:
        responses = await asyncio.gather(*(api.get(f"/users/{name}") for name in JOBS))
    assert [response.json()["job"] for response in responses] == list(JOBS.values())
