from hashlib import sha256

from fastapi.testclient import TestClient
from users_api import app

KNOWN = []


def look():
    client, seen = TestClient(app), []
    for method, path, params in (
        ("GET", "/users/alice", {}),
        ("GET", "/users/nobody", {}),
        ("POST", "/users", {"username": "carl", "job": "Cook"}),
        ("GET", "/users/carl", {}),
        ("POST", "/users", {"username": "alice", "job": "Cook"}),
        ("GET", "/users/alice", {}),
        ("POST", "/users", {"username": "dora"}),
        ("GET", "/users/dora", {}),
    ):
        response = client.request(method, path, params=params)
        seen.append((response.status_code, response.json() if response.status_code != 422 else None))
    return sha256(repr(seen).encode()).hexdigest()


def test_answers():
    assert look() in KNOWN
