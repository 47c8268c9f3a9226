"""What lesson 10 says about libraries, its README's code, and its traps: each tried on the installed versions."""

import asyncio
import logging
import re
import sys
from pathlib import Path
from unittest.mock import Mock, create_autospec

import fastapi
import httpx2
import pytest
import starlette.exceptions
from fastapi import BackgroundTasks, FastAPI
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.testclient import TestClient
from pydantic import BaseModel

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "lessons" / "10_error_handlers"
SOLUTION = ROOT / "solutions" / "10_error_handlers"

sys.path.insert(0, str(LESSON))
import lockers_api  # noqa: E402

sys.path.remove(str(LESSON))


class Foreseen(Exception):
    pass


class Child(Foreseen):
    pass


async def says_sorry(request, error):
    return JSONResponse({"sorry": True}, 500)


def crashing(error=None, **options):
    """An app with one route, which raises."""
    app = FastAPI(**options)

    @app.get("/crash")
    async def crash():
        raise error or RuntimeError("hunter2")

    return app


def outside(app):
    return TestClient(app, raise_server_exceptions=False)


# -- which handler is asked, and what it does to the error


@pytest.mark.parametrize("what", [Exception, 500])
def test_handler_of_the_last_resort_answers_and_the_error_goes_on(what):
    app = crashing()
    app.add_exception_handler(what, says_sorry)

    with pytest.raises(RuntimeError, match="hunter2"):
        TestClient(app).get("/crash")
    assert outside(app).get("/crash").json() == {"sorry": True}


@pytest.mark.parametrize("error", [Foreseen, Child])
def test_handler_of_another_class_ends_the_matter_for_its_children_too(error):
    app = crashing(error)
    app.add_exception_handler(Foreseen, says_sorry)

    assert TestClient(app).get("/crash").json() == {"sorry": True}


def test_nearest_parent_has_the_handler():
    async def says_foreseen(request, error):
        return JSONResponse("foreseen")

    app = crashing(Child)
    app.add_exception_handler(Exception, says_sorry)
    app.add_exception_handler(Foreseen, says_foreseen)

    assert TestClient(app).get("/crash").json() == "foreseen"


def test_decorator_says_the_same():
    app = crashing(Foreseen)
    app.exception_handler(Foreseen)(says_sorry)

    assert TestClient(app).get("/crash").json() == {"sorry": True}


def test_fastapis_http_exception_is_a_child_of_starlettes():
    assert fastapi.HTTPException is not starlette.exceptions.HTTPException
    assert issubclass(fastapi.HTTPException, starlette.exceptions.HTTPException)


@pytest.mark.parametrize(
    ("handled", "is_asked"), [(fastapi.HTTPException, False), (starlette.exceptions.HTTPException, True)]
)
def test_router_raises_starlettes(handled, is_asked):
    async def handler(request, error):
        return JSONResponse("mine", error.status_code)

    app = crashing(fastapi.HTTPException(418))
    app.add_exception_handler(handled, handler)
    client = TestClient(app)

    assert client.get("/crash").json() == "mine"
    assert [client.get("/nowhere").json() == "mine", client.delete("/crash").json() == "mine"] == [
        is_asked
    ] * 2


def test_headers_of_an_error_are_not_passed_on_by_themselves():
    seen = []

    async def handler(request, error):
        seen.append(error.headers)
        return JSONResponse("mine", error.status_code)

    app = crashing()
    app.add_exception_handler(starlette.exceptions.HTTPException, handler)

    assert "Allow" not in TestClient(app).delete("/crash").headers
    assert seen == [{"Allow": "GET"}]


def test_error_in_a_handler_is_an_error_like_others():
    async def breaks(request, error):
        raise ValueError

    app = crashing(Foreseen)
    app.add_exception_handler(Foreseen, breaks)
    app.add_exception_handler(Exception, says_sorry)

    assert outside(app).get("/crash").json() == {"sorry": True}


