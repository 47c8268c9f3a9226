from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_override():
    app.dependency_overrides[print] = lambda: None
