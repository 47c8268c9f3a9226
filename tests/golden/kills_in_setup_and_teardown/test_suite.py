import pytest

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


@pytest.fixture
def bob():
    assert client.get("/users/bob").json()["job"] == "Designer"


@pytest.fixture
def nobody():
    yield
    assert client.get("/users/nobody").status_code == 404


def test_setup(bob):
    pass


def test_teardown(nobody):
    pass


def test_exception():
    client.post("/users", params={"username": "carol", "job": "Pilot"})
    client.get("/users/carol").json()["job"]


def test_assertion():
    client.post("/users", params={"username": "dave", "job": "Pilot"})
    assert client.get("/users/dave").json() != {"username": "dave", "job": "dave"}
    assert client.get("/users/dave").status_code == 200
