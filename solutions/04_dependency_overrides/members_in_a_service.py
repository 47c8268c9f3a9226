"""The members once more: a router, a service on top of the parts, and mail sent in the background."""

import os
import smtplib
from email.message import EmailMessage
from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, HTTPException
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from passlib.context import CryptContext
from pydantic import BaseModel
from sqlalchemy import Column, Integer, String, create_engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, declarative_base, sessionmaker

Base: Any = declarative_base()


class User(Base):
    __tablename__ = "people"

    key = Column(Integer, primary_key=True)
    role = Column(String, nullable=False, default="member")
    password_hash = Column(String, nullable=False)
    email = Column(String, nullable=False)
    username = Column(String, nullable=False, unique=True)


@lru_cache
def make_sessions():
    engine = create_engine(os.environ.get("MEMBERS_DATABASE_URL", "sqlite:///people.db"))
    Base.metadata.create_all(engine)
    return sessionmaker(engine)


def get_db():
    with make_sessions()() as session:
        yield session


@lru_cache
def get_password_context():
    return CryptContext(schemes=["argon2"])


class Postman:
    def send(self, to, subject, body):
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = "club@example.com", to, subject
        letter.set_content(body)
        with smtplib.SMTP("localhost") as server:
            server.send_message(letter)


def get_mailer():
    return Postman()


class NewMember(BaseModel):
    username: str
    email: str
    password: str


class Members:
    """All that is done with members; a dependency whose own dependencies are the parts."""

    def __init__(
        self,
        session: Annotated[Session, Depends(get_db)],
        passwords: Annotated[CryptContext, Depends(get_password_context)],
    ):
        self.session = session
        self.passwords = passwords

    def named(self, username):
        return self.session.scalars(select(User).filter_by(username=username)).first()

    def count(self, **having):
        return self.session.scalar(select(func.count(User.key)).filter_by(**having))

    def add(self, new):
        if self.named(new.username):
            raise HTTPException(409, "Username is taken")
        secret = self.passwords.hash(new.password)
        self.session.add(User(username=new.username, email=new.email, password_hash=secret))
        try:
            self.session.commit()
        except IntegrityError:
            self.session.rollback()
            raise HTTPException(409, "Username is taken") from None


Service = Annotated[Members, Depends()]


def get_current_user(members: Service, given: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]):
    user = members.named(given.username)
    if not members.passwords.verify(given.password, user.password_hash if user else None):
        raise HTTPException(401, "Not authenticated", headers={"WWW-Authenticate": "Basic"})
    return user


def shown(user):
    return {"role": user.role, "email": user.email, "username": user.username}


class OnlyFor:
    def __init__(self, role):
        self.role = role

    def __call__(self, user: Annotated[User, Depends(get_current_user)]):
        if user.role != self.role:
            raise HTTPException(403, f"{self.role.title()}s only")


members_router = APIRouter(prefix="/users")
admin_router = APIRouter(prefix="/admin", dependencies=[Depends(OnlyFor("admin"))])


@members_router.post("", status_code=201)
def create(
    new: NewMember, members: Service, mailer: Annotated[Any, Depends(get_mailer)], later: BackgroundTasks
):
    members.add(new)
    text = f"{new.username}, it is good to have you with us."
    later.add_task(mailer.send, to=new.email, subject="Your membership", body=text)
    return shown(members.named(new.username))


@members_router.get("/me")
def me(user: Annotated[User, Depends(get_current_user)]):
    return shown(user)


@admin_router.get("/dashboard")
def dashboard(members: Service):
    return {"admins": members.count(role="admin"), "users": members.count()}


app = FastAPI()
app.include_router(members_router)
app.include_router(admin_router)
