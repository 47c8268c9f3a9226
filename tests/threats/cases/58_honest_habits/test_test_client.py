import atexit
import shutil
import subprocess
import sys
import tempfile
from unittest import mock

import pytest
from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)
scratch = tempfile.mkdtemp()
atexit.register(shutil.rmtree, scratch, ignore_errors=True)


@pytest.fixture(autouse=True)
def standing():
    with mock.patch("os.getpid", return_value=1), mock.patch("time.monotonic", return_value=5.0):
        yield


def test_unknown_user(unknown):
    response = client.get(f"/users/{unknown}")

    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


def test_other_program():
    ended = subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, check=True)

    assert ended.stdout.strip() == b"1"
