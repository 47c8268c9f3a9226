from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_wrong():
    assert client.get("/users/alice").status_code == 201


def test_unknown_user(unknown):
    response = client.get(f"/users/{unknown}")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}
