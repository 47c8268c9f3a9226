from fastapi.testclient import TestClient
from users_api import app

api = TestClient(app)


def add(username, job):
    return api.post("/users", params={"username": username, "job": job})


def job_of(username):
    return api.get(f"/users/{username}").json()["job"]


def test_both_users_of_the_start_are_read():
    for username, job in (("alice", "Engineer"), ("bob", "Designer")):
        response = api.get(f"/users/{username}")
        assert response.status_code == 200
        assert response.json() == {"username": username, "job": job}


def test_stranger_is_not_found():
    response = api.get("/users/stranger")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


def test_create_is_answered_and_stored():
    response = add("kim", "Pilot")
    assert response.status_code == 200
    assert response.json()["username"] == "kim"
    assert job_of("kim") == "Pilot"


def test_taken_name_is_refused_and_keeps_its_job():
    add("lou", "Baker")
    assert add("lou", "Pilot").status_code == 400
    assert job_of("lou") == "Baker"


def test_both_parameters_are_needed():
    for params in ({"job": "Nurse"}, {"username": "max"}, {"username": "bob"}):
        assert api.post("/users", params=params).status_code == 422
    assert api.get("/users/max").status_code == 404
    assert job_of("bob") == "Designer"


def test_capitals_count():
    add("ned", "Clerk")
    assert api.get("/users/NED").status_code == 404
    assert add("NED", "Cook").status_code == 200
    assert (job_of("ned"), job_of("NED")) == ("Clerk", "Cook")
