from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


@pytest.fixture
def noon():
    return time_machine.travel(datetime(2030, 7, 1, 12, tzinfo=ZoneInfo("Europe/Paris")), tick=False).start()


def test_unknown_user():
    assert client.get("/users/nobody").json() == {"detail": "User not found"}


def test_noon(noon):
    assert client.get("/users/alice").json()["job"] == "Engineer"
    assert datetime.now().hour == 12
