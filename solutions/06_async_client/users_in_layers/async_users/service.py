"""What the app does, without HTTP: rows are inserted unless they are there, in one statement."""

from async_users.models import Seat, User
from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession


class UserExists(Exception):
    pass


class UserNotFound(Exception):
    pass


class SeatIsTaken(Exception):
    pass


class Service:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def job_of(self, username: str) -> str:
        job = await self.session.scalar(select(User.job).filter_by(username=username))
        if job is None:
            raise UserNotFound("User not found")
        return job

    async def create(self, username: str, job: str) -> None:
        if not await self._insert(User, username=username, job=job):
            raise UserExists("User already exists")

    async def take(self, number: int, username: str) -> None:
        await self.job_of(username)
        if not await self._insert(Seat, number=number, username=username):
            holder = await self.session.scalar(select(Seat.username).filter_by(number=number))
            raise SeatIsTaken(f"Seat is taken by {holder}")

    async def _insert(self, model: type[User] | type[Seat], **values: object) -> bool:
        """Whether the row was new."""
        statement = insert(model).values(values).on_conflict_do_nothing().returning(model.username)
        inserted = await self.session.scalar(statement)
        await self.session.commit()
        return inserted is not None