def test_handler_added_late_is_ignored_and_a_middleware_is_an_error():
    app = crashing(Foreseen)
    client = outside(app)
    client.get("/")
    app.add_exception_handler(Foreseen, says_sorry)

    assert client.get("/crash").text == "Internal Server Error"
    with pytest.raises(RuntimeError, match="Cannot add middleware after an application has started"):
        app.add_middleware(lockers_api.RequestId)


def test_without_a_handler_a_stranger_reads_two_words_and_a_number():
    response = outside(crashing()).get("/crash")

    assert (response.status_code, response.text) == (500, "Internal Server Error")


# -- debug


@pytest.mark.parametrize(("accept", "kind"), [("*/*", "text/plain"), ("text/html", "text/html")])
def test_debug_beats_the_handler(accept, kind):
    app = crashing(debug=True)
    app.add_exception_handler(Exception, says_sorry)

    response = outside(app).get("/crash", headers={"Accept": accept})

    assert response.headers["Content-Type"].startswith(kind)
    assert "Traceback" in response.text
    assert "hunter2" in response.text


def test_client_has_no_debug_argument():
    with pytest.raises(TypeError, match="debug"):
        TestClient(FastAPI(), debug=False)


def test_no_traceback_is_no_proof_of_silence():
    async def tells(request, error):
        return JSONResponse({"error": str(error)}, 500)

    app = crashing()
    app.add_exception_handler(Exception, tells)
    text = outside(app).get("/crash").text

    assert "traceback" not in text.lower()
    assert "hunter2" in text


# -- middleware


def test_header_of_a_middleware_is_not_on_the_500_and_its_state_is_there():
    app = crashing()

    @app.middleware("http")
    async def marks(request, call_next):
        request.state.mark = "seen"
        response = await call_next(request)
        response.headers["X-Mark"] = "seen"
        return response

    @app.exception_handler(Exception)
    async def tells(request, error):
        return JSONResponse({"mark": request.state.mark}, 500)

    response = outside(app).get("/crash")

    assert outside(app).get("/nowhere").headers["X-Mark"] == "seen"
    assert "X-Mark" not in response.headers
    assert response.json() == {"mark": "seen"}


def test_http_exception_of_a_middleware_is_answered_by_no_handler():
    app = crashing()

    @app.middleware("http")
    async def refuses(request, call_next):
        raise fastapi.HTTPException(403)

    app.add_exception_handler(fastapi.HTTPException, says_sorry)

    assert outside(app).get("/crash").text == "Internal Server Error"


# -- what a client that does not raise hides


def test_dead_task_is_a_200():
    app = FastAPI()

    @app.get("/late")
    async def late(tasks: BackgroundTasks):
        tasks.add_task(int, "not a number")

    assert outside(app).get("/late").status_code == 200
    with pytest.raises(ValueError, match="not a number"):
        TestClient(app).get("/late")


def test_stream_that_breaks_off_is_a_200():
    app = FastAPI()

    async def halves():
        yield "first half"
        raise RuntimeError("hunter2")

    @app.get("/stream")
    async def stream():
        return StreamingResponse(halves())

    response = outside(app).get("/stream")

    assert (response.status_code, response.text) == (200, "first half")
    with pytest.raises(RuntimeError, match="hunter2"):
        TestClient(app).get("/stream")


