import users_api
from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_create():
    client.post("/users", params={"username": "carol", "job": "Pilot"})
    assert users_api.jobs["carol"] == "Pilot"
