from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_bob():
    assert client.get("/users/bob").text == '{"username":"bob","job":"Designer"}'
