"""The tokens API once more: a refresh token is a random text that the app knows, and good for one use."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from passlib.context import CryptContext
from pydantic import BaseModel

# A real service reads its key from its environment. 64 bytes are enough for every HMAC algorithm.
SECRET_KEY = "a-secret-for-a-course-is-no-secret-a-real-one-is-never-in-source"
ALGORITHM = "HS256"
ACCESS_LIFE = timedelta(minutes=15)
REFRESH_LIFE = timedelta(days=7)

# Cheap, so that tests are fast. A real service leaves the three costs out, and has passlib's defaults.
passwords = CryptContext(
    schemes=["argon2"], argon2__time_cost=1, argon2__memory_cost=8, argon2__parallelism=1
)
users = {"alice": passwords.hash("password123"), "bob": passwords.hash("builder456")}

refresh_tokens: dict[str, tuple[str, datetime]] = {}

app = FastAPI(title="Tokens")
BearerToken = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="token"))]


class Access(BaseModel):
    message: str
    payload: dict[str, Any]


class AccessToken(BaseModel):
    access_token: str
    token_type: str = "bearer"


class TokenPair(AccessToken):
    refresh_token: str


def create_access_token(data: dict[str, Any], expires_delta: timedelta | None = None) -> str:
    """A token that carries `data` and lives for `expires_delta`, by default fifteen minutes."""
    life = ACCESS_LIFE if expires_delta is None else expires_delta
    return sign(data, life)


def create_refresh_token(username: str) -> str:
    token = secrets.token_urlsafe(32)
    refresh_tokens[token] = (username, datetime.now(UTC) + REFRESH_LIFE)
    return token


def redeem(token: str) -> str:
    """Whose refresh token it was. Raises 401 on one that has expired, was used or never was."""
    if token not in refresh_tokens:
        raise unauthorized("Invalid token")
    username, end = refresh_tokens.pop(token)
    if end <= datetime.now(UTC):
        raise unauthorized("Token expired")
    return username


def sign(claims: dict[str, Any], life: timedelta) -> str:
    claims = {**claims, "exp": datetime.now(UTC) + life}
    return jwt.encode(claims, SECRET_KEY, ALGORITHM)


def unauthorized(detail: str) -> HTTPException:
    return HTTPException(401, detail, headers={"WWW-Authenticate": "Bearer"})


def read_token(token: str) -> dict[str, Any]:
    """What a token of ours says. Raises 401 on a token that has expired or is wrong."""
    try:
        return jwt.decode(token, SECRET_KEY, algorithms=[ALGORITHM], options={"require": ["exp", "sub"]})
    except jwt.ExpiredSignatureError:
        raise unauthorized("Token expired") from None
    except jwt.InvalidTokenError:
        raise unauthorized("Invalid token") from None


@app.post("/token")
def log_in(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> TokenPair:
    stored = users.get(form.username)
    if stored is None or not passwords.verify(form.password, stored):
        raise unauthorized("Incorrect username or password")
    return TokenPair(
        access_token=create_access_token({"sub": form.username}),
        refresh_token=create_refresh_token(form.username),
    )


@app.post("/refresh")
def refresh(token: BearerToken) -> AccessToken:
    return AccessToken(access_token=create_access_token({"sub": redeem(token)}))


@app.get("/secure")
def secure(token: BearerToken) -> Access:
    return Access(message="Access granted", payload=read_token(token))
