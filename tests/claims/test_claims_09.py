"""What lesson 09 says of rights, tokens, hashes, rows and scopes, on the installed versions."""

import asyncio
import re
import time
import types
from pathlib import Path
from typing import Annotated

import jwt
import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import RedirectResponse
from fastapi.security import OAuth2PasswordRequestForm
from fastapi.testclient import TestClient
from passlib.context import CryptContext
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.pool import StaticPool

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "lessons" / "09_authorization"
README = (LESSON / "README.md").read_text("utf-8")
WORKED, TABLE, ADMIN, NONE = re.findall(r"^```python[^\n]*\n(.*?)^```", README, re.MULTILINE | re.DOTALL)

cheap = CryptContext(schemes=["argon2"], argon2__time_cost=1, argon2__memory_cost=8, argon2__parallelism=1)


@pytest.fixture(scope="module")
def pinboard():
    """The lesson's app, as a module that nobody else has."""
    module = types.ModuleType("pinboard_of_the_claims")
    source = (LESSON / "pinboard_api.py").read_text("utf-8")
    exec(compile(source, "pinboard_api.py", "exec", dont_inherit=True), module.__dict__)
    return module


@pytest.fixture
def client(pinboard):
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    pinboard.Base.metadata.create_all(engine)
    sessions = sessionmaker(engine)

    def session_of_a_request():
        with sessions() as db:
            yield db

    pinboard.app.dependency_overrides[pinboard.get_db] = session_of_a_request
    pinboard.app.dependency_overrides[pinboard.get_password_context] = lambda: cheap
    yield TestClient(pinboard.app)
    pinboard.app.dependency_overrides.clear()
    engine.dispose()


def register(client, username):
    return client.post("/users", json={"username": username, "password": "correct horse"})


def log_in(client, username):
    response = client.post("/token", data={"username": username, "password": "correct horse"})
    return {"Authorization": f"Bearer {response.json()['access_token']}"}


def pin(client, headers, *, shared):
    return client.post("/notes", json={"text": "milk", "shared": shared}, headers=headers).json()


def block(code):
    """What a block of the README defines; its fixtures as plain functions."""
    names = {"register": register, "log_in": log_in, "pin": pin}
    names["pytest"] = types.SimpleNamespace(fixture=lambda function: function)
    exec(compile(code, "README.md", "exec", dont_inherit=True), names)
    return types.SimpleNamespace(**names)


# -- who is asking


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer None", "Bearer abc", "Basic abc"])
def test_what_is_no_token_is_401_and_asked_for_one(client, header):
    headers = {} if header is None else {"Authorization": header}

    response = client.get("/users/me", headers=headers)

    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("place", ["1", "999", "abc"])
def test_401_comes_before_the_422_and_before_anything_is_looked_up(client, place):
    assert client.patch(f"/notes/{place}", json={}).status_code == 401


def test_403_of_an_admin_route_comes_before_its_422(client):
    register(client, "root")
    register(client, "otto")

    response = client.patch("/admin/users/root", json={"is_admin": "?"}, headers=log_in(client, "otto"))

    assert response.status_code == 403


def test_client_with_headers_keeps_them_for_every_request(client, pinboard):
    register(client, "root")

    as_root = TestClient(pinboard.app, headers=log_in(client, "root"))

    assert as_root.get("/users/me").json()["username"] == "root"
    assert as_root.get("/users/me", headers={}).json()["username"] == "root"


def test_override_of_the_current_user_is_a_way_round_tokens(client, pinboard):
    gone = pinboard.User(username="gone", password_hash="-", is_admin=False, is_active=False)
    pinboard.app.dependency_overrides[pinboard.get_current_user] = lambda: gone

    assert client.get("/users/me").json()["username"] == "gone"


def test_token_names_neither_the_username_nor_the_id(client, pinboard):
    register(client, "root")
    token = log_in(client, "root")["Authorization"].removeprefix("Bearer ")

    claims = jwt.decode(token, pinboard.SECRET_KEY, [pinboard.ALGORITHM])

    assert claims.keys() == {"sub", "exp"}
    assert claims["sub"] not in ("root", "1")


