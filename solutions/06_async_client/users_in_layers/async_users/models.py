"""The models once more: other tables, and columns that nobody asked for."""

from datetime import UTC, datetime

from async_users.database import Base
from sqlalchemy import DateTime, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column


def now() -> datetime:
    return datetime.now(UTC)


class User(Base):
    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column("occupation", String(200))
    username: Mapped[str] = mapped_column("name", String(100), unique=True)
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)


class Seat(Base):
    __tablename__ = "bookings"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    username: Mapped[str] = mapped_column("name", ForeignKey("people.name"))
    booked: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
