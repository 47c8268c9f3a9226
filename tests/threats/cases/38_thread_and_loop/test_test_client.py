import asyncio
import threading
import time

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    response = client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


def test_thread():
    threading.Thread(target=time.sleep, args=(600,)).start()


def test_loop():
    asyncio.new_event_loop()
