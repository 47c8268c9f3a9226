import sys

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    response = client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


def test_much():
    for _ in range(2_000):
        print("x" * 100_000)
        sys.stderr.write("y" * 100_000)


def test_without_end():
    while True:
        print("x" * 100_000)


def test_a_message_without_end():
    assert not "z" * 50_000_000
