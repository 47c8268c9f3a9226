"""Lesson $number: $title. The rows are in README.md."""

import pytest
from $app import app
from fastapi.testclient import TestClient

client = TestClient(app)


def test_somebody_is_answered():
    """Worked example (P1)."""
    assert client.get("/hello/ann").status_code == 200


def test_everybody_is_greeted_by_name():
    """Whoever asks is greeted by the name they gave (P1)."""
    pytest.fail("TODO: ask for two names", pytrace=False)
