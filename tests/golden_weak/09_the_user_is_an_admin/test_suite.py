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
def user(api):
    sign_up(api, "me")
    return sign_in(api, "me")


def note_of(api, user, **fields):
    return api.post("/notes", json={"text": "tea", **fields}, headers=user).json()


def test_registered(api):
    assert sign_up(api, "me").json() == {"username": "me", "is_admin": True, "is_active": True}


def test_user_sees_themselves(api, user):
    assert api.get("/users/me", headers=user).json()["username"] == "me"


@pytest.mark.parametrize("shared", [True, False])
def test_user_reads_edits_deletes(api, user, shared):
    note = note_of(api, user, shared=shared)
    assert api.get(f"/notes/{note['id']}", headers=user).json() == note
    edited = api.patch(f"/notes/{note['id']}", json={"text": "ink"}, headers=user)
    assert edited.json() == note | {"text": "ink"}
    assert api.delete(f"/notes/{note['id']}", headers=user).status_code == 204
    assert api.get(f"/notes/{note['id']}", headers=user).status_code == 404


def test_user_lists_notes(api, user):
    notes = [note_of(api, user), note_of(api, user, shared=True)]
    assert api.get("/notes", headers=user).json() == notes


def test_nobody_sees_nothing(api, user):
    for shared in (True, False):
        note = note_of(api, user, shared=shared)
        for method in ("GET", "PATCH", "DELETE"):
            response = api.request(method, f"/notes/{note['id']}", json={"text": "ink"})
            assert response.status_code == 401
            assert response.headers.get("WWW-Authenticate") == "Bearer"
        api.delete(f"/notes/{note['id']}", headers=user)
        assert api.get(f"/notes/{note['id']}").status_code == 401


def test_user_lists_users(api, user):
    users = api.get("/admin/users", headers=user).json()
    assert users == [{"username": "me", "is_admin": True, "is_active": True}]


def test_user_changes_rights(api, user):
    changed = api.patch("/admin/users/me", json={"is_active": False}, headers=user)
    assert changed.json() == {"username": "me", "is_admin": True, "is_active": False}
    assert api.get("/users/me", headers=user).status_code == 401


def test_log_in_is_refused_in_one_way(api, user, engine):
    with Session(engine) as session:
        session.add(User(username="ann", password_hash=hashing.hash(SECRET), is_active=False))
        session.commit()
    pairs = [("me", "close sesame"), ("nobody", SECRET), ("ann", SECRET)]
    answers = [api.post("/token", data={"username": name, "password": word}) for name, word in pairs]
    assert answers[0].status_code == 401
    assert len({answer.text for answer in answers}) == 1
