"""The tokens API once more: a class makes and reads tokens, the seconds come from `time`."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

import jwt
from fastapi import APIRouter, Depends, FastAPI, Form, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from passlib.context import CryptContext

SECRET_KEY = "a-secret-for-a-course-is-no-secret-a-real-one-is-never-in-source"
ALGORITHM = "HS256"
Use = Literal["access", "refresh"]


class Refused(Exception):
    """A request without a good token, or without a good password."""


@dataclass(frozen=True)
class Keyring:
    key: str
    lives: Mapping[Use, float]

    def make(self, use: Use, claims: Mapping[str, Any], seconds: float | None = None) -> str:
        life = self.lives[use] if seconds is None else seconds
        audience = {"aud": "refresh"} if use == "refresh" else {}
        claims = {**audience, **claims, "exp": int(time.time() + life)}
        return jwt.encode(claims, self.key, ALGORITHM)

    def read(self, use: Use, token: str) -> dict[str, Any]:
        audience = "refresh" if use == "refresh" else None
        try:
            return jwt.decode(
                token,
                self.key,
                algorithms=[ALGORITHM],
                audience=audience,
                options={"require": ["sub", "exp"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise Refused("Token expired") from error
        except jwt.PyJWTError as error:
            raise Refused("Invalid token") from error


keyring = Keyring(SECRET_KEY, {"access": 15 * 60, "refresh": 7 * 24 * 60 * 60})
hashing = CryptContext(schemes=["argon2"], argon2__rounds=1, argon2__memory_cost=8, argon2__parallelism=1)
accounts = [("alice", hashing.hash("password123")), ("bob", hashing.hash("builder456"))]
router = APIRouter()


def create_access_token(data: dict[str, Any], expires_delta: timedelta | None = None) -> str:
    return keyring.make("access", data, None if expires_delta is None else expires_delta.total_seconds())


async def credentials(given: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> str:
    return given.credentials


@router.post("/token")
async def token(username: Annotated[str, Form()], password: Annotated[str, Form()]):
    if not any(name == username and hashing.verify(password, stored) for name, stored in accounts):
        raise Refused("Incorrect username or password")
    return {
        "token_type": "bearer",
        "refresh_token": keyring.make("refresh", {"sub": username}),
        "access_token": keyring.make("access", {"sub": username}),
    }


@router.post("/refresh")
async def renew(given: Annotated[str, Depends(credentials)]):
    owner = keyring.read("refresh", given)["sub"]
    return {"token_type": "bearer", "access_token": keyring.make("access", {"sub": owner})}


@router.get("/secure")
async def door(given: Annotated[str, Depends(credentials)]):
    return {"payload": keyring.read("access", given), "message": "Access granted"}


async def refuse(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, 401, {"WWW-Authenticate": "Bearer"})


app = FastAPI(exception_handlers={Refused: refuse})
app.include_router(router)
