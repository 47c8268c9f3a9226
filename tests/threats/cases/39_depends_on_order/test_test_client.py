from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    response = client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


def test_create():
    client.post("/users", params={"username": "carol", "job": "Chemist"})


def test_read():
    assert client.get("/users/carol").json()["job"] == "Chemist"
