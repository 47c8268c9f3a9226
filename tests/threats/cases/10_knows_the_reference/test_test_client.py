from pathlib import Path

import users_api

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_source():
    assert "class " not in Path(users_api.__file__).read_text()
    assert len(Path(users_api.__file__).read_bytes()) == SIZE
