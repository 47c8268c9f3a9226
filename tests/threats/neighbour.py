"""An honest submission that is not complete yet: one good test, one that is wrong."""

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_created_user_can_be_read():
    created = client.post("/users", params={"username": "carol", "job": "Chemist"})
    assert created.status_code == 200
    assert client.get("/users/carol").json() == {"username": "carol", "job": "Chemist"}


def test_wrong():
    assert client.get("/users/alice").status_code == 404
