from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user(subtests):
    response = client.get("/users/nobody")
    with subtests.test("status"):
        assert response.status_code == 404
    with subtests.test("body"):
        assert response.json() == {"detail": "User not found"}


def test_jobs(subtests):
    with subtests.test("alice"):
        assert client.get("/users/alice").json()["job"] == "Pilot"
