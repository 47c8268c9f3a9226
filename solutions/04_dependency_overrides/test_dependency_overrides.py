"""Lesson 04, solved: swap the part, not the app."""

import pytest
from fastapi.testclient import TestClient
from members_api import Base, User, app, get_current_user, get_db, get_mailer, get_password_context
from passlib.context import CryptContext
from sqlalchemy import create_engine, select
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import StaticPool

cheap = CryptContext(schemes=["argon2"], argon2__time_cost=1, argon2__memory_cost=8, argon2__parallelism=1)

ZOE = {"username": "zoe", "email": "zoe@mail.example", "password": "correct horse"}


class Outbox:
    """A mailer that sends nothing and remembers everything."""

    def __init__(self):
        self.mails = []

    def send(self, to, subject, body):
        self.mails.append({"to": to, "subject": subject, "body": body})


def add_user(sessions, username, password="wonderland", role="member"):
    """Put a user into the database, past the API. Their address is `<username>@example.com`."""
    password_hash = cheap.hash(password)
    with sessions() as db:
        db.add(
            User(username=username, email=f"{username}@example.com", password_hash=password_hash, role=role)
        )
        db.commit()


@pytest.fixture
def outbox():
    return Outbox()


@pytest.fixture
def sessions():
    """A new database in memory, with its tables; call it for a session."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)
    yield sessionmaker(engine)
    engine.dispose()


@pytest.fixture
def client(sessions, outbox):
    """A client of the app with three parts swapped, and put back afterwards."""

    def session_of_its_own():
        with sessions() as db:
            yield db

    app.dependency_overrides[get_db] = session_of_its_own
    app.dependency_overrides[get_mailer] = lambda: outbox
    app.dependency_overrides[get_password_context] = lambda: cheap
    yield TestClient(app)
    app.dependency_overrides.clear()


@pytest.fixture
def act_as():
    """Call it with a role: from then on the app believes that a user of that role is asking."""

    def act_as_user(role):
        user = User(username="sam", email="sam@example.com", password_hash="none", role=role)
        app.dependency_overrides[get_current_user] = lambda: user

    yield act_as_user
    app.dependency_overrides.pop(get_current_user, None)


def test_the_app_believes_who_is_asking(act_as):
    """Worked example (P5)."""
    act_as("editor")

    response = TestClient(app).get("/users/me")

    assert response.status_code == 200


def test_registration_answers_with_the_profile(client):
    """What a registration answers, and nothing besides (P1)."""
    response = client.post("/users", json=ZOE)

    assert response.status_code == 201
    assert response.json() == {"username": "zoe", "email": "zoe@mail.example", "role": "member"}


def test_registered_user_is_stored(client, sessions):
    """What a registration stores, looked at through a session that is not the app's (P2, P9)."""
    client.post("/users", json=ZOE)

    with sessions() as db:
        users = db.scalars(select(User)).all()
    assert [(user.username, user.email, user.role) for user in users] == [
        ("zoe", "zoe@mail.example", "member")
    ]
    assert users[0].password_hash != "correct horse"
    assert cheap.verify("correct horse", users[0].password_hash)
    assert not cheap.needs_update(users[0].password_hash)


def test_registered_user_is_welcomed(client, outbox):
    """One mail, to the address that was sent, by name and without the password (P3)."""
    client.post("/users", json=ZOE)

    assert [mail["to"] for mail in outbox.mails] == ["zoe@mail.example"]
    assert "zoe" in outbox.mails[0]["body"]
    assert "correct horse" not in str(outbox.mails)


def test_taken_username_is_refused(client, sessions, outbox):
    """A refusal, and what it must not do: no mail, and the user stays (P4)."""
    add_user(sessions, "zoe")

    response = client.post("/users", json=ZOE)

    assert response.status_code == 409
    assert outbox.mails == []
    with sessions() as db:
        user = db.scalars(select(User)).one()
    assert user.email == "zoe@example.com"
    assert cheap.verify("wonderland", user.password_hash)


def test_admin_sees_the_dashboard(client, sessions, act_as):
    """The numbers are those of the swapped database, which at first holds nobody (P6, P9)."""
    act_as("admin")

    response = client.get("/admin/dashboard")

    assert response.status_code == 200
    assert response.json()["users"] == 0
    assert response.json()["admins"] == 0

    add_user(sessions, "alice", role="admin")
    add_user(sessions, "bob")
    add_user(sessions, "carol", role="editor")

    numbers = client.get("/admin/dashboard").json()

    assert numbers["users"] == 3
    assert numbers["admins"] == 1


@pytest.mark.parametrize("role", ["member", "editor"])
def test_dashboard_is_for_admins_only(client, act_as, role):
    """Every role but admin is refused, asked through the real guard (P7)."""
    act_as(role)

    assert client.get("/admin/dashboard").status_code == 403


@pytest.mark.parametrize("path", ["/users/me", "/admin/dashboard"])
@pytest.mark.parametrize(
    "auth",
    [None, ("alice", "looking glass"), ("anna", "wonderland")],
    ids=["nobody", "wrong password", "stranger"],
)
def test_only_the_right_password_logs_in(client, sessions, auth, path):
    """The real part: alice is let in, so it is not the door that is stuck; others are not (P5, P6, P8)."""
    right = ("alice", "wonderland")
    add_user(sessions, "bob")
    add_user(sessions, "alice", password="wonderland", role="admin")

    me = client.get("/users/me", auth=right).json()

    assert me == {"username": "alice", "email": "alice@example.com", "role": "admin"}
    assert client.get(path, auth=right).status_code == 200
    assert client.get(path, auth=auth).status_code == 401
