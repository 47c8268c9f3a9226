"""Lesson 01: a request is a function call.

Replace each `pytest.fail("TODO…")` by a test of what its docstring says. The rows P1 to P7 are in README.md.
Each test brings its own data: a username no other test uses. Tests run in any order.
"""

import pytest
from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_alice_can_be_read():
    """Worked example (P1): ask for alice, look at the answer."""
    response = client.get("/users/alice")

    assert response.status_code == 200


def test_each_user_has_their_own_job():
    """A known user is answered with their own name and their own job (P1, P7)."""
    pytest.fail("TODO: read two users and compare the whole body of each", pytrace=False)


def test_unknown_user():
    """A name that nobody has is answered with 404 and the promised body (P2)."""
    pytest.fail("TODO: read somebody who is not there", pytrace=False)


def test_create_answers_with_the_username():
    """Creating a user answers with the promised status and body (P3)."""
    pytest.fail("TODO: create a user, look at the answer", pytrace=False)


def test_created_user_can_be_read():
    """A created user is there afterwards, with the job that was sent (P3)."""
    pytest.fail("TODO: create a user, then ask for them", pytrace=False)


def test_taken_username_is_refused():
    """A username that is taken is refused with the promised status and body (P4)."""
    pytest.fail("TODO: create one username twice", pytrace=False)


def test_refused_create_changes_nothing():
    """After a refused create the stored job is still the first one (P4)."""
    pytest.fail("TODO: create one username twice, then ask for them", pytrace=False)


def test_missing_parameter():
    """Without a username, or without a job, nothing is created and nothing changed: 422 (P5)."""
    pytest.fail(
        "TODO: leave out each of the two parameters, then look: for a new user, and for one who was there",
        pytrace=False,
    )


def test_capitals_make_another_user():
    """Two usernames that differ only in capitals are two users (P6)."""
    pytest.fail(
        "TODO: create a name in small letters, read it with a capital; then create that too, and read both",
        pytrace=False,
    )
