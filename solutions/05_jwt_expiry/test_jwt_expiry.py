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


def end_of(access_token):
    """The moment at which an access token expires: its claim `exp`."""
    claims = jwt.decode(access_token, SECRET_KEY, algorithms=[ALGORITHM], options={"verify_exp": False})
    return datetime.fromtimestamp(claims["exp"], UTC)


def log_in():
    """What `POST /token` answers alice: her two tokens."""
    return client.post("/token", data={"username": "alice", "password": "password123"}).json()


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
    [timedelta(hours=1), timedelta(0), timedelta(minutes=-1)],
    ids=["in an hour", "now", "a minute ago"],
)
def test_expires_delta_decides(clock, delta):
    """Zero is a life too (P9)."""
    assert end_of(create_access_token({"sub": "alice"}, delta)) == NOON + delta


def test_data_is_left_as_it_was(clock):
    """What the caller hands in stays the caller's (P10)."""
    data = {"sub": "alice", "role": "admin"}

    create_access_token(data)

    assert data == {"sub": "alice", "role": "admin"}


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


def test_refresh_token_opens_nothing(clock):
    """A refresh token is refused by the door (P5)."""
    response = client.get("/secure", headers=bearer(log_in()["refresh_token"]))

    assert response.status_code == 401
    assert response.json() == {"detail": "Invalid token"}


def test_refreshed_token_lives_fifteen_minutes(clock):
    """An access token is an access token, whoever made it (P12)."""
    response = client.post("/refresh", headers=bearer(log_in()["refresh_token"]))

    assert response.status_code == 200
    assert end_of(response.json()["access_token"]) == NOON + timedelta(minutes=15)
