"""A page for members: log in, and from then on a cookie says who is asking."""

import secrets
from typing import Annotated

from fastapi import Cookie, Depends, FastAPI, Form, HTTPException, Response
from pydantic import BaseModel

app = FastAPI(title="Sessions")

# Plain text keeps this app to one screen. Real passwords are stored hashed, as they are from lesson 04 on.
passwords = {"alice": "password123", "bob": "builder456"}

sessions: dict[str, str] = {}
"""Who is logged in: a username by the token that stands for it."""


class Message(BaseModel):
    message: str


def current_user(session_token: Annotated[str | None, Cookie()] = None) -> str:
    if session_token is None or session_token not in sessions:
        raise HTTPException(status_code=401, detail="Not authenticated")
    return sessions[session_token]


@app.post("/login")
def log_in(username: Annotated[str, Form()], password: Annotated[str, Form()], response: Response) -> Message:
    if passwords.get(username) != password:
        raise HTTPException(status_code=400, detail="Invalid credentials")
    token = secrets.token_urlsafe(32)
    sessions[token] = username
    response.set_cookie("session_token", token, httponly=True, samesite="lax")
    return Message(message="Logged in")


@app.get("/protected")
def read_protected(username: Annotated[str, Depends(current_user)]) -> Message:
    return Message(message=f"Hello {username}, you are authenticated!")


@app.post("/logout")
def log_out(response: Response, session_token: Annotated[str | None, Cookie()] = None) -> Message:
    if session_token is not None:
        sessions.pop(session_token, None)
    response.delete_cookie("session_token")
    return Message(message="Logged out")
