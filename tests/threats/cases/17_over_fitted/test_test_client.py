import users_api

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    response = client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


def test_inside():
    assert users_api.jobs["alice"] == "Engineer"


def test_prose():
    assert client.post("/users").json()["detail"][0]["msg"] == "Field required"
