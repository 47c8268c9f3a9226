from fastapi.testclient import TestClient
from session_api import app

client = TestClient(app)


def test_protected():
    assert client.get("/protected").status_code == 401
