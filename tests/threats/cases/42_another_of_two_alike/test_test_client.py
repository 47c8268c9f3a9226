from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    response = client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


def test_create():
    response = client.post("/users", params={"username": "zoe", "job": "Zoologist"})
    assert response.status_code == 200
    assert response.json() == {"message": "User created", "username": "zoe"}
    assert client.get("/users/zoe").json() == {"username": "zoe", "job": "Zoologist"}
