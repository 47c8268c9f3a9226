"""Each symptom of `lessons/README.md` is produced by the cause that stands beside it."""

import asyncio
import re
import subprocess
import sys
import threading
import warnings
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.security import OAuth2PasswordBearer
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

GUIDE = Path(__file__).parents[2] / "lessons" / "README.md"


def run_pytest(folder, source, *arguments, name="test_it.py"):
    (folder / name).write_text(source)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "-p",
        "no:xdist",
    ]
    done = subprocess.run(
        [*command, "-c", "/dev/null", "--rootdir", folder, folder, *arguments], capture_output=True, text=True
    )
    return done.stdout


LEAVES = """
left = []

def test_first():
    left.append(1)

def test_second():
    assert {}
"""


def an_earlier_test_leaves_something(folder):
    told = run_pytest(folder, LEAVES.format("left == []"))
    assert "1 failed, 1 passed" in told
    assert "1 passed" in run_pytest(folder, LEAVES.format("left == []"), "-k", "second")


def a_test_needs_what_an_earlier_one_leaves(folder):
    assert "2 passed" in run_pytest(folder, LEAVES.format("left == [1]"))
    assert "1 failed" in run_pytest(folder, LEAVES.format("left == [1]"), "-k", "second")


def names_that_pytest_passes_over(folder):
    assert "no tests ran" in run_pytest(folder, "def check_it():\n    assert 0\n")
    assert "no tests ran" in run_pytest(folder, "def test_it():\n    assert 0\n", name="my_tests.py")


def a_fixture_of_another_name(folder):
    source = (
        "import pytest\n\n@pytest.fixture\ndef visitors():\n    pass\n\ndef test_it(visitor):\n    pass\n"
    )
    assert "fixture 'visitor' not found" in run_pytest(folder, source)


def items_app():
    app = FastAPI()

    @app.post("/items")
    def add(name: str) -> str:
        return name

    return app


def json_for_params(_):
    client = TestClient(items_app())
    response = client.post("/items", json={"name": "tea"})
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["query", "name"]
    assert client.post("/items", params={"name": "tea"}).status_code == 200


def guarded_app():
    app = FastAPI()

    def current_user() -> str:
        raise HTTPException(401)

    @app.get("/me")
    def me(user: str = Depends(current_user)) -> str:
        return user

    return app, current_user


def an_override_with_parameters(_):
    app, current_user = guarded_app()
    app.dependency_overrides[current_user] = lambda credentials: "ada"
    response = TestClient(app).get("/me")
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["query", "credentials"]


def a_mistyped_path(_):
    response = TestClient(items_app()).post("/item")
    assert (response.status_code, response.json()) == (404, {"detail": "Not Found"})


def another_method(_):
    assert TestClient(items_app()).get("/items").status_code == 405


def a_client_that_follows(_):
    app = FastAPI()

    @app.get("/old")
    def old() -> RedirectResponse:
        return RedirectResponse("/new")

    @app.get("/new")
    def new() -> str:
        return "here"

    client = TestClient(app)
    assert client.get("/old").status_code == 200
    assert client.get("/old", follow_redirects=False).status_code == 307


def a_header_without_bearer(_):
    app = FastAPI()
    scheme = OAuth2PasswordBearer("token")

    @app.get("/me")
    def me(token: str = Depends(scheme)) -> str:
        return token

    client = TestClient(app)
    assert client.get("/me", headers={"Authorization": "the-token"}).status_code == 401
    assert client.get("/me", headers={"Authorization": "Bearer the-token"}).status_code == 200


def a_secure_cookie(_):
    app = FastAPI()

    @app.post("/login")
    def login(response: Response) -> None:
        response.set_cookie("sid", "1", secure=True)

    @app.get("/cookies")
    def cookies(request: Request) -> dict[str, str]:
        return request.cookies

    for address, sent in (("http://testserver", {}), ("https://testserver", {"sid": "1"})):
        client = TestClient(app, base_url=address)
        client.post("/login")
        assert client.get("/cookies").json() == sent


