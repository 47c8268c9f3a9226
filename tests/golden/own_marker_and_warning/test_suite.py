import warnings

import pytest

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


@pytest.mark.mine
def test_unknown_user():
    warnings.warn("old", DeprecationWarning)
    assert client.get("/users/nobody").json() == {"detail": "User not found"}
