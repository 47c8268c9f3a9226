"""What lesson 11 says about libraries, its traps and its parts: each tried on the installed versions."""

import asyncio
import gc
import re
import sys
import threading
import warnings
import weakref
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated
from unittest.mock import AsyncMock, MagicMock

import httpx2
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from starlette.background import BackgroundTask

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "lessons" / "11_lifespan_and_background"

sys.path.insert(0, str(LESSON))
from post_office import create_app  # noqa: E402

sys.path.remove(str(LESSON))


def app_with(lifespan):
    return FastAPI(lifespan=asynccontextmanager(lifespan))


# -- start and stop


def test_lifespan_asks_no_override():
    used = []

    def part():
        return "real"

    async def lifespan(app):
        used.append(part())
        yield

    app = app_with(lifespan)
    app.dependency_overrides[part] = lambda: "the test's"
    with TestClient(app):
        assert used == ["real"]


@pytest.mark.parametrize("raises", [True, False])
def test_failed_start_comes_out_of_the_with(raises):
    async def lifespan(app):
        raise ConnectionError("at the start")
        yield

    with (
        pytest.raises(ConnectionError, match="at the start"),
        TestClient(app_with(lifespan), raise_server_exceptions=raises),
    ):
        pass


@pytest.mark.parametrize("raises", [True, False])
def test_failed_stop_comes_out_of_the_with(raises):
    entered = []

    async def lifespan(app):
        yield
        raise ConnectionError("at the stop")

    with (
        pytest.raises(ConnectionError, match="at the stop"),
        TestClient(app_with(lifespan), raise_server_exceptions=raises),
    ):
        entered.append(True)
    assert entered


def test_client_without_with_starts_nothing_and_answers_before_and_after_a_block():
    events = []

    async def lifespan(app):
        events.append("start")
        yield
        events.append("stop")

    client = TestClient(app_with(lifespan))
    assert client.get("/docs").status_code == 200
    assert events == []
    with client:
        assert events == ["start"]
    assert events == ["start", "stop"]
    assert client.get("/docs").status_code == 200


def test_what_is_read_from_an_app_nobody_started_is_an_attribute_error():
    app = FastAPI()

    @app.get("/")
    async def read(request: Request) -> str:
        return request.app.state.part

    with pytest.raises(AttributeError, match="'State' object has no attribute 'part'"):
        TestClient(app).get("/")


@pytest.mark.asyncio
async def test_transport_runs_no_lifespan_with_or_without():
    async def lifespan(app):
        raise AssertionError("it was started")
        yield

    app = app_with(lifespan)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as client:
        assert (await client.get("/docs")).status_code == 200
    without = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test")
    assert (await without.get("/docs")).status_code == 200
    await without.aclose()


def test_client_has_a_loop_in_another_thread():
    seen = []

    async def lifespan(app):
        seen.append(threading.current_thread())
        yield

    with TestClient(app_with(lifespan)):
        assert seen[0] is not threading.current_thread()


def leaving_a_task(events):
    async def forgotten():
        try:
            await asyncio.Event().wait()
        finally:
            events.append("task over")

    async def lifespan(app):
        app.state.task = asyncio.create_task(forgotten())
        yield
        events.append("stopped")

    return app_with(lifespan)


def test_forgotten_task_is_cancelled_by_the_client_after_the_stop():
    events = []

    with TestClient(leaving_a_task(events)):
        pass

    assert events == ["stopped", "task over"]


@pytest.mark.asyncio
async def test_forgotten_task_is_among_all_tasks_in_a_loop_of_the_test():
    app = leaving_a_task([])
    before = asyncio.all_tasks()

    async with app.router.lifespan_context(app):
        pass

    assert asyncio.all_tasks() - before == {app.state.task}
    app.state.task.cancel()


def test_generator_that_is_left_in_the_middle_notes_that_it_was_closed():
    events = []

    @asynccontextmanager
    async def noting():
        events.append("opened")
        try:
            yield
        finally:
            events.append("closed")

    class Noting:
        async def __aenter__(self):
            events.append("opened")

        async def __aexit__(self, *error):
            events.append("closed")

    async def lifespan(app):
        part = app.state.part = app.state.make()  # held, so that not even the collector closes it
        await part.__aenter__()
        yield

    for make, noted in [(noting, ["opened", "closed"]), (Noting, ["opened"])]:
        app = app_with(lifespan)
        app.state.make = make
        with TestClient(app):
            pass
        assert events == noted
        events.clear()


