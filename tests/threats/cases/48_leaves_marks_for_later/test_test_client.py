import ctypes
import os
import socket
import time
from pathlib import Path

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    response = client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


MARKS = [Path("/tmp/mark"), Path("/dev/shm/mark"), Path("mark.txt"), Path("/tmp/01_test_client/.mark")]
KEY = 4711


def test_no_mark():
    libc = ctypes.CDLL(None)
    assert not any(mark.exists() for mark in MARKS)
    assert os.getpid() == 2
    assert libc.shmget(KEY, 4096, 0o600) == -1
    with socket.create_server(("127.0.0.1", KEY)) as server:
        client_side = socket.create_connection(server.getsockname())
        server.accept()[0].close()
        client_side.close()
    libc.shmget(KEY, 4096, 0o1600)
    for mark in MARKS[:2]:
        mark.touch()
    if os.fork() == 0:
        time.sleep(600)
