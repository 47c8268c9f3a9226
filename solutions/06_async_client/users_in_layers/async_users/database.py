"""The database once more: one object keeps engine and sessions, and `get_async_session` needs no request."""

import os
from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class Database:
    def __init__(self) -> None:
        self._engine: AsyncEngine | None = None

    async def open(self) -> None:
        url = os.environ.get("DATABASE_URL", "sqlite+aiosqlite:///async_users.db")
        self._engine = create_async_engine(url)
        async with self._engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)

    async def close(self) -> None:
        assert self._engine is not None
        await self._engine.dispose()
        self._engine = None

    def session(self) -> AsyncSession:
        if self._engine is None:
            raise RuntimeError("The database is not open: was the app started?")
        return AsyncSession(self._engine, expire_on_commit=False)


database = Database()


async def get_async_session() -> AsyncIterator[AsyncSession]:
    async with database.session() as session:
        yield session
