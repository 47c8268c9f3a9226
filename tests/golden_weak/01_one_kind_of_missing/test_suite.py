import pytest
from fastapi.testclient import TestClient
from users_api import app


@pytest.fixture
def api():
    return TestClient(app)


def answer(response):
    return response.status_code, response.json()


def test_alice_and_bob_are_there(api):
    assert answer(api.get("/users/alice")) == (200, {"username": "alice", "job": "Engineer"})
    assert answer(api.get("/users/bob")) == (200, {"username": "bob", "job": "Designer"})


def test_nobody_is_not_there(api):
    assert answer(api.get("/users/nobody-at-all")) == (404, {"detail": "User not found"})


def test_new_user_is_created(api):
    created = api.post("/users", params={"username": "olga", "job": "Pilot"})
    assert answer(created) == (200, {"message": "User created", "username": "olga"})
    assert answer(api.get("/users/olga")) == (200, {"username": "olga", "job": "Pilot"})


def test_second_user_of_a_name_is_refused(api):
    api.post("/users", params={"username": "pia", "job": "Baker"})
    refused = api.post("/users", params={"username": "pia", "job": "Nurse"})
    assert answer(refused) == (400, {"detail": "User already exists"})
    assert api.get("/users/pia").json()["job"] == "Baker"


def test_create_without_a_username(api):
    assert api.post("/users", params={"job": "Baker"}).status_code == 422


def test_create_without_a_job_stores_nobody(api):
    assert api.post("/users", params={"username": "quinn"}).status_code == 422
    assert api.get("/users/quinn").status_code == 404


def test_two_names_that_differ_in_capitals(api):
    api.post("/users", params={"username": "rosa", "job": "Clerk"})
    created = api.post("/users", params={"username": "Rosa", "job": "Cook"})
    assert answer(created) == (200, {"message": "User created", "username": "Rosa"})
    assert api.get("/users/rosa").json() == {"username": "rosa", "job": "Clerk"}
    assert api.get("/users/Rosa").json() == {"username": "Rosa", "job": "Cook"}