def an_app_that_raises(_):
    app = FastAPI()

    @app.get("/")
    def broken() -> None:
        raise LookupError("no shelf")

    with pytest.raises(LookupError):
        TestClient(app).get("/")
    assert TestClient(app, raise_server_exceptions=False).get("/").status_code == 500


def an_app_that_nobody_started(_):
    @asynccontextmanager
    async def lifespan(app):
        app.state.shelf = []
        yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    def shelf() -> list[str]:
        return app.state.shelf

    with pytest.raises(AttributeError):
        TestClient(app).get("/")
    with TestClient(app) as client:
        assert client.get("/").json() == []


def a_key_that_is_another_object(_):
    app, _user = guarded_app()
    _, other = guarded_app()
    app.dependency_overrides[other] = lambda: "ada"
    assert TestClient(app).get("/me").status_code == 401


def in_another_thread(engine):
    """The error that a query of a table raises in another thread; None where there is none."""
    found = []

    def ask():
        try:
            with engine.connect() as connection:
                connection.execute(text("select * from rows"))
        except OperationalError as error:
            found.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    return found[0] if found else None


def a_database_in_memory_for_each_thread(_):
    alone = create_engine("sqlite://")
    shared = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    for engine in (alone, shared):
        with engine.begin() as connection:
            connection.execute(text("create table rows (id integer)"))
    try:
        assert "no such table" in in_another_thread(alone)
        assert in_another_thread(shared) is None
    finally:
        alone.dispose()
        shared.dispose()


def a_future_of_another_loop(_):
    one, other = asyncio.new_event_loop(), asyncio.new_event_loop()
    try:
        made = one.create_future()

        async def waits():
            await made

        with pytest.raises(RuntimeError, match="attached to a different loop"):
            other.run_until_complete(waits())
    finally:
        one.close()
        other.close()


def a_call_without_await(_):
    async def answer():
        return 200

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        answer()
    assert re.search(r"coroutine .* was never awaited", str(caught[0].message))


def a_test_without_its_mark(folder):
    told = run_pytest(folder, "async def test_it():\n    assert 1\n")
    assert "async def functions are not natively supported" in told


CAUSES = {
    "passes alone, fails with the others": an_earlier_test_leaves_something,
    "passes with the others, fails alone": a_test_needs_what_an_earlier_one_leaves,
    "no tests ran": names_that_pytest_passes_over,
    "fixture 'visitor' not found": a_fixture_of_another_name,
    "422 where you expected 200": json_for_params,
    "422, and `loc` names a parameter that you never heard of": an_override_with_parameters,
    '404 with `{"detail": "Not Found"}`': a_mistyped_path,
    "405": another_method,
    "an answer of 200 to a request that should be redirected": a_client_that_follows,
    "401 although the token is right": a_header_without_bearer,
    "logged in, and the next request is not": a_secure_cookie,
    "an exception in the test where you expected a 500": an_app_that_raises,
    "state of the app is missing: `KeyError`, `AttributeError`": an_app_that_nobody_started,
    "an override changes nothing": a_key_that_is_another_object,
    "no such table": a_database_in_memory_for_each_thread,
    "attached to a different loop": a_future_of_another_loop,
    "coroutine … was never awaited": a_call_without_await,
    "async def functions are not natively supported": a_test_without_its_mark,
}


@pytest.mark.parametrize("produce", CAUSES.values(), ids=[cause.__name__ for cause in CAUSES.values()])
def test_cause_produces_its_symptom(produce, tmp_path):
    produce(tmp_path)


def test_every_row_of_the_guide_is_produced():
    guide = GUIDE.read_text("utf-8").split("## From the symptom")[1]

    assert re.findall(r"^\| (?!you see|---)(.+?) \|", guide, re.MULTILINE) == list(CAUSES)


def test_every_lesson_is_in_the_map_with_its_title():
    lessons = sorted(path.name for path in GUIDE.parent.glob("[0-9][0-9]_*"))
    titles = {
        name: re.match(r"# (\d\d) · (.+)", (GUIDE.parent / name / "README.md").read_text("utf-8"))
        for name in lessons
    }

    for name, title in titles.items():
        assert title, f"{name}: the README's first line is no title"
        assert f"[{title[1]} {title[2]}]({name}/README.md)" in GUIDE.read_text("utf-8")
