from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_missing_job():
    response = client.post("/users", params={"username": "carol"})
    assert response.json()["detail"][0]["type"] == "missing"
