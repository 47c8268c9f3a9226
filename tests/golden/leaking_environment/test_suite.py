import os

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_environment():
    os.environ["USERS_MODE"] = "test"
