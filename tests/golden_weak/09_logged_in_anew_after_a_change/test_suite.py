import pytest
from fastapi.testclient import TestClient
from passlib.context import CryptContext
from pinboard_api import Base, User, app, get_db, get_password_context
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

hashing = CryptContext(schemes=["argon2"], argon2__time_cost=1, argon2__memory_cost=8, argon2__parallelism=1)
SECRET = "open sesame"


@pytest.fixture
def engine():
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def api(engine):
    def db():
        with Session(engine) as session:
            yield session

    app.dependency_overrides |= {get_db: db, get_password_context: lambda: hashing}
    yield TestClient(app)
    app.dependency_overrides.clear()


def sign_up(api, name, **more):
    return api.post("/users", json={"username": name, "password": SECRET, **more})


def sign_in(api, name):
    token = api.post("/token", data={"username": name, "password": SECRET}).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def people(api):
    for name in ("zoe", "bea", "ann"):
        sign_up(api, name)
    return {"admin": sign_in(api, "zoe"), "owner": sign_in(api, "bea"), "other": sign_in(api, "ann"), "nobody": {}}


def new_note(api, people, shared):
    return api.post("/notes", json={"text": "tea", "shared": shared}, headers=people["owner"]).json()


def send(api, headers, method, note):
    json = {"text": "ink"} if method == "PATCH" else None
    return api.request(method, f"/notes/{note['id']}", json=json, headers=headers)


def seen(api, people, note):
    response = send(api, people["owner"], "GET", note)
    return response.json() if response.status_code == 200 else None


def refused_row(api, people, who, shared, statuses):
    for method, status in statuses.items():
        note = new_note(api, people, shared)
        response = send(api, people[who], method, note)
        assert response.status_code == status
        assert seen(api, people, note) == note
        if status == 401:
            assert response.headers.get("WWW-Authenticate") == "Bearer"


def test_first_user_is_the_admin(api):
    first = sign_up(api, "zoe")
    sign_up(api, "bea")
    sign_up(api, "ann", is_admin=True)
    users = api.get("/admin/users", headers=sign_in(api, "zoe")).json()
    assert first.json() == {"username": "zoe", "is_admin": True, "is_active": True}
    assert [user["username"] for user in users if user["is_admin"]] == ["zoe"]


def test_log_in_is_refused_in_one_way(api, engine):
    with Session(engine) as session:
        session.add(User(username="bea", password_hash=hashing.hash(SECRET)))
        session.add(User(username="ann", password_hash=hashing.hash(SECRET), is_active=False))
        session.commit()
    pairs = [("bea", "close sesame"), ("nobody", SECRET), ("ann", SECRET)]
    answers = [api.post("/token", data={"username": name, "password": word}) for name, word in pairs]
    assert answers[0].status_code == 401
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize("who", ["owner", "admin"])
@pytest.mark.parametrize("shared", [True, False])
def test_owner_and_admin_may_all(api, people, who, shared):
    note = new_note(api, people, shared)
    read = send(api, people[who], "GET", note)
    assert (read.status_code, read.json()) == (200, note)
    edited = send(api, people[who], "PATCH", note)
    assert edited.status_code == 200
    assert edited.json() == seen(api, people, note) == note | {"text": "ink"}
    assert send(api, people[who], "DELETE", note).status_code == 204
    assert seen(api, people, note) is None


def test_other_and_a_shared_note(api, people):
    refused_row(api, people, "other", True, {"GET": 200, "PATCH": 403, "DELETE": 403})


def test_other_and_a_private_note(api, people):
    refused_row(api, people, "other", False, {"GET": 404, "PATCH": 404, "DELETE": 404})


def test_hidden_like_absent(api, people):
    note, absent = new_note(api, people, shared=False), new_note(api, people, shared=False)
    send(api, people["owner"], "DELETE", absent)
    for method in ("GET", "PATCH", "DELETE"):
        hidden = send(api, people["other"], method, note)
        missing = send(api, people["other"], method, absent)
        assert (hidden.status_code, hidden.text) == (missing.status_code, missing.text)
        assert send(api, {}, method, absent).status_code == 401


@pytest.mark.parametrize("shared", [True, False])
def test_nobody(api, people, shared):
    refused_row(api, people, "nobody", shared, {"GET": 401, "PATCH": 401, "DELETE": 401})


def test_lists(api, people):
    private, shared = new_note(api, people, shared=False), new_note(api, people, shared=True)
    own = api.post("/notes", json={"text": "own"}, headers=people["other"]).json()
    assert api.get("/notes", headers=people["other"]).json() == [shared, own]
    assert api.get("/notes", headers=people["admin"]).json() == [private, shared, own]


def test_admin_routes(api, people):
    before = api.get("/admin/users", headers=people["admin"]).json()
    assert before == [
        {"username": "zoe", "is_admin": True, "is_active": True},
        {"username": "bea", "is_admin": False, "is_active": True},
        {"username": "ann", "is_admin": False, "is_active": True},
    ]
    user = people["other"]
    assert api.get("/admin/users", headers=user).status_code == 403
    for name in ("bea", "nobody"):
        change = api.patch(f"/admin/users/{name}", json={"is_admin": True}, headers=user)
        assert change.status_code == 403
        assert api.delete(f"/admin/users/{name}", headers=user).status_code == 403
    assert api.get("/admin/users", headers=people["admin"]).json() == before


def test_roles(api, people):
    admin, bea = people["admin"], people["owner"]
    api.patch("/admin/users/bea", json={"is_admin": True}, headers=admin)
    assert api.get("/admin/users", headers=sign_in(api, "bea")).status_code == 200
    locked = api.patch("/admin/users/bea", json={"is_active": False}, headers=admin)
    assert locked.json() == {"username": "bea", "is_admin": True, "is_active": False}
    assert api.post("/token", data={"username": "bea", "password": SECRET}).status_code == 401
    api.patch("/admin/users/zoe", json={"is_admin": False}, headers=admin)
    assert api.get("/admin/users", headers=sign_in(api, "zoe")).status_code == 403


def test_deleted_user(api, people):
    admin, bea = people["admin"], people["owner"]
    assert api.get("/users/me", headers=bea).status_code == 200
    new_note(api, people, shared=True)
    api.delete("/admin/users/bea", headers=admin)
    assert api.get("/notes", headers=admin).json() == []
    assert api.post("/token", data={"username": "bea", "password": SECRET}).status_code == 401
