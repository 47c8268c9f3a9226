"""The lockers, written otherwise: a class, routes that close over it, one kind of exception and one handler."""

import base64
import binascii
import logging
import string
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from itertools import count
from typing import Annotated, Any

from fastapi import BackgroundTasks, Body, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import StringConstraints
from starlette.exceptions import HTTPException

HEADER = "X-Request-ID"
ALLOWED = frozenset(string.ascii_letters + string.digits + "-")


class DoorError(Exception):
    """Something is wrong with a door."""


class DoorJammed(DoorError):
    """Something is in its way."""


class Wires:
    """Doors and journal, where there are none."""

    def unlock(self, number: int) -> None: ...

    def write(self, line: str) -> None: ...


def get_doors() -> Wires:
    return Wires()


def get_journal() -> Wires:
    return Wires()


def refusal(status: int, type: str, **headers: str) -> HTTPException:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HTTPException(status, detail=type, headers=named)


class Hall:
    """Which lockers there are, and what opens those that are taken."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.pins: dict[int, str] = {}

    def look(self, number: int) -> dict[str, Any]:
        if not 1 <= number <= self.size:
            raise refusal(404, "no-such-locker")
        return {"state": "taken" if number in self.pins else "free", "number": number}

    def take(self, number: int, pin: str) -> dict[str, Any]:
        if self.look(number)["state"] == "taken":
            raise refusal(409, "locker-taken")
        self.pins[number] = pin
        return self.look(number)

    def check(self, number: int, pin: str) -> None:
        if self.look(number)["state"] == "free":
            raise refusal(409, "locker-free")
        if self.pins[number] != pin:
            raise refusal(403, "wrong-pin")


def is_staff(authorization: str) -> bool:
    scheme, _, encoded = authorization.partition(" ")
    try:
        return scheme.lower() == "basic" and base64.b64decode(encoded) == b"staff:left-luggage"
    except binascii.Error:
        return False


def answer(request: Request, status: int, type: str, headers: Any = None, **more: Any) -> JSONResponse:
    """A problem. Its id is in a header from the start, whoever sends it."""
    body = {"status": status, "title": HTTPStatus(status).phrase, **more}
    body |= {"type": type, "request_id": request.scope["request id"]}
    headers = {**(headers or {}), HEADER: request.scope["request id"]}
    return JSONResponse(body, status, headers, "application/problem+json")


async def on_error(request: Request, error: Any) -> JSONResponse:
    """Whatever was raised: an answer that somebody chose, a request that does not fit, or a surprise."""
    logging.warning("%s: %s %s went wrong", request.scope["request id"], request.method, request.url.path)
    if isinstance(error, RequestValidationError):
        at_fault = [{"where": ".".join(map(str, e["loc"])), "loc": e["loc"]} for e in error.errors()]
        return answer(request, 422, "invalid-request", errors=at_fault)
    if isinstance(error, HTTPException):
        own = HTTPStatus(error.status_code).phrase
        type = own.lower().replace(" ", "-") if error.detail == own else error.detail
        return answer(request, error.status_code, type, error.headers)
    logging.critical("%s: a surprise", request.scope["request id"], exc_info=error)
    return answer(request, 500, "internal-error")


def create_app() -> FastAPI:
    app, hall, numbers = FastAPI(), Hall(12), count(1)

    @app.middleware("http")
    async def name_it(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        given = request.headers.get(HEADER, "")
        is_usable = 1 <= len(given) <= 64 and ALLOWED.issuperset(given)
        request.scope["request id"] = given if is_usable else f"no-{next(numbers)}"
        response = await call_next(request)
        response.headers[HEADER] = request.scope["request id"]
        return response

    for what in (HTTPException, RequestValidationError, 500):
        app.add_exception_handler(what, on_error)

    @app.get("/lockers/{number}")
    async def look(number: int) -> dict[str, Any]:
        return hall.look(number)

    @app.put("/lockers/{number}", status_code=201)
    async def take(
        number: int,
        pin: Annotated[str, Body(), StringConstraints(pattern="^[0-9]{4}$")],
        owner: Annotated[str, Body(), StringConstraints(min_length=1)],
    ) -> dict[str, Any]:
        return hall.take(number, pin)

    @app.post("/lockers/{number}/open")
    async def unlock(
        number: int,
        pin: Annotated[str, Body(embed=True)],
        tasks: BackgroundTasks,
        doors: Annotated[Any, Depends(get_doors)],
        journal: Annotated[Any, Depends(get_journal)],
    ) -> dict[str, Any]:
        hall.check(number, pin)
        try:
            doors.unlock(number)
        except DoorError:
            raise refusal(503, "door-failed", Retry_After="5") from None
        del hall.pins[number]

        async def note() -> None:
            journal.write(f"{number}: opened")

        tasks.add_task(note)
        return hall.look(number)

    @app.get("/staff")
    async def staff(request: Request) -> dict[str, int]:
        if not is_staff(request.headers.get("Authorization", "")):
            raise refusal(401, "unauthorized", WWW_Authenticate='Basic realm="lockers"')
        return {"taken": len(hall.pins)}

    return app


app = create_app()
