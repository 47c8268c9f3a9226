"""The API once more: a router, a service, and errors that become answers in one place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from async_users.database import database, get_async_session
from async_users.service import SeatIsTaken, Service, UserExists, UserNotFound
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.responses import JSONResponse


def get_service(session: Annotated[object, Depends(get_async_session)]) -> Service:
    return Service(session)


Users = Annotated[Service, Depends(get_service)]
Username = Annotated[str, Query()]

router = APIRouter()


@router.get("/users/{username}")
async def read(username: str, users: Users):
    return {"job": await users.job_of(username), "username": username}


@router.post("/users")
async def create(username: Username, job: Annotated[str, Query()], users: Users):
    await users.create(username, job)
    return {"username": username, "message": "User created"}


@router.post("/seats/{number}")
async def take(number: int, username: Username, users: Users):
    await users.take(number, username)
    return {"username": username, "seat": number}


async def not_found(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, 404)


async def conflict(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, 409)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    await database.open()
    yield
    await database.close()


app = FastAPI(
    lifespan=lifespan,
    exception_handlers={UserNotFound: not_found, UserExists: conflict, SeatIsTaken: conflict},
)
app.include_router(router)
