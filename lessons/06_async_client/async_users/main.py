"""The routes: users are created and read, and take seats."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from async_users.database import database_url, get_async_session, open_database
from async_users.models import Seat, User


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with open_database(database_url()) as sessions:
        app.state.sessions = sessions
        yield


app = FastAPI(title="Users and seats", lifespan=lifespan)

Session = Annotated[AsyncSession, Depends(get_async_session)]


class UserRead(BaseModel):
    username: str
    job: str


class UserCreated(BaseModel):
    message: str
    username: str


class SeatTaken(BaseModel):
    seat: int
    username: str


async def find_user(session: AsyncSession, username: str) -> User:
    user = await session.scalar(select(User).where(User.username == username))
    if user is None:
        raise HTTPException(status_code=404, detail="User not found")
    return user


@app.get("/users/{username}")
async def read_user(username: str, session: Session) -> UserRead:
    user = await find_user(session, username)
    return UserRead(username=user.username, job=user.job)


@app.post("/users")
async def create_user(username: str, job: str, session: Session) -> UserCreated:
    session.add(User(username=username, job=job))
    try:
        await session.commit()
    except IntegrityError:
        await session.rollback()
        raise HTTPException(status_code=409, detail="User already exists") from None
    return UserCreated(message="User created", username=username)


@app.post("/seats/{number}")
async def take_seat(number: int, username: str, session: Session) -> SeatTaken:
    await find_user(session, username)
    # No look whether the seat is free: two requests could both find it free. The table has the last word.
    session.add(Seat(number=number, username=username))
    try:
        await session.commit()
    except IntegrityError:
        await session.rollback()
        holder = await session.scalar(select(Seat.username).where(Seat.number == number))
        raise HTTPException(status_code=409, detail=f"Seat is taken by {holder}") from None
    return SeatTaken(seat=number, username=username)
