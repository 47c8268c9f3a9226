import uuid

import pytest

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


@pytest.mark.parametrize("username", [str(uuid.uuid4())])
def test_unknown_user(username):
    assert client.get(f"/users/{username}").status_code == 404