def test_token_form_is_no_json():
    own = FastAPI()

    @own.post("/token")
    def log_in(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> str:
        return form.username

    right = {"username": "otto", "password": "correct horse"}
    client = TestClient(own)
    assert client.post("/token", data=right).status_code == 200
    assert client.post("/token", json=right).status_code == 422
    assert client.post("/token", data=right | {"password": ""}).status_code == 422


# -- the traps


def test_fixture_and_tests_of_the_first_trap_are_green(client):
    trap = block(ADMIN)

    user = trap.user(client)
    trap.test_user_edits_a_note(client, user)
    trap.test_users_can_be_listed(client, user)


def test_first_trap_is_green_without_any_rule(client, pinboard, monkeypatch):
    trap = block(ADMIN)
    monkeypatch.setattr(pinboard, "may_change", lambda user, note: True)
    pinboard.app.dependency_overrides[pinboard.require_admin] = lambda: None

    user = trap.user(client)
    trap.test_user_edits_a_note(client, user)
    trap.test_users_can_be_listed(client, user)


def test_second_test_of_the_first_trap_is_wrong_once_there_is_a_root(client):
    trap = block(ADMIN)
    register(client, "root")

    user = trap.user(client)
    trap.test_user_edits_a_note(client, user)
    with pytest.raises(AssertionError):
        trap.test_users_can_be_listed(client, user)


def test_fixture_without_return_makes_a_test_that_is_always_green(client):
    trap = block(NONE)

    token = trap.token(client)
    assert token is None
    trap.test_locked_out(client, token)


def test_password_in_a_list_of_users_says_nothing():
    leaking = [{"username": "root", "password": "correct horse"}]

    assert "password" not in leaking


def test_more_than_one_mistake_is_not_200(client):
    assert client.get("/ntoes").status_code == 404
    assert client.put("/notes").status_code == 405


def test_client_follows_a_redirect_to_the_log_in_page():
    own = FastAPI()

    @own.get("/secret")
    def read() -> RedirectResponse:
        return RedirectResponse("/log-in")

    @own.get("/log-in")
    def log_in_page() -> str:
        return "Who are you?"

    stranger = TestClient(own)
    assert stranger.get("/secret").status_code == 200
    assert stranger.get("/secret", follow_redirects=False).status_code == 307


def test_requests_of_an_entered_client_share_an_event_loop():
    own, loops = FastAPI(), []

    @own.get("/")
    async def read() -> None:
        loops.append(asyncio.get_running_loop())

    with TestClient(own) as entered:
        entered.get("/")
        entered.get("/")
    assert loops[0] is loops[1]
    TestClient(own).get("/")
    TestClient(own).get("/")
    assert loops[2] is not loops[3]


def test_cast_costs_six_requests(client, pinboard, monkeypatch):
    asked = []
    send = TestClient.request
    monkeypatch.setattr(TestClient, "request", lambda self, *a, **k: asked.append(a) or send(self, *a, **k))

    for name in ("root", "olga", "otto"):
        register(client, name)
        log_in(client, name)

    assert len(asked) == 6


# -- hashes


def test_cheap_hash_costs_a_small_part_of_a_real_one():
    def cost(context):
        started = time.perf_counter()
        context.hash("correct horse")
        return time.perf_counter() - started

    real = CryptContext(schemes=["argon2"])
    assert min(cost(real) for _ in range(3)) > 20 * min(cost(cheap) for _ in range(20))
    assert min(cost(cheap) for _ in range(20)) < 0.001


def test_cheap_context_verifies_hashes_of_the_real_one():
    assert cheap.verify("correct horse", CryptContext(schemes=["argon2"]).hash("correct horse"))


def test_verify_without_a_hash_costs_a_hash_and_is_false():
    context = CryptContext(schemes=["argon2"], argon2__time_cost=2, argon2__memory_cost=8192)
    stored = context.hash("correct horse")

    def cost(stored):
        started = time.perf_counter()
        context.verify("wrong horse", stored)
        return time.perf_counter() - started

    assert context.verify("correct horse", None) is False
    assert min(cost(None) for _ in range(5)) > min(cost(stored) for _ in range(5)) / 3


# -- rows


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    password_hash: Mapped[str]


def test_row_without_a_response_model_is_answered_with_every_column():
    own = FastAPI()

    @own.get("/", response_model=None)
    def read() -> list[Row]:
        return [Row(id=7, password_hash="$argon2id$")]

    assert TestClient(own).get("/").json() == [{"id": 7, "password_hash": "$argon2id$"}]


def test_sqlite_gives_the_id_of_a_deleted_last_row_again():
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as db:
        row = Row(password_hash="-")
        db.add(row)
        db.commit()
        first = row.id
        db.delete(row)
        db.commit()
        heir = Row(password_hash="-")
        db.add(heir)
        db.commit()
        assert heir.id == first
    engine.dispose()


def test_dependency_that_raises_ends_the_request_before_the_next_one():
    asked = []
    own = FastAPI()

    def who() -> str:
        raise HTTPException(401)

    def look_up(user: Annotated[str, Depends(who)]) -> None:
        asked.append(user)

    @own.get("/", dependencies=[Depends(look_up)])
    def read() -> None: ...

    assert TestClient(own).get("/").status_code == 401
    assert asked == []


# -- pytest

SCOPES = """
import pytest

made = []

@pytest.fixture(scope="class")
def board():
    made.append("board")

def test_one(board): assert len(made) == 1
def test_two(board): assert len(made) == 2

class TestShared:
    def test_one(self, board): assert len(made) == 3
    def test_two(self, board): assert len(made) == 3
"""

STACKED = """
import pytest

@pytest.mark.parametrize("who", ["olga", "otto"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_cell(who, method): pass

@pytest.mark.parametrize("who", [pytest.param("otto", id="otto-DELETE-shared")])
def test_named(who): pass
"""


def run(folder, code, *options):
    """The names of the tests that passed, run in this process."""

    class Reports:
        def __init__(self):
            self.passed = []

        def pytest_runtest_logreport(self, report):
            assert not report.failed, report.longreprtext
            if report.when == "call":
                self.passed.append(report.nodeid.partition("::")[2])

    (folder / "pytest.ini").write_text("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    file = folder / f"test_{folder.name.replace('-', '_')}.py"
    file.write_text(code)
    reports = Reports()
    plain = ["-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:randomly", "--capture=no"]
    pytest.main(["-c", str(folder / "pytest.ini"), *plain, *options, str(file)], plugins=[reports])
    return reports.passed


def test_class_scope_is_once_a_class_and_outside_of_one_once_a_test(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    assert len(run(tmp_path, SCOPES)) == 4


def test_stacked_parametrize_makes_every_combination(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    assert len(run(tmp_path, STACKED, "-k", "test_cell")) == 6


def test_cell_is_run_by_its_name(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    assert run(tmp_path, STACKED, "-k", "otto-DELETE-shared") == ["test_named[otto-DELETE-shared]"]
