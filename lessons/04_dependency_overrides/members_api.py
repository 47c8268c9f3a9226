"""Members of a club: they register and are welcomed by mail; admins see a dashboard."""

import os
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from functools import cache
from typing import Annotated, Protocol

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from passlib.context import CryptContext
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI(title="Members")

# -- what is stored, what is sent


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str] = mapped_column(default="member")  # or "editor", or "admin"


class Registration(BaseModel):
    username: str = Field(min_length=1)
    email: str = Field(min_length=1)
    password: str = Field(min_length=1)


class Profile(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    username: str
    email: str
    role: str


class Dashboard(BaseModel):
    users: int
    admins: int


# -- the parts


@cache
def get_engine() -> Engine:
    engine = create_engine(os.environ.get("MEMBERS_DATABASE_URL", "sqlite:///members.db"))
    Base.metadata.create_all(engine)
    return engine


def get_db() -> Iterator[Session]:
    with Session(get_engine()) as db:
        yield db


password_context = CryptContext(schemes=["argon2"])


def get_password_context() -> CryptContext:
    return password_context


class Mailer(Protocol):
    def send(self, to: str, subject: str, body: str) -> None: ...


class SmtpMailer:
    def __init__(self, host: str) -> None:
        self.host = host

    def send(self, to: str, subject: str, body: str) -> None:
        message = EmailMessage()
        message["From"] = "club@example.com"
        message["To"] = to
        message["Subject"] = subject
        message.set_content(body)
        with smtplib.SMTP(self.host) as server:
            server.send_message(message)


def get_mailer() -> Mailer:
    return SmtpMailer(os.environ.get("MEMBERS_SMTP_HOST", "localhost"))


Database = Annotated[Session, Depends(get_db)]
Passwords = Annotated[CryptContext, Depends(get_password_context)]
Mail = Annotated[Mailer, Depends(get_mailer)]
Credentials = Annotated[HTTPBasicCredentials | None, Depends(HTTPBasic(auto_error=False))]


def get_current_user(credentials: Credentials, db: Database, passwords: Passwords) -> User:
    if credentials is not None:
        user = db.scalar(select(User).where(User.username == credentials.username))
        if user is not None and passwords.verify(credentials.password, user.password_hash):
            return user
    raise HTTPException(401, "Not authenticated", headers={"WWW-Authenticate": "Basic"})


CurrentUser = Annotated[User, Depends(get_current_user)]


def require_admin(user: CurrentUser) -> None:
    if user.role != "admin":
        raise HTTPException(403, "Admins only")


# -- the routes


@app.post("/users", status_code=201, response_model=Profile)
def register(registration: Registration, db: Database, passwords: Passwords, mailer: Mail) -> User:
    user = User(
        username=registration.username,
        email=registration.email,
        password_hash=passwords.hash(registration.password),
        role="member",
    )
    db.add(user)
    try:
        db.commit()
    except IntegrityError:
        db.rollback()
        raise HTTPException(409, "Username is taken") from None
    mailer.send(to=user.email, subject="Welcome", body=f"Dear {user.username}, you are a member now.")
    return user


@app.get("/users/me", response_model=Profile)
def read_me(user: CurrentUser) -> User:
    return user


@app.get("/admin/dashboard", dependencies=[Depends(require_admin)])
def read_dashboard(db: Database) -> Dashboard:
    users = select(func.count()).select_from(User)
    return Dashboard(
        users=db.scalar(users) or 0,
        admins=db.scalar(users.where(User.role == "admin")) or 0,
    )