@pytest.mark.asyncio
async def test_cancel_only_asks():
    over = []

    async def wait():
        try:
            await asyncio.Event().wait()
        finally:
            over.append(True)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    assert not task.done()
    assert not over
    await asyncio.gather(task, return_exceptions=True)
    assert over


def test_task_that_nobody_holds_may_be_collected():
    async def wait():
        await asyncio.get_running_loop().create_future()

    async def main():
        seen = weakref.ref(asyncio.create_task(wait()))
        await asyncio.sleep(0)
        gc.collect()
        return seen()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert asyncio.run(main()) is None


# -- tasks


class Gated:
    """An app whose task notes when it begins, and waits at a gate for at most `at_most` seconds."""

    def __init__(self, at_most=5):
        self.gate, self.noted = threading.Event(), []
        self.app = FastAPI()

        async def work():
            self.noted.append("begun")
            await asyncio.to_thread(self.gate.wait, at_most)
            self.noted.append("done")

        @self.app.post("/")
        async def accept(tasks: BackgroundTasks) -> str:
            tasks.add_task(work)
            return "accepted"

        @self.app.get("/")
        async def read() -> str:
            return "here"


def test_client_comes_back_after_the_task():
    gated = Gated()
    gated.gate.set()

    assert TestClient(gated.app).post("/").json() == "accepted"
    assert gated.noted == ["begun", "done"]


@pytest.mark.asyncio
async def test_asynchronous_client_comes_back_after_the_task():
    gated = Gated()
    gated.gate.set()

    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=gated.app), base_url="http://test"
    ) as client:
        await client.post("/")
    assert gated.noted == ["begun", "done"]


def test_first_piece_of_a_stream_is_there_before_the_task_is_done():
    gated = Gated()

    with TestClient(gated.app) as client:
        with client.stream("POST", "/") as response:
            pieces = response.iter_bytes()
            assert next(pieces) == b'"accepted"'
            assert "done" not in gated.noted
            assert client.get("/").json() == "here"
            gated.gate.set()
        assert gated.noted == ["begun", "done"]


@pytest.mark.parametrize("read", ["read", "unheld"])
def test_whole_answer_or_a_generator_that_nobody_holds_waits_for_the_task(read):
    gated = Gated(at_most=0.05)

    with TestClient(gated.app) as client, client.stream("POST", "/") as response:
        _ = response.read() if read == "read" else next(response.iter_bytes())
        assert gated.noted == ["begun", "done"]


def test_stream_of_which_nothing_is_taken_never_runs_its_task():
    gated = Gated()
    gated.gate.set()

    with TestClient(gated.app) as client, client.stream("POST", "/") as response:
        assert response.status_code == 200
    assert gated.noted == []


def test_request_does_not_wait_for_a_task_made_in_the_route():
    gate, done, held = threading.Event(), [], []
    app = FastAPI()

    async def work():
        await asyncio.to_thread(gate.wait, 5)
        done.append(True)

    @app.post("/")
    async def accept() -> None:
        held.append(asyncio.create_task(work()))

    with TestClient(app) as client:
        client.post("/")
        assert done == []
        gate.set()


def test_refusal_that_is_raised_drops_the_tasks_and_one_that_is_returned_runs_them():
    ran = []
    app = FastAPI()

    @app.get("/raised")
    async def raised(tasks: BackgroundTasks) -> None:
        tasks.add_task(ran.append, "raised")
        raise HTTPException(409)

    @app.get("/returned")
    async def returned(tasks: BackgroundTasks):
        tasks.add_task(ran.append, "returned")
        return JSONResponse({}, 409)

    @app.get("/own")
    async def own(tasks: BackgroundTasks):
        tasks.add_task(ran.append, "added")
        return JSONResponse({}, 409, background=BackgroundTask(ran.append, "its own"))

    client = TestClient(app)
    for path, after in [("/raised", []), ("/returned", ["returned"]), ("/own", ["its own"])]:
        assert client.get(path).status_code == 409
        assert ran == after
        ran.clear()


def failing():
    ran = []
    app = FastAPI()

    async def fail():
        raise LookupError("behind the answer")

    @app.post("/", status_code=202)
    async def accept(tasks: BackgroundTasks) -> None:
        tasks.add_task(fail)
        tasks.add_task(ran.append, "the next one")

    return app, ran