def test_transport_has_the_flag_under_another_name():
    async def ask():
        transport = httpx2.ASGITransport(app=crashing(), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get("/crash")

    assert asyncio.run(ask()).status_code == 500


# -- the trap of the README, on several apps


def tutorials_test(app, status):
    with pytest.raises(Exception):  # noqa: B017, PT011, PT012
        response = TestClient(app).get("/crash")
        assert response.status_code == status


@pytest.mark.parametrize("status", [500, 200])
@pytest.mark.parametrize("handler", [says_sorry, None])
@pytest.mark.parametrize("debug", [False, True])
def test_raises_round_a_request_is_green_whatever_the_answer(status, handler, debug):
    app = crashing(debug=debug)
    if handler:
        app.add_exception_handler(Exception, handler)

    tutorials_test(app, status)


def test_raises_round_a_request_is_red_where_the_error_is_answered_and_goes_no_further():
    app = crashing()

    @app.middleware("http")
    async def catches(request, call_next):
        try:
            return await call_next(request)
        except Exception:
            return JSONResponse({"sorry": True}, 500)

    assert TestClient(app).get("/crash").status_code == 500
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        tutorials_test(app, 500)


# -- a 422


class Luggage(BaseModel):
    pin: str
    owner: str


def test_frameworks_422_tells_what_was_sent_and_of_a_missing_field_the_whole_body():
    app = FastAPI()

    @app.put("/lockers")
    async def take(luggage: Luggage): ...

    client = TestClient(app)
    [missing] = client.put("/lockers", json={"pin": "4711"}).json()["detail"]
    [wrong] = client.put("/lockers", json={"pin": 4711, "owner": "zoe"}).json()["detail"]

    assert (missing["loc"], missing["msg"], missing["input"]) == (
        ["body", "owner"],
        "Field required",
        {"pin": "4711"},
    )
    assert wrong["input"] == 4711


def test_every_answer_of_the_frameworks_handlers_has_a_detail():
    client = TestClient(crashing(fastapi.HTTPException(403)))

    for response in (client.get("/crash"), client.get("/nowhere"), client.delete("/crash")):
        assert "detail" in response.json()


def test_problem_of_the_lockers_has_none():
    assert "detail" not in TestClient(lockers_api.create_app()).get("/nowhere").json()


# -- the log


def test_starlette_logs_nothing_of_a_crash_and_the_client_logs_each_request(caplog):
    outside(crashing()).get("/crash")
    assert caplog.records == []  # below WARNING nothing is captured unless somebody asks for it
    caplog.set_level(logging.INFO)
    outside(crashing()).get("/crash")

    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert [r.levelname for r in caplog.records if r.name.startswith("httpx2")] == ["INFO"]


def test_record_without_a_traceback_has_an_empty_exc_info(caplog):
    logging.getLogger("lockers").error("crashed")
    try:
        raise RuntimeError
    except RuntimeError as error:
        logging.getLogger("lockers").error("crashed", exc_info=error)

    without, with_it = caplog.records
    assert not without.exc_info
    assert with_it.exc_info[0] is RuntimeError


# -- fakes and mocks


def test_bare_mock_takes_a_call_without_its_line_and_a_fake_does_not():
    class Journal:
        def write(self, line): ...

    Mock().write()
    with pytest.raises(TypeError, match="line"):
        Journal().write()


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="said of Python 3.11")
def test_method_of_an_autospec_is_taken_for_a_coroutine_function():
    journal = create_autospec(lockers_api.Journal, instance=True)
    app = FastAPI()

    @app.get("/late")
    async def late(tasks: BackgroundTasks):
        tasks.add_task(journal.write, "a line")

    with pytest.raises(TypeError, match="can't be used in 'await' expression"):
        TestClient(app).get("/late")


# -- the lesson's own words


def test_exported_names_are_there():
    assert issubclass(lockers_api.DoorJammed, lockers_api.DoorError)
    assert isinstance(lockers_api.app, FastAPI)
    assert lockers_api.create_app() is not lockers_api.create_app()


def test_debrief_names_each_mutant():
    debrief = (SOLUTION / "README.md").read_text("utf-8")
    ids = re.findall(
        r'^\[\[mutant\]\]\nid = "(.*)"', (SOLUTION / "variants.toml").read_text("utf-8"), re.MULTILINE
    )

    rows = " ".join(re.findall(r"^\| (\S.*?) \|", debrief, re.MULTILINE))
    assert [one for one in ids if one not in rows] == []
