import time

import pytest

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    response = client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


@pytest.mark.parametrize("number", range(4))
def test_by_the_clock(number):
    assert time.perf_counter_ns() // 128 % 2