def test_failing_task_is_raised_by_the_client_and_ends_the_tasks():
    app, ran = failing()

    with pytest.raises(LookupError, match="behind the answer"):
        TestClient(app).post("/")
    assert ran == []


def test_failing_task_is_a_202_for_a_client_that_raises_nothing():
    app, ran = failing()

    assert TestClient(app, raise_server_exceptions=False).post("/").status_code == 202
    assert ran == []


def test_error_of_a_task_is_not_handled_by_its_handler():
    app, _ = failing()

    @app.exception_handler(LookupError)
    async def handle(request, error):
        return JSONResponse({}, 418)

    with pytest.raises(RuntimeError, match=r"^Caught handled exception, but response already started\.$"):
        TestClient(app).post("/")


@pytest.mark.parametrize(
    ("scope", "order"),
    [("request", ["answer", "task", "exit"]), ("function", ["exit", "answer", "task"])],
)
def test_exit_of_a_dependency_comes_after_the_tasks_or_before_the_answer(scope, order):
    events = []
    app = FastAPI()

    async def session():
        yield
        events.append("exit")

    @app.get("/")
    async def read(tasks: BackgroundTasks, it: Annotated[None, Depends(session, scope=scope)]) -> str:
        tasks.add_task(events.append, "task")
        return "answer"

    async def telling(scope, receive, send):
        async def tell(message):
            if message["type"] == "http.response.body":
                events.append("answer")
            await send(message)

        await app(scope, receive, tell)

    TestClient(telling).get("/")
    assert events == order


# -- mocks


@pytest.mark.asyncio
async def test_async_mock_with_a_list_as_its_spec_has_methods_that_cannot_be_awaited():
    carrier = AsyncMock(spec=["deliver"])

    assert isinstance(carrier.deliver, MagicMock)
    assert not isinstance(carrier.deliver, AsyncMock)
    with pytest.raises(TypeError, match="can't be used in 'await' expression"):
        await carrier.deliver("elm", "hello")
    await AsyncMock().deliver("elm", "hello")


def test_called_and_not_awaited_was_called():
    pause = AsyncMock()
    call = pause(1)

    pause.assert_called()
    with pytest.raises(AssertionError, match="to have been awaited"):
        pause.assert_awaited()
    call.close()


def test_letter_of_a_mock_with_a_list_as_its_spec_is_failed():
    @asynccontextmanager
    async def open_carrier():
        yield AsyncMock(spec=["deliver"])

    with TestClient(create_app(open_carrier=open_carrier, pause=AsyncMock())) as client:
        client.post("/letters", json={"to": "elm", "text": "hello"})
        assert client.get("/letters").json()[0]["state"] == "failed"


# -- pytest-asyncio


def test_lifespan_with_a_task_group_cannot_be_started_in_an_asynchronous_fixture(tmp_path, monkeypatch):
    reports = []

    class Reports:
        def pytest_runtest_logreport(self, report):
            if report.failed:
                reports.append(report.longreprtext)

    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = function\n"
    )
    path = tmp_path / "test_task_group_of_claims_11.py"
    path.write_text(
        "import anyio, pytest, pytest_asyncio\n"
        "from contextlib import asynccontextmanager\n"
        "from fastapi import FastAPI\n\n"
        "@asynccontextmanager\n"
        "async def lifespan(app):\n"
        "    async with anyio.create_task_group():\n"
        "        yield\n\n"
        "app = FastAPI(lifespan=lifespan)\n\n"
        "@pytest_asyncio.fixture\n"
        "async def started():\n"
        "    async with app.router.lifespan_context(app):\n"
        "        yield\n\n"
        "@pytest.mark.asyncio\n"
        "async def test_in_a_fixture(started):\n"
        "    pass\n\n"
        "@pytest.mark.asyncio\n"
        "async def test_in_the_test():\n"
        "    async with app.router.lifespan_context(app):\n"
        "        pass\n"
    )
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    options = ["-p", "no:cacheprovider", "-p", "no:terminal", "--capture=no", f"--rootdir={tmp_path}"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.main(["-c", str(tmp_path / "pytest.ini"), *options, str(path)], plugins=[Reports()])
    (text,) = reports
    assert re.search(r"Attempted to exit\s+cancel scope in a different task than it was entered in", text)
