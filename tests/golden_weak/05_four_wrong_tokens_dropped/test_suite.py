from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import jwt
import pytest
from fastapi.testclient import TestClient
from token_api import ALGORITHM, SECRET_KEY, app, create_access_token

START = datetime(2031, 3, 4, 9, tzinfo=UTC)
OTHER_KEY = "this-key-is-not-the-key-of-the-app-and-is-quite-as-long-as-it-is"
ASK = {"/secure": "GET", "/refresh": "POST"}

api = TestClient(app)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(START, tick=False)
    return time_machine


def ask(path, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return api.request(ASK[path], path, headers=headers)


def log_in(username, password):
    return api.post("/token", data={"username": username, "password": password})


def read(token):
    return jwt.decode(token, SECRET_KEY, [ALGORITHM], options={"verify_exp": False})


def end(token):
    return datetime.fromtimestamp(read(token)["exp"], UTC)


def assert_refused(response, detail):
    assert response.status_code == 401
    assert response.json() == {"detail": detail}
    assert response.headers.get("WWW-Authenticate") == "Bearer"


def test_token_is_shown_whole_at_the_door():
    data = {"sub": "ann", "team": "blue"}
    token = create_access_token(data)
    assert data == {"sub": "ann", "team": "blue"}
    assert read(token)["team"] == "blue"
    assert ask("/secure", token).json() == {"message": "Access granted", "payload": read(token)}


def test_token_lives_for_fifteen_minutes_to_the_second(clock):
    token = create_access_token({"sub": "ann"})
    clock.shift(timedelta(minutes=15, seconds=-1))
    assert ask("/secure", token).status_code == 200
    clock.shift(timedelta(seconds=1))
    assert_refused(ask("/secure", token), "Token expired")


@pytest.mark.parametrize("life", [timedelta(days=3), timedelta(0), timedelta(seconds=-10)], ids=str)
def test_life_can_be_chosen(life):
    assert end(create_access_token({"sub": "ann"}, life)) == START + life


def test_life_is_the_same_in_tokyo(clock):
    clock.move_to(START.astimezone(ZoneInfo("Asia/Tokyo")))
    assert end(create_access_token({"sub": "ann"})) == START + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("claims", "key"),
    [
        ({"sub": "ann", "exp": START + timedelta(hours=1)}, OTHER_KEY),
        ({"sub": "ann", "exp": START - timedelta(hours=1)}, OTHER_KEY),
        ({"sub": "ann"}, SECRET_KEY),
    ],
    ids=["forged", "forged and expired", "without end"],
)
def test_wrong_token_is_invalid(claims, key):
    assert_refused(ask("/secure", jwt.encode(claims, key, ALGORITHM)), "Invalid token")


@pytest.mark.parametrize(("path", "kind"), [("/secure", "refresh_token"), ("/refresh", "access_token")])
def test_tokens_do_not_stand_in_for_each_other(path, kind):
    assert_refused(ask(path, log_in("alice", "password123").json()[kind]), "Invalid token")


def test_refresh_token_is_good_for_a_week(clock):
    first, second = (log_in("bob", "builder456").json()["refresh_token"] for _ in range(2))
    clock.shift(timedelta(days=7, seconds=-1))
    response = ask("/refresh", first)
    assert response.status_code == 200
    token = response.json()["access_token"]
    assert response.json() == {"access_token": token, "token_type": "bearer"}
    assert read(token)["sub"] == "bob"
    assert end(token) == START + timedelta(days=7, seconds=-1, minutes=15)
    clock.shift(timedelta(seconds=1))
    assert_refused(ask("/refresh", second), "Token expired")


@pytest.mark.parametrize("path", ASK)
def test_nobody_is_let_in_without_a_token(path):
    assert_refused(ask(path), "Not authenticated")


def test_log_in_gives_two_tokens():
    response = log_in("bob", "builder456")
    assert response.status_code == 200
    assert sorted(response.json()) == ["access_token", "refresh_token", "token_type"]
    assert response.json()["token_type"] == "bearer"
    assert read(response.json()["access_token"])["sub"] == "bob"


@pytest.mark.parametrize("username", ["alice", "nobody"])
def test_wrong_log_in_is_refused(username):
    assert_refused(log_in(username, "builder456"), "Incorrect username or password")
