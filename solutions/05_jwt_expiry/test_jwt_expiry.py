"""Lesson 05, solved: test time without waiting."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import jwt
import pytest
from fastapi.testclient import TestClient
from token_api import ALGORITHM, SECRET_KEY, app, create_access_token

NOON = datetime(2030, 7, 1, 12, tzinfo=UTC)
BEFORE, AFTER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)
ANOTHER_KEY = "the-key-of-somebody-else-who-would-like-to-come-in-all-the-same!"

client = TestClient(app)


@pytest.fixture
def clock(time_machine):
    """The clock stands still at noon. `clock.shift(timedelta(…))` and `clock.move_to(moment)` move it."""
    time_machine.move_to(NOON, tick=False)
    return time_machine


def bearer(token):
    """The headers that carry a token."""
    return {"Authorization": f"Bearer {token}"}


def claims_of(access_token):
    """What an access token says, expired or not."""
    return jwt.decode(access_token, SECRET_KEY, algorithms=[ALGORITHM], options={"verify_exp": False})


def end_of(access_token):
    """The moment at which an access token expires: its claim `exp`."""
    return datetime.fromtimestamp(claims_of(access_token)["exp"], UTC)


def log_in(username="alice", password="password123"):
    """What `POST /token` answers: two tokens, `access_token` and `refresh_token`."""
    return client.post("/token", data={"username": username, "password": password}).json()


def test_fresh_token_opens_the_door(clock):
    """Worked example (P1)."""
    token = create_access_token({"sub": "alice"})

    response = client.get("/secure", headers=bearer(token))

    assert response.status_code == 200


def test_expired_token_is_refused(clock):
    """Refused for the right reason, and with the challenge (P2, P7)."""
    token = create_access_token({"sub": "alice"}, timedelta(seconds=-1))

    response = client.get("/secure", headers=bearer(token))

    assert response.status_code == 401
    assert response.json() == {"detail": "Token expired"}
    assert response.headers.get("WWW-Authenticate") == "Bearer"


@pytest.mark.parametrize(
    ("age", "status"), [(timedelta(minutes=14, seconds=59), 200), (timedelta(minutes=15), 401)], ids=str
)
def test_default_life_is_fifteen_minutes(clock, age, status):
    """Both sides of the edge, for a token that nobody gave a life (P8)."""
    token = create_access_token({"sub": "alice"})

    clock.shift(age)

    assert client.get("/secure", headers=bearer(token)).status_code == status


@pytest.mark.parametrize(
    "delta",
    [timedelta(days=2), timedelta(0), timedelta(minutes=-1)],
    ids=["in two days", "now", "a minute ago"],
)
def test_expires_delta_decides(clock, delta):
    """Zero is a life too (P9)."""
    assert end_of(create_access_token({"sub": "alice"}, delta)) == NOON + delta


def test_token_carries_its_data(clock):
    """What the caller hands in is in the token and at the door, and stays the caller's (P1, P8, P10)."""
    data = {"sub": "alice", "role": "admin"}

    token = create_access_token(data)

    assert data == {"sub": "alice", "role": "admin"}
    claims = claims_of(token)
    assert claims.items() >= {"sub": "alice", "role": "admin"}.items()
    response = client.get("/secure", headers=bearer(token))
    assert response.json() == {"message": "Access granted", "payload": claims}


def test_time_zone_changes_nothing(clock):
    """The same moment on a machine whose local time is nine hours ahead (P11)."""
    clock.move_to(NOON.astimezone(ZoneInfo("Asia/Tokyo")))

    token = create_access_token({"sub": "alice"})

    assert end_of(token) == NOON + timedelta(minutes=15)


def forged(claims, key=ANOTHER_KEY, algorithm=ALGORITHM):
    """A token that our app did not make."""
    return jwt.encode(claims, key, algorithm)


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("abc.def.ghi", id="not a token"),
        pytest.param(forged({"sub": "alice", "exp": AFTER}), id="another key"),
        pytest.param(forged({"sub": "alice", "exp": BEFORE}), id="another key, and expired"),
        pytest.param(forged({"sub": "alice", "exp": AFTER}, None, "none"), id="not signed"),
        pytest.param(forged({"sub": "alice", "exp": AFTER}, SECRET_KEY, "HS512"), id="another algorithm"),
        pytest.param(forged({"sub": "alice"}, SECRET_KEY), id="no exp"),
        pytest.param(forged({"exp": AFTER}, SECRET_KEY), id="no sub"),
    ],
)
def test_wrong_token_is_invalid(clock, token):
    """Each token is wrong in one way, and right in all others (P3, P4)."""
    response = client.get("/secure", headers=bearer(token))

    assert response.status_code == 401
    assert response.json() == {"detail": "Invalid token"}


@pytest.mark.parametrize(
    ("method", "path", "token"),
    [("GET", "/secure", "refresh_token"), ("POST", "/refresh", "access_token")],
    ids=["refresh token at the door", "access token at refresh"],
)
def test_token_for_the_other_is_invalid(clock, method, path, token):
    """Each of the two is good for one thing (P5)."""
    response = client.request(method, path, headers=bearer(log_in()[token]))

    assert response.status_code == 401
    assert response.json() == {"detail": "Invalid token"}


def test_refresh_token_works_for_a_week(clock):
    """In its last second it buys what every user gets: a token of their own, for fifteen minutes (P12)."""
    refresh_token = log_in("bob", "builder456")["refresh_token"]
    clock.shift(timedelta(days=7, seconds=-1))

    response = client.post("/refresh", headers=bearer(refresh_token))

    assert response.status_code == 200
    access_token = response.json()["access_token"]
    assert response.json() == {"access_token": access_token, "token_type": "bearer"}
    assert claims_of(access_token)["sub"] == "bob"
    assert end_of(access_token) == NOON + timedelta(days=7, seconds=-1, minutes=15)


def test_refresh_token_expires_after_a_week(clock):
    """The other side of that edge (P13)."""
    refresh_token = log_in()["refresh_token"]
    clock.shift(timedelta(days=7))

    response = client.post("/refresh", headers=bearer(refresh_token))

    assert response.status_code == 401
    assert response.json() == {"detail": "Token expired"}


# -- the rows without a task


@pytest.mark.parametrize(("method", "path"), [("GET", "/secure"), ("POST", "/refresh")])
def test_no_token_is_not_authenticated(method, path):
    """Neither route opens to nobody (P6)."""
    response = client.request(method, path)

    assert response.status_code == 401  # not judged: FastAPI's own helper gives it
    assert response.json() == {"detail": "Not authenticated"}


def test_right_password_gets_two_tokens(clock):
    """Whoever logs in is named in their access token (P14)."""
    response = client.post("/token", data={"username": "bob", "password": "builder456"})

    assert response.status_code == 200
    tokens = response.json()
    access_token, refresh_token = tokens["access_token"], tokens["refresh_token"]
    assert tokens == {
        "access_token": access_token,
        "refresh_token": refresh_token,
        "token_type": "bearer",
    }
    assert claims_of(access_token)["sub"] == "bob"
    assert end_of(access_token) == NOON + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("username", "password"),
    [("alice", "builder456"), ("mallory", "password123")],
    ids=["wrong password", "stranger"],
)
def test_wrong_log_in_is_refused(username, password):
    """Nobody learns which of the two was wrong (P15)."""
    response = client.post("/token", data={"username": username, "password": password})

    assert response.status_code == 401
    assert response.json() == {"detail": "Incorrect username or password"}
