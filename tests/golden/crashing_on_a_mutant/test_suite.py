import os

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    if client.get("/users/nobody").json() != {"detail": "User not found"}:
        os._exit(1)
