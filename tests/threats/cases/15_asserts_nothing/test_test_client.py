from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_one():
    assert True


def test_two():
    client.get("/users/alice")
