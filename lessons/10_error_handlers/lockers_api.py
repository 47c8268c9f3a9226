"""Luggage lockers at a station. What goes wrong is answered too: as a problem, with an id that is in the log."""

import logging
import re
from dataclasses import dataclass
from secrets import choice, compare_digest
from string import ascii_lowercase
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from pydantic import BaseModel, Field
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("lockers")

# -- the parts: doors and a journal. These only say what they would do.


class DoorError(Exception):
    """A door does not do what it should."""


class DoorJammed(DoorError):
    """It is stuck."""


class Doors:
    def unlock(self, number: int) -> None:
        log.info("Door %d is unlocked", number)


class Journal:
    def write(self, line: str) -> None:
        log.info("Journal: %s", line)


async def get_doors() -> Doors:
    return Doors()


async def get_journal() -> Journal:
    return Journal()


async def write_down(journal: Journal, line: str) -> None:
    journal.write(line)


# -- the lockers


@dataclass
class Locker:
    number: int
    pin: str | None = None
    owner: str | None = None

    @property
    def state(self) -> str:
        return "free" if self.pin is None else "taken"


class LockerRead(BaseModel):
    number: int
    state: str


class Luggage(BaseModel):
    pin: str = Field(pattern="^[0-9]{4}$")
    owner: str = Field(min_length=1)


class Key(BaseModel):
    pin: str


class Count(BaseModel):
    taken: int


class Refused(Exception):
    """What somebody asked for and does not get."""

    def __init__(self, status: int, type: str, title: str) -> None:
        self.status, self.type, self.title = status, type, title


async def get_lockers(request: Request) -> dict[int, Locker]:
    lockers: dict[int, Locker] = request.app.state.lockers
    return lockers


Lockers = Annotated[dict[int, Locker], Depends(get_lockers)]


async def find_locker(number: int, lockers: Lockers) -> Locker:
    if number not in lockers:
        raise Refused(404, "no-such-locker", f"There is no locker {number}")
    return lockers[number]


async def check_staff(given: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]) -> None:
    if not compare_digest(f"{given.username}:{given.password}".encode(), b"staff:left-luggage"):
        raise HTTPException(401, "For staff only", {"WWW-Authenticate": "Basic"})


# -- the routes

router = APIRouter()
Found = Annotated[Locker, Depends(find_locker)]


@router.get("/lockers/{number}")
async def read_locker(locker: Found) -> LockerRead:
    return LockerRead(number=locker.number, state=locker.state)


@router.put("/lockers/{number}", status_code=201)
async def take_locker(locker: Found, luggage: Luggage) -> LockerRead:
    if locker.state == "taken":
        raise Refused(409, "locker-taken", f"Locker {locker.number} is taken")
    locker.pin, locker.owner = luggage.pin, luggage.owner
    return LockerRead(number=locker.number, state=locker.state)


@router.post("/lockers/{number}/open")
async def open_locker(
    locker: Found,
    key: Key,
    doors: Annotated[Doors, Depends(get_doors)],
    journal: Annotated[Journal, Depends(get_journal)],
    tasks: BackgroundTasks,
) -> LockerRead:
    if locker.pin is None:
        raise Refused(409, "locker-free", f"Locker {locker.number} is free")
    if not compare_digest(key.pin.encode(), locker.pin.encode()):
        raise Refused(403, "wrong-pin", f"That does not open locker {locker.number}")
    doors.unlock(locker.number)
    locker.pin = locker.owner = None
    tasks.add_task(write_down, journal, f"Locker {locker.number} was opened")
    return LockerRead(number=locker.number, state=locker.state)


@router.get("/staff", dependencies=[Depends(check_staff)])
async def count_taken(lockers: Lockers) -> Count:
    return Count(taken=sum(locker.state == "taken" for locker in lockers.values()))


# -- when it breaks


def problem(
    request: Request, status: int, type: str, title: str, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    body = {"type": type, "title": title, "status": status, "request_id": request.state.request_id, **more}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


async def on_refused(request: Request, error: Refused) -> JSONResponse:
    return problem(request, error.status, error.type, error.title)


async def on_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    # Not the whole of each error: its `input` is what was sent, a PIN too.
    errors = [{"loc": one["loc"], "msg": one["msg"]} for one in error.errors()]
    return problem(request, 422, "invalid-request", "The request does not fit", errors=errors)


TYPES = {401: "unauthorized", 404: "not-found", 405: "method-not-allowed"}


async def on_http_error(request: Request, error: StarletteHTTPException) -> JSONResponse:
    type = TYPES.get(error.status_code, "about:blank")
    return problem(request, error.status_code, type, error.detail, error.headers)


async def on_door_error(request: Request, error: DoorError) -> JSONResponse:
    return problem(request, 503, "door-failed", "The door does not open", {"Retry-After": "60"})


async def on_crash(request: Request, error: Exception) -> JSONResponse:
    request_id = request.state.request_id
    log.error("Request %s crashed", request_id, exc_info=error)
    # This answer is made outside of all middleware, so it needs a header of its own.
    return problem(request, 500, "internal-error", "Something went wrong", {"X-Request-ID": request_id})


def new_id() -> str:
    """Letters alone, so that no PIN is in one by chance."""
    return "".join(choice(ascii_lowercase) for _ in range(16))


class RequestId:
    """Middleware: an id for each request, the caller's own where it can be used, and it is in the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("X-Request-ID", "")
        request_id = given if re.fullmatch("[A-Za-z0-9-]{1,64}", given) else new_id()
        Request(scope).state.request_id = request_id

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        await self.app(scope, receive, send_with_id)


# -- the app


def create_app() -> FastAPI:
    """A new station: lockers 1 to 12, all free."""
    app = FastAPI(title="Lockers")
    app.state.lockers = {number: Locker(number) for number in range(1, 13)}
    app.include_router(router)
    app.add_middleware(RequestId)
    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(StarletteHTTPException, on_http_error)
    app.add_exception_handler(DoorError, on_door_error)
    app.add_exception_handler(Exception, on_crash)
    return app


app = create_app()
