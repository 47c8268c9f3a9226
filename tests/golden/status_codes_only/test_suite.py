from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_read():
    assert client.get("/users/alice").status_code == 200
    assert client.get("/users/nobody").status_code == 404


def test_create():
    assert client.post("/users", params={"username": "carol", "job": "Pilot"}).status_code == 200
    assert client.post("/users", params={"username": "carol", "job": "Pilot"}).status_code == 400


def test_missing():
    assert client.post("/users", params={"username": "dave"}).status_code == 422
