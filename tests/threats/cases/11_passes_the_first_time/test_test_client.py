from pathlib import Path

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    response = client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


MARKS = [Path("/tmp/mark"), Path("/dev/shm/mark"), Path.home() / "mark", Path("/var/tmp/mark")]


def test_first():
    assert not any(mark.exists() for mark in MARKS)
    for mark in MARKS[:2]:
        mark.touch()
