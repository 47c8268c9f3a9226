"""What is stored."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from async_users.database import Base


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    job: Mapped[str]


class Seat(Base):
    """A seat that somebody has taken; a free seat has no row."""

    __tablename__ = "seats"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    username: Mapped[str] = mapped_column(ForeignKey("users.username"))
