import threading
import time

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_thread():
    threading.Thread(target=lambda: time.sleep(3600)).start()


def test_unknown_user():
    response = client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}
