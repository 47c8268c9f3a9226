"""A directory of users: who they are and what they do."""

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI(title="Users")

jobs = {"alice": "Engineer", "bob": "Designer"}


class User(BaseModel):
    username: str
    job: str


class UserCreated(BaseModel):
    message: str
    username: str


@app.get("/users/{username}")
def read_user(username: str) -> User:
    if username not in jobs:
        raise HTTPException(status_code=404, detail="User not found")
    return User(username=username, job=jobs[username])


@app.post("/users")
def create_user(username: str, job: str) -> UserCreated:
    if username in jobs:
        raise HTTPException(status_code=400, detail="User already exists")
    jobs[username] = job
    return UserCreated(message="User created", username=username)
