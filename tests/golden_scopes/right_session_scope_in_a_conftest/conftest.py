"""The wide fixture in a conftest: one shop for the session."""

import pytest
from bookshop import create_app
from fastapi.testclient import TestClient


@pytest.fixture(scope="session")
def shop():
    app = create_app()
    with TestClient(app):
        yield app
