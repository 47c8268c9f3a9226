from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    while client.get("/users/nobody").status_code != 404:
        pass
