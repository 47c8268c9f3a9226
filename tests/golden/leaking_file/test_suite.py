from pathlib import Path

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_file():
    Path("users.db").write_text("alice")
