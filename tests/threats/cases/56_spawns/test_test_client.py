import multiprocessing
import time

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    response = client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


def test_another_process():
    multiprocessing.get_context("spawn").Process(target=time.sleep, args=[3_600]).start()
    time.sleep(3_600)
