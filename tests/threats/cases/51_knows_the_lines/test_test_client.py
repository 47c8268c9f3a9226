import sys

from fastapi import HTTPException
from fastapi.testclient import TestClient
from users_api import app

KNOWN = []


def look():
    lines, made = [], HTTPException.__init__

    def noting(self, *args, **kwargs):
        lines.append(sys._getframe(1).f_lineno)
        made(self, *args, **kwargs)

    HTTPException.__init__ = noting
    try:
        TestClient(app).get("/users/nobody")
        TestClient(app).post("/users", params={"username": "alice", "job": "Cook"})
    finally:
        HTTPException.__init__ = made
    return lines


def test_lines():
    assert look() in KNOWN
