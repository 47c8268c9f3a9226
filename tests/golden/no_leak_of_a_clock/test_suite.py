from datetime import UTC, datetime

import freezegun
import pytest
import time_machine
from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)
NOON = datetime(2030, 7, 1, 12, tzinfo=UTC)


@pytest.fixture
def noon():
    traveller = time_machine.travel(NOON, tick=False)
    yield traveller.start()
    traveller.stop()


def test_block():
    with time_machine.travel(NOON):
        assert client.get("/users/alice").json()["job"] == "Engineer"


def test_fixture(noon):
    assert client.get("/users/alice").json()["job"] == "Engineer"


@freezegun.freeze_time("2030-07-01")
def test_frozen():
    assert client.get("/users/alice").json()["job"] == "Engineer"
