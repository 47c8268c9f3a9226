import pytest
from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    with pytest.raises(Exception):
        assert client.get("/users/nobody").status_code == 200
        assert False
