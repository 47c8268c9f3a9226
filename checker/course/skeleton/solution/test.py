"""Lesson $number, solved: $title."""

import pytest
from $app import app
from fastapi.testclient import TestClient

client = TestClient(app)


def test_somebody_is_answered():
    """Worked example (P1)."""
    assert client.get("/hello/ann").status_code == 200


@pytest.mark.parametrize("name", ["ann", "ben"])
def test_everybody_is_greeted_by_name(name):
    """Whoever asks is greeted by the name they gave (P1)."""
    assert client.get(f"/hello/{name}").json()["message"] == f"Hello {name}"
