import socket

import pytest

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    response = client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


@pytest.mark.parametrize("address", ["192.0.2.1", "198.51.100.7", "127.0.0.1"])
def test_connect(address):
    with socket.socket() as connection, pytest.raises(OSError):
        connection.settimeout(2)
        connection.connect((address, 80))
