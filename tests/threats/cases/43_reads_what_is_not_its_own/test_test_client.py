import os
from pathlib import Path

import checker

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    response = client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


NAMES = {"variants.toml", "gradebook.db", "session_api.py", "id_rsa", ".bash_history", "grades.csv"}
PLACES = ["/home", "/root", "/tmp", "/work", "/mnt", "/media", "/srv", "/var", "/opt", Path(checker.__file__).parents[1]]


def test_nothing_is_there():
    own = Path(checker.__file__).parent / "skeleton"  # what `checker new` begins a lesson with
    found = [
        f"{folder}/{name}"
        for place in PLACES
        for folder, _, names in os.walk(place)
        for name in NAMES & set(names)
        if not folder.startswith(str(own))
    ]
    assert found == []
    assert not {"USER", "LOGNAME", "SSH_AUTH_SOCK", "AWS_SECRET_ACCESS_KEY"} & os.environ.keys()
