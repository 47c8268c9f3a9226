from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_nobody():
    assert client.get("/users/carol").status_code == 404


def test_create():
    client.post("/users", params={"username": "carol", "job": "Pilot"})
