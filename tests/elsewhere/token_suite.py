"""Somebody else's tests of contract 05 (jwt_expiry): bearer tokens, good, bad and too old."""

import base64
import json
import time
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from fastapi.testclient import TestClient
from token_api import ALGORITHM, SECRET_KEY, app, create_access_token


@pytest.fixture
def client():
    return TestClient(app)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def in_(**delta):
    return datetime.now(UTC) + timedelta(**delta)


def sign(claims, key=SECRET_KEY, algorithm=ALGORITHM):
    return jwt.encode(claims, key, algorithm=algorithm)


def assert_unauthorized(response, detail):
    assert response.status_code == 401
    assert response.json() == {"detail": detail}
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_valid_token(client):
    response = client.get("/secure", headers=bearer(create_access_token({"sub": "testuser"})))
    assert response.status_code == 200
    body = response.json()
    assert body["message"] == "Access granted"
    assert body["payload"]["sub"] == "testuser"


@pytest.mark.parametrize("life", [timedelta(minutes=1), timedelta(hours=2), timedelta(days=30)], ids=str)
def test_expires_delta_is_respected(client, life):
    before = int(time.time())
    token = create_access_token({"sub": "testuser"}, expires_delta=life)
    after = time.time()
    exp = jwt.decode(token, options={"verify_signature": False})["exp"]
    assert before <= exp - life.total_seconds() <= after + 1
    assert client.get("/secure", headers=bearer(token)).status_code == 200


def test_default_life_is_15_minutes():
    before = int(time.time())
    token = create_access_token({"sub": "testuser"})
    after = time.time()
    exp = jwt.decode(token, options={"verify_signature": False})["exp"]
    assert before <= exp - 15 * 60 <= after + 1


def test_hand_made_token(client):
    token = sign({"sub": "testuser", "exp": in_(minutes=5)})
    response = client.get("/secure", headers=bearer(token))
    assert response.status_code == 200
    assert response.json()["payload"]["sub"] == "testuser"


@pytest.mark.parametrize("age", [timedelta(seconds=1), timedelta(minutes=1), timedelta(days=2)], ids=str)
def test_expired_token(client, age):
    token = create_access_token({"sub": "testuser"}, expires_delta=-age)
    assert_unauthorized(client.get("/secure", headers=bearer(token)), "Token expired")


def test_hand_made_expired_token(client):
    token = sign({"sub": "testuser", "exp": in_(minutes=-5)})
    assert_unauthorized(client.get("/secure", headers=bearer(token)), "Token expired")


def test_no_token(client):
    assert_unauthorized(client.get("/secure"), "Not authenticated")


@pytest.mark.parametrize("garbage", ["garbage", "abc.def.ghi"])
def test_garbage(client, garbage):
    assert_unauthorized(client.get("/secure", headers=bearer(garbage)), "Invalid token")


def test_tampered_payload(client):
    head, payload, signature = create_access_token({"sub": "testuser"}).split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    claims["sub"] = "admin"
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    assert_unauthorized(
        client.get("/secure", headers=bearer(f"{head}.{forged}.{signature}")), "Invalid token"
    )


def test_tampered_signature(client):
    head, payload, signature = create_access_token({"sub": "testuser"}).split(".")
    forged = ("B" if signature[0] == "A" else "A") + signature[1:]
    assert_unauthorized(client.get("/secure", headers=bearer(f"{head}.{payload}.{forged}")), "Invalid token")


def test_other_secret(client):
    token = sign({"sub": "testuser", "exp": in_(minutes=5)}, key="somebody-else's-secret-key-" * 4)
    assert_unauthorized(client.get("/secure", headers=bearer(token)), "Invalid token")


def test_algorithm_none(client):
    token = sign({"sub": "testuser", "exp": in_(minutes=5)}, key=None, algorithm="none")
    assert_unauthorized(client.get("/secure", headers=bearer(token)), "Invalid token")


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"sub": "testuser"}, id="missing exp"),
        pytest.param({"exp": in_(hours=1)}, id="missing sub"),
        pytest.param({"name": "testuser"}, id="missing both"),
    ],
)
def test_required_claims(client, claims):
    assert_unauthorized(client.get("/secure", headers=bearer(sign(claims))), "Invalid token")
