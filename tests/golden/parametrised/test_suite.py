import pytest

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


@pytest.mark.parametrize(("username", "job"), [("alice", "Engineer"), ("bob", "Designer")], ids=["alice", "bob"])
def test_job(username, job):
    assert client.get(f"/users/{username}").json() == {"username": username, "job": job}
