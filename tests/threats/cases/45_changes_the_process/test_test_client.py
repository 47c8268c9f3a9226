import locale
import os
import sys
import time

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    response = client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


def test_change():
    assert sys.getrecursionlimit() == 1000
    assert os.umask(0o777) == 0o022
    assert time.tzname[0] == "UTC"
    locale.setlocale(locale.LC_ALL, "C")
    sys.setrecursionlimit(5000)
    os.chdir("/")
    os.environ["TZ"] = "Asia/Tokyo"
    time.tzset()
    del os.environ["TZ"]
