from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_print():
    print("x" * 100_000_000)


def test_unknown_user():
    response = client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}
