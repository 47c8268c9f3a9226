"""Where the data is: the base of the models, the engine of a running app, the session of a request."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """The base of all models."""


def database_url() -> str:
    return os.environ.get("DATABASE_URL", "sqlite+aiosqlite:///async_users.db")


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    """Sessions on the database at `url`, with all its tables, until the block ends."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    try:
        yield async_sessionmaker(engine, expire_on_commit=False)
    finally:
        await engine.dispose()


async def get_async_session(request: Request) -> AsyncIterator[AsyncSession]:
    """A session for one request, on the database that the app opened when it started."""
    async with request.app.state.sessions() as session:
        yield session
