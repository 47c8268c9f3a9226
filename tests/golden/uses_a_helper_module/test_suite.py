from paths import UNKNOWN

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    assert client.get(UNKNOWN).json() == {"detail": "User not found"}
