"""The same guest house: what is promised alone, checked in other ways, and said in other words."""

import re
from datetime import date
from itertools import count
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, FastAPI, HTTPException, Query
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError, model_validator

ROOMS = Literal["attic", "garden", "tower"]


def not_only_spaces(name: str) -> str:
    if name and not name.strip():
        raise ValueError("nobody is called that")
    return name


def an_address(email: str) -> str:
    local, at, domain = email.partition("@")
    if not (local and at and re.fullmatch(r"[^@]+\.[^@]+", domain)):
        raise ValueError("this reaches nobody")
    return email


def a_number(persons: Any) -> Any:
    if isinstance(persons, str | bool):
        raise ValueError("a number, without quotes")
    return persons


def a_day(value: Any) -> Any:
    if isinstance(value, str):
        return date.fromisoformat(value)
    return value


Day = Annotated[date, BeforeValidator(a_day)]
Name = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(not_only_spaces)]
Wish = Annotated[str, Field(min_length=1, max_length=100)]
Passphrase = Annotated[str, Field(min_length=8, max_length=64)]


class Model(BaseModel, extra="forbid"):
    pass


class Guest(Model):
    email: Annotated[str, AfterValidator(an_address)]
    name: Name


class Shown(Model):
    wishes: Annotated[list[Wish], Field(max_length=3)] = []
    persons: Annotated[int, Field(ge=1, le=4), BeforeValidator(a_number)]
    departure: Day
    arrival: Day
    room: ROOMS
    guest: Guest

    @model_validator(mode="after")
    def dates_go_together(self) -> "Shown":
        if not 1 <= (self.departure - self.arrival).days <= 14:
            raise ValueError("from one night to fourteen")
        return self


class Made(Shown):
    passphrase: Passphrase


CHANGEABLE = {"room", "arrival", "departure", "persons", "wishes"}


class Desk:
    """The routes, and the book they write in."""

    def __init__(self) -> None:
        self._book: dict[int, tuple[Shown, str]] = {}
        self._numbers = count(1000, 11)
        self.router = APIRouter()
        for method, path, route, status in [
            ("POST", "/bookings", self.make, 201),
            ("GET", "/bookings", self.listed, 200),
            ("GET", "/bookings/{booking_id}", self.read, 200),
            ("PATCH", "/bookings/{booking_id}", self.change, 200),
            ("DELETE", "/bookings/{booking_id}", self.cancel, 204),
        ]:
            self.router.add_api_route(path, route, methods=[method], status_code=status, response_model=None)

    async def make(self, made: Made) -> dict[str, Any]:
        number = next(self._numbers)
        shown = {name: value for name, value in made.model_dump().items() if name != "passphrase"}
        self._book[number] = Shown(**shown), made.passphrase
        return self._told(number)

    async def listed(
        self, limit: Annotated[int, Query(ge=1, le=50)] = 10, room: ROOMS | None = None
    ) -> list[dict[str, Any]]:
        numbers = [n for n, (booking, _) in self._book.items() if room in (None, booking.room)]
        return [self._told(number) for number in numbers[:limit]]

    async def read(self, booking_id: int) -> dict[str, Any]:
        return self._told(booking_id)

    async def change(self, booking_id: int, sent: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        booking, passphrase = self._found(booking_id)
        problems = [
            {"type": "extra_forbidden", "loc": ("body", name), "msg": "leave this out"}
            for name in sent.keys() - CHANGEABLE
        ]
        try:
            changed = Shown(**{**booking.model_dump(), **{n: sent[n] for n in CHANGEABLE & sent.keys()}})
        except ValidationError as error:
            problems += [{**problem, "loc": ("body", *problem["loc"])} for problem in error.errors()]
        if problems:
            raise RequestValidationError(problems)
        self._book[booking_id] = changed, passphrase
        return self._told(booking_id)

    async def cancel(self, booking_id: int, passphrase: Annotated[Passphrase, Body(embed=True)]) -> Response:
        if self._found(booking_id)[1] != passphrase:
            raise HTTPException(403, "Somebody else's")
        del self._book[booking_id]
        return Response(status_code=204)

    def _found(self, number: int) -> tuple[Shown, str]:
        if number not in self._book:
            raise HTTPException(404, "Never heard of it")
        return self._book[number]

    def _told(self, number: int) -> dict[str, Any]:
        return {**jsonable_encoder(self._found(number)[0]), "id": number}


async def in_other_words(request: Any, error: RequestValidationError) -> JSONResponse:
    problems = [
        {"type": problem["type"], "loc": problem["loc"], "msg": "see the table"} for problem in error.errors()
    ]
    return JSONResponse({"detail": problems[::-1]}, status_code=422)


def create_app() -> FastAPI:
    app = FastAPI(exception_handlers={RequestValidationError: in_other_words})
    app.include_router(Desk().router)
    return app


app = create_app()
