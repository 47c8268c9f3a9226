from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_one():
    while True:
        pass


def test_two():
    while True:
        pass
