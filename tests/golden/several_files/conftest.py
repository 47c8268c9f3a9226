import pytest
from fastapi.testclient import TestClient
from users_api import app


@pytest.fixture
def client():
    return TestClient(app)
