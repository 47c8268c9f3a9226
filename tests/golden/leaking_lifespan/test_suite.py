from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_never_stopped():
    client.__enter__()


def test_nested():
    with client:
        pass
