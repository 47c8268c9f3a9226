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


def test_data_stays_as_it_was():
    data = {"sub": "ann", "team": "blue"}
    create_access_token(data)
    assert data == {"sub": "ann", "team": "blue"}


def test_fresh_token_opens_the_door():
    assert ask("/secure", create_access_token({"sub": "ann"})).status_code == 200


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


NEXT_HOUR, LAST_HOUR = START + timedelta(hours=1), START - timedelta(hours=1)


@pytest.mark.parametrize(
    "token",
    [
        "a.b.c",
        jwt.encode({"sub": "ann", "exp": NEXT_HOUR}, OTHER_KEY, ALGORITHM),
        jwt.encode({"sub": "ann", "exp": LAST_HOUR}, OTHER_KEY, ALGORITHM),
        jwt.encode({"sub": "ann", "exp": NEXT_HOUR}, None, "none"),
        jwt.encode({"sub": "ann", "exp": NEXT_HOUR}, SECRET_KEY, "HS512"),
        jwt.encode({"sub": "ann"}, SECRET_KEY, ALGORITHM),
        jwt.encode({"exp": NEXT_HOUR}, SECRET_KEY, ALGORITHM),
    ],
    ids=["no token", "forged", "forged and expired", "not signed", "otherwise signed", "no end", "nobody"],
)
def test_wrong_token_is_invalid(token):
    assert_refused(ask("/secure", token), "Invalid token")


def test_refresh_token_opens_nothing():
    assert_refused(ask("/secure", log_in("alice", "password123").json()["refresh_token"]), "Invalid token")


def test_refreshed_token_lives_for_fifteen_minutes():
    response = ask("/refresh", log_in("alice", "password123").json()["refresh_token"])
    assert response.status_code == 200
    assert end(response.json()["access_token"]) == START + timedelta(minutes=15)
