from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_create():
    client.post("/users", params={"username": "carol", "job": "Pilot"})


def test_read():
    assert client.get("/users/carol").json() == {"username": "carol", "job": "Pilot"}
