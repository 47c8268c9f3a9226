"""The pinboard in classes: tokens are texts in a table of their own, and the ids of notes are texts too."""

import os
import secrets
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Form, HTTPException, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from passlib.context import CryptContext
from pydantic import BaseModel, Field
from sqlalchemy import Engine, ForeignKey, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "people"

    number: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    keys: Mapped[list["Key"]] = relationship(back_populates="user", cascade="all, delete-orphan")
    slips: Mapped[list["Slip"]] = relationship(back_populates="user", cascade="all, delete-orphan")

    def shown(self) -> dict[str, Any]:
        return {"is_active": self.is_active, "is_admin": self.is_admin, "username": self.username}

    def rules(self, slip: "Slip") -> bool:
        return self.is_admin or slip.user is self


class Key(Base):
    __tablename__ = "keys"

    text: Mapped[str] = mapped_column(primary_key=True, default=lambda: secrets.token_urlsafe(32))
    user_number: Mapped[int] = mapped_column(ForeignKey("people.number"))
    user: Mapped[User] = relationship(back_populates="keys")


class Slip(Base):
    __tablename__ = "slips"

    number: Mapped[int] = mapped_column(primary_key=True)
    user_number: Mapped[int] = mapped_column(ForeignKey("people.number"))
    text: Mapped[str]
    shared: Mapped[bool]
    user: Mapped[User] = relationship(back_populates="slips")

    def shown(self) -> dict[str, Any]:
        return {
            "shared": self.shared,
            "text": self.text,
            "owner": self.user.username,
            "id": f"n-{self.number}",
        }


class Newcomer(BaseModel):
    username: str = Field(min_length=1)
    password: str = Field(min_length=8, max_length=128)


class Text(BaseModel):
    text: str


class Pin(Text):
    shared: bool = False


class Change(BaseModel):
    is_admin: bool | None = None
    is_active: bool | None = None


engines: dict[str, Engine] = {}


def get_db() -> Iterator[Session]:
    url = os.environ.get("PINBOARD_DATABASE_URL", "sqlite:///pinboard.db")
    if url not in engines:
        engines[url] = create_engine(url)
        Base.metadata.create_all(engines[url])
    with Session(engines[url]) as db:
        yield db


contexts = {"real": CryptContext(schemes=["argon2"])}


def get_password_context() -> CryptContext:
    return contexts["real"]


Database = Annotated[Session, Depends(get_db)]
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


def who(credentials: Credentials, db: Database) -> User:
    key = db.get(Key, credentials.credentials) if credentials else None
    if key is None or not key.user.is_active:
        raise HTTPException(401, "Log in", {"WWW-Authenticate": "Bearer"})
    return key.user


Asking = Annotated[User, Depends(who)]


def admin(user: Asking) -> User:
    if not user.is_admin:
        raise HTTPException(403, "This is for admins")
    return user


class Board:
    """The notes, as the user sees them who asks."""

    def __init__(self, user: Asking, db: Database) -> None:
        self.user, self.db = user, db

    def slips(self) -> list[Slip]:
        every = self.db.scalars(select(Slip).order_by(Slip.number))
        return [slip for slip in every if slip.shared or self.user.rules(slip)]

    def seen(self, id_: str) -> Slip:
        for slip in self.slips():
            if f"n-{slip.number}" == id_:
                return slip
        raise HTTPException(404, "There is no such note")

    def own(self, id_: str) -> Slip:
        slip = self.seen(id_)
        if not self.user.rules(slip):
            raise HTTPException(403, "That is somebody else's")
        return slip


Notes = Annotated[Board, Depends()]

users, notes, admins = APIRouter(), APIRouter(), APIRouter(dependencies=[Depends(admin)])


@users.post("/users", status_code=201)
def join(
    newcomer: Newcomer, db: Database, context: Annotated[CryptContext, Depends(get_password_context)]
) -> dict[str, Any]:
    everybody = list(db.scalars(select(User.username)))
    if newcomer.username in everybody:
        raise HTTPException(409, "Somebody has that name")
    user = User(
        username=newcomer.username,
        password_hash=context.hash(newcomer.password),
        is_admin=not everybody,
        is_active=True,
    )
    db.add(user)
    db.commit()
    return user.shown()


@users.post("/token")
def enter(
    username: Annotated[str, Form()],
    password: Annotated[str, Form()],
    db: Database,
    context: Annotated[CryptContext, Depends(get_password_context)],
) -> dict[str, Any]:
    user = db.scalar(select(User).where(User.username == username, User.is_active))
    if not context.verify(password, user.password_hash if user else None) or user is None:
        raise HTTPException(401, "No", {"WWW-Authenticate": "Bearer"})
    key = Key(user=user)
    db.add(key)
    db.commit()
    return {"token_type": "bearer", "access_token": key.text, "for": user.username}


@users.get("/users/me")
def me(user: Asking) -> dict[str, Any]:
    return user.shown()


@notes.post("/notes", status_code=201)
def add(pin: Pin, board: Notes) -> dict[str, Any]:
    slip = Slip(user=board.user, text=pin.text, shared=pin.shared)
    board.db.add(slip)
    board.db.commit()
    return slip.shown()


@notes.get("/notes")
def see_all(board: Notes) -> list[dict[str, Any]]:
    return [slip.shown() for slip in board.slips()]


@notes.get("/notes/{id_}")
def see(id_: str, board: Notes) -> dict[str, Any]:
    return board.seen(id_).shown()


@notes.patch("/notes/{id_}")
def rewrite(id_: str, new: Text, board: Notes) -> dict[str, Any]:
    slip = board.own(id_)
    slip.text = new.text
    board.db.commit()
    return slip.shown()


@notes.delete("/notes/{id_}")
def take_down(id_: str, board: Notes) -> Response:
    board.db.delete(board.own(id_))
    board.db.commit()
    return Response(status_code=204)


def person(username: str, db: Database) -> User:
    if user := db.scalar(select(User).where(User.username == username)):
        return user
    raise HTTPException(404, "Nobody has that name")


Person = Annotated[User, Depends(person)]


@admins.get("/admin/users")
def everybody(db: Database) -> list[dict[str, Any]]:
    return [user.shown() for user in db.scalars(select(User).order_by(User.number))]


@admins.patch("/admin/users/{username}")
def change(new: Change, user: Person, db: Database) -> dict[str, Any]:
    user.is_admin = user.is_admin if new.is_admin is None else new.is_admin
    user.is_active = user.is_active if new.is_active is None else new.is_active
    db.commit()
    return user.shown()


@admins.delete("/admin/users/{username}")
def remove(user: Person, db: Database) -> Response:
    db.delete(user)
    db.commit()
    return Response(status_code=204)


app = FastAPI(title="Notes")
for router in (users, notes, admins):
    app.include_router(router)
