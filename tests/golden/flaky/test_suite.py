import os
from pathlib import Path

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_first_time_only():
    counter = Path(os.environ["COUNTER"])
    with counter.open("a") as file:
        file.write("x")
    assert counter.stat().st_size % 2
