"""A guest house with three rooms: bookings are made, read, listed, changed and cancelled."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

LONGEST_STAY = timedelta(days=14)


class Room(StrEnum):
    attic = "attic"
    garden = "garden"
    tower = "tower"


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Persons = Annotated[int, Field(strict=True, ge=1, le=4)]
Wish = Annotated[str, Field(min_length=1, max_length=100)]
Wishes = Annotated[list[Wish], Field(max_length=3)]
Passphrase = Annotated[str, Field(min_length=8, max_length=64)]

NOT_SENT: Any = None  # a default is not validated, so a null that *is* sent is refused


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Guest(Strict):
    name: Name
    email: Email


class Booking(Strict):
    guest: Guest
    room: Room
    arrival: date
    departure: date
    persons: Persons
    wishes: Wishes = []


class NewBooking(Booking):
    passphrase: Passphrase


class BookingRead(Booking):
    id: int


class KeptBooking(BookingRead):
    passphrase: str  # plain text, to keep this app short; a real one keeps a hash


class BookingChange(Strict):
    room: Room = NOT_SENT
    arrival: date = NOT_SENT
    departure: date = NOT_SENT
    persons: Persons = NOT_SENT
    wishes: Wishes = NOT_SENT


class Bookings:
    """What is kept, by id: in memory, and with the app it is gone."""

    def __init__(self) -> None:
        self._kept: dict[int, KeptBooking] = {}
        self._last_id = 0

    def add(self, new: NewBooking) -> KeptBooking:
        self._last_id += 1
        booking = KeptBooking(id=self._last_id, **new.model_dump())
        self._kept[booking.id] = booking
        return booking

    def all(self) -> list[KeptBooking]:
        return list(self._kept.values())

    def get(self, booking_id: int) -> KeptBooking | None:
        return self._kept.get(booking_id)

    def replace(self, booking: KeptBooking) -> None:
        self._kept[booking.id] = booking

    def remove(self, booking: KeptBooking) -> None:
        del self._kept[booking.id]


async def get_bookings(request: Request) -> Bookings:
    bookings: Bookings = request.app.state.bookings
    return bookings


Store = Annotated[Bookings, Depends(get_bookings)]


async def find_booking(booking_id: int, bookings: Store) -> KeptBooking:
    booking = bookings.get(booking_id)
    if booking is None:
        raise HTTPException(status_code=404, detail="Booking not found")
    return booking


Found = Annotated[KeptBooking, Depends(find_booking)]


def check_stay(booking: Booking) -> None:
    """What no field can know alone: how the two dates go together. Raises what FastAPI raises for a field."""
    nights = booking.departure - booking.arrival
    if nights <= timedelta(0):
        problem = {"type": "too_few_nights", "loc": ("body", "departure"), "msg": "A stay has a night"}
    elif nights > LONGEST_STAY:
        problem = {
            "type": "too_many_nights",
            "loc": ("body", "departure"),
            "msg": "A stay has 14 nights at most",
        }
    else:
        return
    raise RequestValidationError([problem])


router = APIRouter(prefix="/bookings")


@router.post("", status_code=201)
async def create_booking(new: NewBooking, bookings: Store) -> BookingRead:
    check_stay(new)
    return bookings.add(new)


@router.get("")
async def list_bookings(
    bookings: Store, room: Room | None = None, limit: Annotated[int, Query(ge=1, le=50)] = 10
) -> list[BookingRead]:
    found = [booking for booking in bookings.all() if room is None or booking.room == room]
    return found[:limit]


@router.get("/{booking_id}")
async def read_booking(booking: Found) -> BookingRead:
    return booking


@router.patch("/{booking_id}")
async def change_booking(change: BookingChange, booking: Found, bookings: Store) -> BookingRead:
    changed = booking.model_copy(update=change.model_dump(exclude_unset=True))
    check_stay(changed)
    bookings.replace(changed)
    return changed


@router.delete("/{booking_id}", status_code=204)
async def cancel_booking(
    passphrase: Annotated[Passphrase, Body(embed=True)], booking: Found, bookings: Store
) -> None:
    if passphrase != booking.passphrase:
        raise HTTPException(status_code=403, detail="Not the passphrase of this booking")
    bookings.remove(booking)


async def tell_problems(request: Request, error: RequestValidationError) -> JSONResponse:
    """FastAPI's own answer repeats what was sent, right passphrases too. This one says what is wrong, and where."""
    problems = [{key: problem[key] for key in ("type", "loc", "msg")} for problem in error.errors()]
    return JSONResponse({"detail": problems}, status_code=422)


def create_app() -> FastAPI:
    """A guest house without a booking."""
    app = FastAPI(title="Guest house")
    app.state.bookings = Bookings()
    app.include_router(router)
    app.add_exception_handler(RequestValidationError, tell_problems)
    return app


app = create_app()
