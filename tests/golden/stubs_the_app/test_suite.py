from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient

app = FastAPI()


@app.get("/users/{username}")
def read(username: str):
    raise HTTPException(404, "User not found")


def test_unknown_user():
    assert TestClient(app).get("/users/nobody").json() == {"detail": "User not found"}
