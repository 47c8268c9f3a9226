"""A pinboard: users pin notes, private or shared; admins look after all of them, and after the users."""

import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated
from uuid import uuid4

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from passlib.context import CryptContext
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine, ForeignKey, create_engine, delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

SECRET_KEY = os.environ.get("PINBOARD_SECRET_KEY") or secrets.token_hex(32)
ALGORITHM = "HS256"
TOKEN_LIFE = timedelta(hours=1)

app = FastAPI(title="Pinboard")

# -- what is stored, what is sent


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True, default=lambda: uuid4().hex)  # given to nobody twice
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)


class Note(Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(ForeignKey("users.username"))
    text: Mapped[str]
    shared: Mapped[bool]


class Registration(BaseModel):
    username: str = Field(min_length=1)
    password: str = Field(min_length=8, max_length=128)


class Rights(BaseModel):
    is_admin: bool | None = None
    is_active: bool | None = None


class UserRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    username: str
    is_admin: bool
    is_active: bool


class Token(BaseModel):
    access_token: str
    token_type: str = "bearer"


class NoteText(BaseModel):
    text: str


class NewNote(NoteText):
    shared: bool = False


class NoteRead(NewNote):
    model_config = ConfigDict(from_attributes=True)

    id: int
    owner: str


# -- the parts


@cache
def get_engine() -> Engine:
    engine = create_engine(os.environ.get("PINBOARD_DATABASE_URL", "sqlite:///pinboard.db"))
    Base.metadata.create_all(engine)
    return engine


def get_db() -> Iterator[Session]:
    with Session(get_engine()) as db:
        yield db


password_context = CryptContext(schemes=["argon2"])


def get_password_context() -> CryptContext:
    return password_context


Database = Annotated[Session, Depends(get_db)]
Passwords = Annotated[CryptContext, Depends(get_password_context)]
LogIn = Annotated[OAuth2PasswordRequestForm, Depends()]
BearerToken = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="token"))]

# -- who is asking, and what they may do


def unauthorized(detail: str) -> HTTPException:
    return HTTPException(401, detail, headers={"WWW-Authenticate": "Bearer"})


def create_token(user: User) -> str:
    return jwt.encode({"sub": user.key, "exp": datetime.now(UTC) + TOKEN_LIFE}, SECRET_KEY, ALGORITHM)


def get_current_user(token: BearerToken, db: Database) -> User:
    try:
        claims = jwt.decode(token, SECRET_KEY, [ALGORITHM], options={"require": ["exp", "sub"]})
    except jwt.InvalidTokenError:
        raise unauthorized("Invalid token") from None
    user = db.scalar(select(User).where(User.key == claims["sub"]))
    if user is None or not user.is_active:
        raise unauthorized("Invalid token")
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


def require_admin(user: CurrentUser) -> None:
    if not user.is_admin:
        raise HTTPException(403, "Admins only")


def may_change(user: User, note: Note) -> bool:
    return user.is_admin or note.owner == user.username


def get_readable_note(note_id: int, user: CurrentUser, db: Database) -> Note:
    note = db.get(Note, note_id)
    if note is None or not (note.shared or may_change(user, note)):
        raise HTTPException(404, "No such note")
    return note


ReadableNote = Annotated[Note, Depends(get_readable_note)]


def get_own_note(note: ReadableNote, user: CurrentUser) -> Note:
    if not may_change(user, note):
        raise HTTPException(403, "Not your note")
    return note


OwnNote = Annotated[Note, Depends(get_own_note)]


def get_member(username: str, db: Database) -> User:
    user = db.scalar(select(User).where(User.username == username))
    if user is None:
        raise HTTPException(404, "No such user")
    return user


Member = Annotated[User, Depends(get_member)]

# -- users and tokens


@app.post("/users", status_code=201, response_model=UserRead)
def register(registration: Registration, db: Database, passwords: Passwords) -> User:
    is_first = db.scalar(select(func.count()).select_from(User)) == 0
    password_hash = passwords.hash(registration.password)
    user = User(username=registration.username, password_hash=password_hash, is_admin=is_first)
    db.add(user)
    try:
        db.commit()
    except IntegrityError:
        db.rollback()
        raise HTTPException(409, "Username is taken") from None
    return user


@app.post("/token")
def log_in(form: LogIn, db: Database, passwords: Passwords) -> Token:
    user = db.scalar(select(User).where(User.username == form.username))
    # Where there is no hash, `verify` takes as long as with one, and says no.
    fits = passwords.verify(form.password, user.password_hash if user else None)
    if user is None or not fits or not user.is_active:
        raise unauthorized("Incorrect username or password")
    return Token(access_token=create_token(user))


@app.get("/users/me", response_model=UserRead)
async def read_me(user: CurrentUser) -> User:
    return user


# -- notes


@app.post("/notes", status_code=201, response_model=NoteRead)
def pin(new: NewNote, user: CurrentUser, db: Database) -> Note:
    note = Note(owner=user.username, **new.model_dump())
    db.add(note)
    db.commit()
    return note


@app.get("/notes", response_model=list[NoteRead])
def list_notes(user: CurrentUser, db: Database) -> list[Note]:
    notes = select(Note).order_by(Note.id)
    if not user.is_admin:
        notes = notes.where(or_(Note.owner == user.username, Note.shared))
    return list(db.scalars(notes))


@app.get("/notes/{note_id}", response_model=NoteRead)
async def read_note(note: ReadableNote) -> Note:
    return note


@app.patch("/notes/{note_id}", response_model=NoteRead)
def edit_note(edit: NoteText, note: OwnNote, db: Database) -> Note:
    note.text = edit.text
    db.commit()
    return note


@app.delete("/notes/{note_id}", status_code=204)
def delete_note(note: OwnNote, db: Database) -> None:
    db.delete(note)
    db.commit()


# -- for admins


@app.get("/admin/users", response_model=list[UserRead], dependencies=[Depends(require_admin)])
def list_users(db: Database) -> list[User]:
    return list(db.scalars(select(User).order_by(User.id)))


@app.patch("/admin/users/{username}", response_model=UserRead, dependencies=[Depends(require_admin)])
def change_rights(rights: Rights, user: Member, db: Database) -> User:
    for name, value in rights.model_dump(exclude_none=True).items():
        setattr(user, name, value)
    db.commit()
    return user


@app.delete("/admin/users/{username}", status_code=204, dependencies=[Depends(require_admin)])
def delete_user(user: Member, db: Database) -> None:
    db.execute(delete(Note).where(Note.owner == user.username))
    db.delete(user)
    db.commit()
