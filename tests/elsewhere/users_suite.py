"""Somebody else's tests of contract 01 (test_client): users by name, created and looked up."""

import uuid

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def unique_username(prefix="user"):
    return f"{prefix}_{uuid.uuid4().hex[:12]}"


def create_user(username, job):
    return client.post("/users", params={"username": username, "job": job})


def test_get_alice():
    response = client.get("/users/alice")
    assert response.status_code == 200
    assert response.json() == {"username": "alice", "job": "Engineer"}


def test_get_bob():
    response = client.get("/users/bob")
    assert response.status_code == 200
    assert response.json() == {"username": "bob", "job": "Designer"}


def test_get_unknown_user():
    response = client.get(f"/users/{unique_username('nobody')}")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


def test_create_user():
    username = unique_username()
    response = create_user(username, "Tester")
    assert response.status_code == 200
    assert response.json() == {"message": "User created", "username": username}


def test_created_user_can_be_read_back():
    username = unique_username()
    assert client.get(f"/users/{username}").status_code == 404
    create_user(username, "Plumber")
    response = client.get(f"/users/{username}")
    assert response.status_code == 200
    assert response.json() == {"username": username, "job": "Plumber"}


def test_create_user_with_query_string():
    username = unique_username()
    response = client.post(f"/users?username={username}&job=Site+Manager")
    assert response.status_code == 200
    assert client.get(f"/users/{username}").json()["job"] == "Site Manager"


def test_create_same_user_twice():
    username = unique_username()
    create_user(username, "Baker")
    response = create_user(username, "Baker")
    assert response.status_code == 400
    assert response.json() == {"detail": "User already exists"}


def test_duplicate_does_not_change_job():
    username = unique_username()
    create_user(username, "Pilot")
    assert create_user(username, "Astronaut").status_code == 400
    assert client.get(f"/users/{username}").json() == {"username": username, "job": "Pilot"}


def test_builtin_user_is_taken():
    response = create_user("alice", "Manager")
    assert response.status_code == 400
    assert response.json() == {"detail": "User already exists"}
    assert client.get("/users/alice").json()["job"] == "Engineer"


def test_two_users_keep_their_own_jobs():
    first, second = unique_username("first"), unique_username("second")
    create_user(first, "Driver")
    create_user(second, "Cook")
    assert client.get(f"/users/{first}").json() == {"username": first, "job": "Driver"}
    assert client.get(f"/users/{second}").json() == {"username": second, "job": "Cook"}


def test_usernames_differing_in_case_are_different_users():
    lower = unique_username("case")
    upper = lower.upper()
    assert create_user(lower, "Singer").status_code == 200
    assert client.get(f"/users/{upper}").status_code == 404
    assert create_user(upper, "Drummer").status_code == 200
    assert client.get(f"/users/{lower}").json()["job"] == "Singer"
    assert client.get(f"/users/{upper}").json()["job"] == "Drummer"


def test_create_user_without_job():
    response = client.post("/users", params={"username": unique_username()})
    assert response.status_code == 422


def test_create_user_without_username():
    response = client.post("/users", params={"job": "Tester"})
    assert response.status_code == 422


def test_create_user_without_anything():
    assert client.post("/users").status_code == 422
