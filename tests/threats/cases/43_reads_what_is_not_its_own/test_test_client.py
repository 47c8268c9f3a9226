import os


from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    response = client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


NAMES = {"variants.toml", "gradebook.db", "session_api.py", "id_rsa", ".bash_history", "grades.csv"}
PLACES = ["/home", "/root", "/tmp", "/work", "/mnt", "/media", "/srv", "/var", "/opt", "/elsewhere"]
PYTHON = {"lib", "lib64", "share", "include", "skeleton"}  # and what `checker new` begins a lesson with


def test_nothing_is_there():
    found = []
    for place in PLACES:
        for folder, below, names in os.walk(place):
            below[:] = [name for name in below if name not in PYTHON]
            found += [f"{folder}/{name}" for name in NAMES & set(names)]
    assert found == []
    assert not {"USER", "LOGNAME", "SSH_AUTH_SOCK", "AWS_SECRET_ACCESS_KEY"} & os.environ.keys()
