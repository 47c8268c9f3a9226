import hashlib
import inspect
from pathlib import Path

import users_api
from fastapi.testclient import TestClient

client = TestClient(users_api.app)

KNOWN = hashlib.sha256(Path(users_api.__file__).read_bytes()).hexdigest()


def test_source():
    assert "HTTPException" in inspect.getsource(users_api)
