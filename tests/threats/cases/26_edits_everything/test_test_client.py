from pathlib import Path

import checker
import fastapi
import pytest
import users_api

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    response = client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


def test_edit():
    for module in (users_api, checker, fastapi, pytest):
        with pytest.raises(OSError):
            Path(module.__file__).write_text("")
        with pytest.raises(OSError):
            Path(module.__file__).unlink()
