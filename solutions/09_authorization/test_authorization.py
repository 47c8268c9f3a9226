"""Lesson 09, solved: who may do what."""

import pytest
from fastapi.testclient import TestClient
from passlib.context import CryptContext
from pinboard_api import Base, User, app, get_db, get_password_context
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import StaticPool

cheap = CryptContext(schemes=["argon2"], argon2__time_cost=1, argon2__memory_cost=8, argon2__parallelism=1)

PASSWORD = "correct horse"


# -- a pinboard: for each test one, in a class one for all its tests


@pytest.fixture(scope="class")
def sessions():
    """A new database in memory with empty tables: `with sessions() as db:` opens a session on it."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)
    yield sessionmaker(engine)
    engine.dispose()


@pytest.fixture(scope="class")
def client(sessions):
    """A client of the app on that database, in which a password costs next to nothing."""

    def session_of_a_request():
        with sessions() as db:
            yield db

    app.dependency_overrides[get_db] = session_of_a_request
    app.dependency_overrides[get_password_context] = lambda: cheap
    with TestClient(app) as client:
        yield client
    app.dependency_overrides.clear()


def add_user(sessions, username, **more):
    """Put a user into the database, past the API; `more` are columns, such as `is_active=False`."""
    with sessions() as db:
        db.add(User(username=username, password_hash=cheap.hash(PASSWORD), **more))
        db.commit()


def register(client, username, **more):
    """The answer to who registers under that name, with `more` in the body."""
    return client.post("/users", json={"username": username, "password": PASSWORD, **more})


def log_in(client, username):
    """The headers of a user who has logged in."""
    response = client.post("/token", data={"username": username, "password": PASSWORD})
    return {"Authorization": f"Bearer {response.json()['access_token']}"}


def pin(client, headers, *, shared):
    """The note that somebody has pinned now."""
    return client.post("/notes", json={"text": "milk", "shared": shared}, headers=headers).json()


def answer(response):
    """All that a refusal says."""
    return response.status_code, response.json()


@pytest.fixture(scope="class")
def cast(client):
    """Whom the tests ask as, each with their headers: root is the admin, nobody has no token (P1, P3)."""
    for name in ("root", "olga", "otto"):
        register(client, name)
    return {name: log_in(client, name) for name in ("root", "olga", "otto")} | {"nobody": {}}


# -- users and log-ins


def test_new_user_is_created(client):
    """Worked example (P1)."""
    response = client.post("/users", json={"username": "root", "password": "correct horse"})

    assert response.status_code == 201


def test_first_is_admin_and_nobody_else(client):
    """The first user is an admin; the next is none, and neither is one who asks to be (P1)."""
    first = register(client, "root")
    register(client, "olga")
    register(client, "otto", is_admin=True)

    users = client.get("/admin/users", headers=log_in(client, "root")).json()

    assert first.json() == {"username": "root", "is_admin": True, "is_active": True}
    assert [user["username"] for user in users if user["is_admin"]] == ["root"]


def test_refused_log_ins_are_alike(client, sessions):
    """A wrong password, a stranger and somebody who is locked out are told the same (P4)."""
    add_user(sessions, "olga")
    add_user(sessions, "otto", is_active=False)

    wrong, stranger, locked = (
        client.post("/token", data={"username": username, "password": password})
        for username, password in [("olga", "wrong horse"), ("anna", PASSWORD), ("otto", PASSWORD)]
    )

    assert wrong.status_code == 401
    assert answer(stranger) == answer(wrong) == answer(locked)


# -- notes: who x what x whose

READ, EDIT, DELETE = "GET", "PATCH", "DELETE"
SHARED, PRIVATE = True, False

MATRIX = {
    ("olga", SHARED): {READ: 200, EDIT: 200, DELETE: 204},
    ("olga", PRIVATE): {READ: 200, EDIT: 200, DELETE: 204},
    ("root", SHARED): {READ: 200, EDIT: 200, DELETE: 204},
    ("root", PRIVATE): {READ: 200, EDIT: 200, DELETE: 204},
    ("otto", SHARED): {READ: 200, EDIT: 403, DELETE: 403},
    ("otto", PRIVATE): {READ: 404, EDIT: 404, DELETE: 404},
    ("nobody", SHARED): {READ: 401, EDIT: 401, DELETE: 401},
    ("nobody", PRIVATE): {READ: 401, EDIT: 401, DELETE: 401},
}

CELLS = [
    pytest.param(who, method, shared, status, id=f"{who}-{method}-{'shared' if shared else 'private'}")
    for (who, shared), row in MATRIX.items()
    for method, status in row.items()
]


def ask(client, headers, method, note):
    """Read, edit or delete a note."""
    json = {"text": "bread"} if method == EDIT else None
    return client.request(method, f"/notes/{note['id']}", json=json, headers=headers)


def left_of(note, method, status):
    """The note when that has been answered: with another text, None where it is gone, else as it was."""
    if (method, status) == (EDIT, 200):
        return note | {"text": "bread"}
    return None if (method, status) == (DELETE, 204) else note


class TestNotes:
    """One pinboard and one cast for all of these. Each test pins notes of its own, and leaves the users alone."""

    @pytest.mark.parametrize(
        ("who", "method", "shared", "status"), CELLS
    )  # not judged: a matrix has no holes
    def test_who_may_do_what(self, client, cast, who, method, shared, status):
        """Each cell: what is answered, and what olga's note is afterwards (P5, P9, P10, P11)."""
        note = pin(client, cast["olga"], shared=shared)

        response = ask(client, cast[who], method, note)
        again = ask(client, cast["olga"], READ, note)

        left = left_of(note, method, status)
        assert response.status_code == status
        assert (again.json() if again.status_code == 200 else None) == left
        if status == 200:
            assert response.json() == left
        if status == 401:
            assert response.headers.get("WWW-Authenticate") == "Bearer"

    def test_hidden_is_like_absent(self, client, cast):
        """Who may not know of a note is told what they are told where there is none (P11)."""
        note, absent = pin(client, cast["olga"], shared=False), pin(client, cast["olga"], shared=False)
        ask(client, cast["olga"], DELETE, absent)

        for method in (READ, EDIT, DELETE):
            hidden = ask(client, cast["otto"], method, note)

            assert answer(hidden) == answer(ask(client, cast["otto"], method, absent))

    def test_nobody_is_not_told_that_there_is_no_note(self, client, cast):
        """Who has no token gets 401, whether there is a note or not (P5)."""
        absent = pin(client, cast["olga"], shared=True)
        ask(client, cast["olga"], DELETE, absent)

        statuses = {ask(client, {}, method, absent).status_code for method in (READ, EDIT, DELETE)}

        assert statuses == {401}


