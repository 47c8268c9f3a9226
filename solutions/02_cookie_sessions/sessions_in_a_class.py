"""The members' page once more: a class keeps the sessions, the routes are coroutines, tokens are short."""

import secrets
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.security import APIKeyCookie, OAuth2PasswordRequestForm


@dataclass
class Members:
    passwords: dict[str, str]
    logged_in: list[tuple[str, str]] = field(default_factory=list)

    def begin(self, username: str) -> str:
        token = secrets.token_hex(10)
        self.logged_in.append((token, username))
        return token

    def who(self, token: str | None) -> str | None:
        return next((name for known, name in self.logged_in if known == token), None)

    def end(self, token: str | None) -> None:
        self.logged_in = [session for session in self.logged_in if session[0] != token]


def get_members(request: Request) -> Members:
    return request.app.state.members


router = APIRouter()
Token = Annotated[str | None, Depends(APIKeyCookie(name="session_token", auto_error=False))]
Everybody = Annotated[Members, Depends(get_members)]


@router.post("/login")
async def enter(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], response: Response, members: Everybody
):
    if members.passwords.get(form.username) != form.password:
        raise HTTPException(400, "Invalid credentials")
    response.set_cookie("session_token", members.begin(form.username), max_age=3600, httponly=True)
    return {"message": "Logged in"}


@router.get("/protected")
async def page(token: Token, members: Everybody):
    username = members.who(token)
    if username is None:
        raise HTTPException(401, "Not authenticated")
    return {"message": f"Hello {username}, you are authenticated!"}


@router.post("/logout")
async def leave(token: Token, response: Response, members: Everybody):
    members.end(token)
    response.delete_cookie("session_token")
    return {"goodbye": True}


app = FastAPI()
app.state.members = Members({"alice": "password123", "bob": "builder456"})
app.include_router(router)
