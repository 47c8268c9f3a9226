"""Lesson 02, solved: the client remembers."""

import pytest
from fastapi.testclient import TestClient
from session_api import app


@pytest.fixture
def client():
    """A browser that nobody has used yet."""
    return TestClient(app)


def log_in(client, username="alice", password="password123"):
    return client.post("/login", data={"username": username, "password": password})


@pytest.fixture
def alice():
    """A browser in which alice is logged in (P1)."""
    client = TestClient(app)
    log_in(client)
    return client


@pytest.fixture
def bob():
    """A browser in which bob is logged in (P1)."""
    client = TestClient(app)
    log_in(client, "bob", "builder456")
    return client


def greeting(username: str) -> dict[str, str]:
    return {"message": f"Hello {username}, you are authenticated!"}


def test_login_sets_a_cookie(client):
    """Worked example (P1)."""
    response = log_in(client)

    assert response.status_code == 200
    assert "session_token" in client.cookies


def test_login_is_remembered(alice):
    """Worked example (P5)."""
    response = alice.get("/protected")

    assert response.status_code == 200
    assert response.json() == {"message": "Hello alice, you are authenticated!"}


def test_only_the_browser_gets_the_token(client):
    """The token is in the cookie alone, and the cookie is out of reach (P1, P2)."""
    response = log_in(client)

    lines = response.headers.get_list("set-cookie")
    line = next(line for line in lines if line.startswith("session_token="))
    attributes = [part.strip().lower() for part in line.split(";")]
    assert "httponly" in attributes
    assert "samesite=lax" in attributes
    assert response.json() == {"message": "Logged in"}


def test_each_login_has_its_own_token(alice, client):
    """Long, and never the same one twice: from two browsers, and from one that logs in again (P3)."""
    log_in(client)
    first, second = alice.cookies["session_token"], client.cookies["session_token"]

    log_in(client)

    assert len(first) >= 20
    assert len({first, second, client.cookies["session_token"]}) == 3


@pytest.mark.parametrize(
    ("username", "password"),
    [("alice", "wrong"), ("alice", "builder456"), ("mallory", "password123")],
    ids=["wrong password", "bob's password", "unknown user"],
)
def test_refused_login(alice, client, username, password):
    """One refusal for all, nothing to remember, and nobody else is logged out (P4)."""
    response = log_in(client, username, password)

    assert response.status_code == 400
    assert response.json() == {"detail": "Invalid credentials"}
    assert "session_token" not in client.cookies
    assert alice.get("/protected").json() == greeting("alice")


@pytest.mark.parametrize(
    "cookies", [{}, {"session_token": "a-value-that-no-login-gave-out"}], ids=["no cookie", "made up"]
)
def test_only_a_cookie_from_login_opens_the_page(cookies):
    """Each case in a client of its own, which has these cookies and no others (P6)."""
    response = TestClient(app, cookies=cookies).get("/protected")

    assert response.status_code == 401
    assert response.json() == {"detail": "Not authenticated"}


def test_logout_takes_the_cookie_away(alice):
    """What the browser still has (P7)."""
    response = alice.post("/logout")

    assert response.status_code == 200
    assert "session_token" not in alice.cookies


def test_logout_ends_the_session(alice):
    """What the server still knows: send the old token from another browser (P7)."""
    token = alice.cookies["session_token"]

    alice.post("/logout")

    thief = TestClient(app, cookies={"session_token": token})
    assert thief.get("/protected").status_code == 401


def test_browsers_do_not_disturb_each_other(alice, bob, client):
    """Two users, and one user twice (P5, P8)."""
    log_in(client)
    client.post("/logout")

    pages = [browser.get("/protected").json() for browser in (alice, bob)]
    assert pages == [greeting("alice"), greeting("bob")]