def test_list_is_what_one_may_read(client, cast):
    """A user has their own notes and all shared ones, an admin all, the oldest first (P8)."""
    private = pin(client, cast["olga"], shared=False)
    shared = pin(client, cast["olga"], shared=True)
    own = pin(client, cast["otto"], shared=False)

    assert client.get("/notes", headers=cast["otto"]).json() == [shared, own]
    assert client.get("/notes", headers=cast["root"]).json() == [private, shared, own]


# -- what is for admins


def test_admins_only(client, cast):
    """An admin sees all users; who is none sees nobody, changes nobody, and is not told who is there (P12, P13)."""
    users = client.get("/admin/users", headers=cast["root"]).json()

    refused = [
        client.get("/admin/users", headers=cast["otto"]),
        client.patch("/admin/users/olga", json={"is_admin": True}, headers=cast["otto"]),
        client.patch("/admin/users/anna", json={"is_admin": True}, headers=cast["otto"]),
        client.delete("/admin/users/olga", headers=cast["otto"]),
        client.delete("/admin/users/anna", headers=cast["otto"]),
    ]

    assert users == [
        {"username": "root", "is_admin": True, "is_active": True},
        {"username": "olga", "is_admin": False, "is_active": True},
        {"username": "otto", "is_admin": False, "is_active": True},
    ]
    assert {response.status_code for response in refused} == {403}
    assert client.get("/admin/users", headers=cast["root"]).json() == users


def test_role_changes_at_once(client, cast):
    """A role comes and goes for tokens that are out already; a change of one right leaves the other (P14)."""
    client.patch("/admin/users/olga", json={"is_admin": True}, headers=cast["root"])
    raised = client.get("/admin/users", headers=cast["olga"])
    locked = client.patch("/admin/users/olga", json={"is_active": False}, headers=cast["root"])
    client.patch("/admin/users/root", json={"is_admin": False}, headers=cast["root"])
    lowered = client.get("/admin/users", headers=cast["root"])

    assert raised.status_code == 200
    assert locked.json() == {"username": "olga", "is_admin": True, "is_active": False}
    assert lowered.status_code == 403


@pytest.fixture
def old_token(client, cast):
    """The headers of a token that otto has before anything happens to him (P3)."""
    return log_in(client, "otto")


def test_dead_tokens(client, cast, old_token):
    """A token lives until its owner is locked out, and does not come back with their name (P14, P15)."""
    before = client.get("/users/me", headers=old_token)
    client.patch("/admin/users/otto", json={"is_active": False}, headers=cast["root"])
    locked = client.get("/users/me", headers=old_token)
    client.delete("/admin/users/otto", headers=cast["root"])
    register(client, "otto")
    inherited = client.get("/users/me", headers=old_token)

    assert before.status_code == 200  # not judged: who was never let in cannot be locked out
    assert (locked.status_code, inherited.status_code) == (401, 401)


def test_notes_go_with_their_owner(client, cast):
    """Whoever is deleted leaves no note, and nobody else's is gone (P15)."""
    pin(client, cast["otto"], shared=True)
    note = pin(client, cast["olga"], shared=True)

    client.delete("/admin/users/otto", headers=cast["root"])

    assert client.get("/notes", headers=cast["root"]).json() == [note]
