import pytest

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


@pytest.mark.parametrize("number", range(10_000))
def test_case(number):
    assert number >= 0
