"""What lesson 06 says about libraries, its README's code, and its traps: each tried on the installed versions."""

import asyncio
import gc
import re
import sys
import warnings
from contextlib import asynccontextmanager
from importlib.metadata import requires
from pathlib import Path
from types import SimpleNamespace

import httpx
import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, MissingGreenlet, PendingRollbackError, StatementError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from starlette.datastructures import State

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "lessons" / "06_async_client"
README = (LESSON / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```python[^\n]*\n(.*?)```", README, re.DOTALL)

both_libraries = pytest.mark.parametrize("library", [httpx2, httpx], ids=["httpx2", "httpx"])


sys.path.insert(0, str(LESSON))
from async_users.database import Base, get_async_session  # noqa: E402
from async_users.main import app  # noqa: E402
from async_users.models import Seat, User  # noqa: E402

sys.path.remove(str(LESSON))


@asynccontextmanager
async def database(url):
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    try:
        yield async_sessionmaker(engine, expire_on_commit=False)
    finally:
        await engine.dispose()


@pytest_asyncio.fixture
async def sessions(tmp_path):
    async with database(f"sqlite+aiosqlite:///{tmp_path / 'users.db'}") as sessions:
        yield sessions


@pytest_asyncio.fixture
async def session(sessions):
    async with sessions() as session:
        yield session


def client_of(app, library=httpx2, **options):
    return library.AsyncClient(transport=library.ASGITransport(app=app, **options), base_url="http://test")


@asynccontextmanager
async def overridden(dependency):
    app.dependency_overrides[get_async_session] = dependency
    try:
        async with client_of(app) as client:
            yield client
    finally:
        app.dependency_overrides.clear()


def readme():
    """What the README's code defines, block after block."""
    scope = {}
    for code in BLOCKS:
        exec(code, scope)
    return SimpleNamespace(**scope)


# -- the client and the transport


@both_libraries
def test_async_client_takes_no_app(library):
    with pytest.raises(TypeError, match="app"):
        library.AsyncClient(app=app)


def test_client_of_the_readme_can_be_made():
    assert isinstance(readme().new_client(), httpx2.AsyncClient)


@both_libraries
@pytest.mark.asyncio
async def test_transport_runs_no_lifespan(library):
    started = []

    @asynccontextmanager
    async def lifespan(app):
        started.append(app)
        yield

    own = FastAPI(lifespan=lifespan)
    async with client_of(own, library) as client:
        assert (await client.get("/docs")).status_code == 200
    assert started == []


@pytest.mark.asyncio
async def test_lifespan_context_starts_and_stops_the_app():
    events = []

    @asynccontextmanager
    async def lifespan(app):
        events.append("start")
        yield
        events.append("stop")

    own = FastAPI(lifespan=lifespan)
    async with own.router.lifespan_context(own):
        assert events == ["start"]
    assert events == ["start", "stop"]


@both_libraries
@pytest.mark.asyncio
async def test_transport_raises_what_the_app_did_not_handle(library):
    own = FastAPI()

    @own.get("/")
    async def divide() -> float:
        return 1 / 0

    async with client_of(own, library) as client:
        with pytest.raises(ZeroDivisionError):
            await client.get("/")
    async with client_of(own, library, raise_app_exceptions=False) as client:
        assert (await client.get("/")).status_code == 500


def test_test_client_runs_coroutine_routes():
    own = FastAPI()

    @own.get("/")
    async def read() -> str:
        await asyncio.sleep(0)
        return "here"

    assert TestClient(own).get("/").json() == "here"


@pytest.mark.asyncio
async def test_test_client_is_no_asynchronous_context_manager():
    with pytest.raises(TypeError):
        async with TestClient(FastAPI()):
            pass


@both_libraries
@pytest.mark.asyncio
async def test_request_without_await_never_reaches_the_app(library):
    asked = []
    own = FastAPI()

    @own.get("/")
    async def read() -> None:
        asked.append("once")

    async with client_of(own, library) as client:
        forgotten = client.get("/")
        with pytest.raises(AttributeError, match="'coroutine' object has no attribute 'status_code'"):
            _ = forgotten.status_code
        with pytest.warns(RuntimeWarning, match="was never awaited"):
            del forgotten
    assert asked == []


@pytest.mark.asyncio
async def test_gather_answers_in_the_order_of_the_requests():
    own = FastAPI()

    @own.get("/{seconds}")
    async def wait(seconds: float) -> float:
        await asyncio.sleep(seconds)
        return seconds

    async with client_of(own) as client:
        answers = await asyncio.gather(client.get("/0.03"), client.get("/0"))
    assert [answer.json() for answer in answers] == [0.03, 0]


@pytest.mark.asyncio
async def test_gather_can_hand_exceptions_back_as_answers():
    async def fail():
        raise ValueError

    (answer,) = await asyncio.gather(fail(), return_exceptions=True)
    assert isinstance(answer, ValueError)


@pytest.mark.asyncio
async def test_two_awaits_in_a_row_are_never_under_way_together():
    most, now = 0, 0
    own = FastAPI()

    @own.get("/")
    async def count() -> None:
        nonlocal most, now
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1

    async with client_of(own) as client:
        await client.get("/")
        await client.get("/")
        assert most == 1
        await asyncio.gather(client.get("/"), client.get("/"))
        assert most == 2


# -- the lesson's app


@pytest.mark.asyncio
async def test_app_never_started_and_not_overridden_has_no_sessions(monkeypatch):
    monkeypatch.setattr(app, "state", State())

    async with client_of(app) as client:
        with pytest.raises(AttributeError, match="'State' object has no attribute 'sessions'"):
            await client.get("/users/alice")


@pytest.mark.asyncio
async def test_worked_test_of_the_readme_passes(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'users.db'}")

    await readme().test_nobody_is_there_at_first(None)


@pytest.mark.asyncio
async def test_look_of_the_readme_gives_the_job_or_none(session, sessions):
    session.add(User(username="carol", job="Pilot"))
    await session.commit()

    assert await readme().stored_job(sessions, "carol") == "Pilot"
    assert await readme().stored_job(sessions, "dave") is None


@pytest.mark.asyncio
async def test_gather_and_trap_of_the_readme_run_on_the_app(session, sessions):
    async def a_session_each():
        async with sessions() as session:
            yield session

    session.add_all([User(username="alice", job="Engineer"), User(username="bob", job="Designer")])
    await session.commit()
    async with overridden(a_session_each) as client:
        alice, bob = await readme().read_both(client)
        assert (alice["job"], bob["job"]) == ("Engineer", "Designer")
        assert await readme().one_after_the_other(client) == [200, 409]


@pytest.mark.asyncio
async def test_session_maker_as_an_override_asks_for_a_parameter(sessions):
    async with overridden(sessions) as client:
        response = await client.get("/users/alice")
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["query", "local_kw"]


# -- sessions and databases


@pytest.mark.asyncio
async def test_session_sees_what_it_flushed_and_did_not_commit(session, sessions):
    session.add(User(username="carol", job="Pilot"))
    await session.flush()

    assert await session.scalar(select(User.job)) == "Pilot"
    async with sessions() as other:
        assert await other.scalar(select(User.job)) is None


@pytest.mark.asyncio
async def test_sessions_of_a_memory_database_share_one_connection():
    async with database("sqlite+aiosqlite:///:memory:") as sessions, sessions() as one, sessions() as other:
        one.add(User(username="carol", job="Pilot"))
        await one.flush()
        assert await other.scalar(select(User.job)) == "Pilot"


@pytest.mark.asyncio
async def test_session_answers_from_its_identity_map(session, sessions):
    session.add(User(username="carol", job="Pilot"))
    await session.commit()
    carol = await session.scalar(select(User))
    async with sessions() as other:
        (await other.scalar(select(User))).job = "Florist"
        await other.commit()

    assert (await session.get(User, carol.id)).job == "Pilot"
    assert (await session.get(User, carol.id, populate_existing=True)).job == "Florist"


@pytest.mark.asyncio
async def test_session_needs_a_rollback_after_an_integrity_error(session):
    session.add_all([User(username="carol", job="Pilot"), User(username="carol", job="Florist")])
    with pytest.raises(IntegrityError):
        await session.commit()
    with pytest.raises(PendingRollbackError):
        await session.scalar(select(User))
    await session.rollback()
    assert await session.scalar(select(User)) is None


@pytest.mark.asyncio
async def test_expired_attribute_cannot_be_read_without_await(sessions):
    async with AsyncSession(sessions.kw["bind"]) as session:
        carol = User(username="carol", job="Pilot")
        session.add(carol)
        await session.commit()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the driver leaves a coroutine behind that nobody awaits
            with pytest.raises(StatementError) as caught:
                _ = carol.job
            assert isinstance(caught.value.orig, MissingGreenlet)
            del caught
            gc.collect()


@pytest.mark.asyncio
async def test_foreign_key_is_not_enforced_by_sqlite(session):
    session.add(Seat(number=7, username="nobody"))
    await session.commit()
    assert await session.scalar(select(Seat.username)) == "nobody"


def test_greenlet_comes_with_an_extra_of_sqlalchemy():
    requirements = [line for line in requires("sqlalchemy") if line.startswith("greenlet")]

    assert requirements
    assert all("extra ==" in line for line in requirements)
    assert any('extra == "asyncio"' in line for line in requirements)


# -- pytest-asyncio, as the workbook sets it

CONFIGURATION = """
[pytest]
asyncio_mode = strict
asyncio_default_fixture_loop_scope = function
asyncio_default_test_loop_scope = function
"""


def _run(folder, monkeypatch, code):
    """Outcomes and texts of a test file, run in this process."""

    class Reports:
        def __init__(self):
            self.outcomes, self.text = [], ""

        def pytest_runtest_logreport(self, report):
            if report.when == "call" or report.failed:
                self.outcomes.append(report.outcome)
                self.text += report.longreprtext

    ini = folder / "pytest.ini"
    ini.write_text(CONFIGURATION)
    name = f"test_{folder.name}.py".replace("-", "_")
    (folder / name).write_text("import asyncio\nimport pytest\nimport pytest_asyncio\n\n" + code)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    reports = Reports()
    options = ["-p", "no:cacheprovider", "-p", "no:terminal", "--capture=no", f"--rootdir={folder}"]
    with warnings.catch_warnings():
        pytest.main(["-c", str(ini), *options, str(folder / name)], plugins=[reports])
    return reports


def test_unmarked_coroutine_test_fails_and_asks_for_a_plugin(tmp_path, monkeypatch):
    reports = _run(tmp_path, monkeypatch, "async def test_it():\n    pass\n")

    assert reports.outcomes == ["failed"]
    assert "async def functions are not natively supported" in reports.text
    assert "install a suitable plugin" in reports.text


def test_pytestmark_marks_every_coroutine_of_the_file(tmp_path, monkeypatch):
    code = "pytestmark = pytest.mark.asyncio\nasync def test_it():\n    pass\nasync def test_other():\n    pass\n"

    assert _run(tmp_path, monkeypatch, code).outcomes == ["passed", "passed"]


def test_coroutine_fixture_needs_the_fixture_of_pytest_asyncio(tmp_path, monkeypatch):
    code = "@pytest.fixture\nasync def it():\n    return 1\n@pytest.mark.asyncio\nasync def test_it(it):\n    pass\n"

    assert _run(tmp_path, monkeypatch, code).outcomes == ["failed"]
    mended = code.replace("@pytest.fixture", "@pytest_asyncio.fixture")
    (tmp_path / "mended").mkdir()
    assert _run(tmp_path / "mended", monkeypatch, mended).outcomes == ["passed"]


def test_each_test_has_its_own_loop_and_shares_it_with_its_fixtures(tmp_path, monkeypatch):
    code = """
pytestmark = pytest.mark.asyncio
loops = []

@pytest_asyncio.fixture
async def loop():
    return asyncio.get_running_loop()

async def test_one(loop):
    loops.append(loop)
    assert asyncio.get_running_loop() is loop

async def test_two(loop):
    assert asyncio.get_running_loop() is loop
    assert loop is not loops[0]
"""
    assert _run(tmp_path, monkeypatch, code).outcomes == ["passed", "passed"]


def test_module_fixture_needs_a_wider_loop_as_well(tmp_path, monkeypatch):
    code = """
@pytest_asyncio.fixture(scope="module")
async def loop():
    return asyncio.get_running_loop()

@pytest.mark.asyncio
async def test_it(loop):
    assert asyncio.get_running_loop() is loop
"""
    assert "ScopeMismatch" in _run(tmp_path, monkeypatch, code).text
    wider = code.replace('scope="module"', 'scope="module", loop_scope="module"')
    (tmp_path / "other_loop").mkdir()
    assert _run(tmp_path / "other_loop", monkeypatch, wider).outcomes == ["failed"]
    shared = wider.replace("mark.asyncio", 'mark.asyncio(loop_scope="module")')
    (tmp_path / "shared").mkdir()
    assert _run(tmp_path / "shared", monkeypatch, shared).outcomes == ["passed"]


def test_task_of_another_loop_cannot_be_awaited():
    async def make():
        return asyncio.get_running_loop().create_future()

    async def wait(future):
        await future

    future = asyncio.run(make())
    with pytest.raises(RuntimeError, match="attached to a different loop"):
        asyncio.run(wait(future))


def test_fixture_event_loop_is_gone(tmp_path, monkeypatch):
    assert (
        "'event_loop' not found" in _run(tmp_path, monkeypatch, "def test_it(event_loop):\n    pass\n").text
    )


def test_mark_anyio_runs_a_coroutine_test(tmp_path, monkeypatch):
    code = "@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n@pytest.mark.anyio\nasync def test_it():\n    pass\n"

    assert _run(tmp_path, monkeypatch, code).outcomes == ["passed"]


# -- the solution


@both_libraries
def test_solution_needs_nothing_that_one_library_has_and_the_other_lacks(library):
    solution = (ROOT / "solutions" / "06_async_client" / "test_async_client.py").read_text("utf-8")

    for name in set(re.findall(r"httpx2\.(\w+)", solution)):
        assert hasattr(library, name)
