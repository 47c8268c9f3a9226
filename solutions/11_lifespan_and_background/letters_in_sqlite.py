"""The post office once more: letters in SQLite, ids that are texts, and nothing on `app.state`."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any
from uuid import uuid4

from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel, constr

TABLE = "CREATE TABLE letters (id TEXT PRIMARY KEY, street TEXT, text TEXT, state TEXT, attempts INTEGER, error TEXT)"
SHOWN = "SELECT id, street AS 'to', state, attempts, error FROM letters"


@asynccontextmanager
async def open_archive() -> AsyncIterator[sqlite3.Connection]:
    letters = sqlite3.connect(":memory:", isolation_level=None)
    letters.row_factory = sqlite3.Row
    letters.execute(TABLE)
    yield letters
    letters.close()


class Bicycle:
    async def deliver(self, to: str, text: str) -> None:
        await asyncio.sleep(0)


@asynccontextmanager
async def open_carrier() -> AsyncIterator[Bicycle]:
    yield Bicycle()


async def an_hour() -> None:
    await asyncio.sleep(3600)


class Posted(BaseModel):
    to: str
    text: constr(min_length=1)  # type: ignore[valid-type]


class ThenDelivered(JSONResponse):
    """An answer which, once it is sent, goes on with something else."""

    then: Callable[[], Awaitable[None]]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await super().__call__(scope, receive, send)
        await self.then()


class Desk:
    """The letters of one run, and who carries them."""

    def __init__(self, letters: sqlite3.Connection, carrier: Any, pause: Any) -> None:
        self.letters, self.carrier, self.pause = letters, carrier, pause

    def keep(self, to: str, text: str) -> str:
        letter_id = uuid4().hex
        self.letters.execute(
            "INSERT INTO letters VALUES (?, ?, ?, 'accepted', 0, NULL)", (letter_id, to, text)
        )
        return letter_id

    def shown(self, where: str = "", *values: str) -> list[dict[str, Any]]:
        return [dict(row) for row in self.letters.execute(f"{SHOWN} {where} ORDER BY id", values)]

    def note(self, letter_id: str, state: str, error: str | None) -> None:
        change = "UPDATE letters SET state = ?, error = ?, attempts = attempts + 1 WHERE id = ?"
        self.letters.execute(change, (state, error, letter_id))

    async def deliver(self, letter_id: str) -> None:
        query = "SELECT street, text, state FROM letters WHERE id = ?"
        to, text, before = self.letters.execute(query, (letter_id,)).fetchone()
        for left in (2, 1, 0):
            try:
                await self.carrier.deliver(to=to, text=text)
            except Exception as error:
                self.note(letter_id, before if left else "failed", f"Not delivered ({type(error).__name__})")
            else:
                self.note(letter_id, "delivered", None)
                return
            if left:
                await self.pause(0)

    async def go_round(self, until_next_round: Callable[[], Awaitable[object]]) -> None:
        while True:
            await until_next_round()
            for letter in self.shown("WHERE state = 'failed'"):
                await self.deliver(letter["id"])


def create_app(
    open_archive: Any = open_archive,
    open_carrier: Any = open_carrier,
    pause: Any = asyncio.sleep,
    until_next_round: Any = an_hour,
) -> FastAPI:
    at_work: list[Desk] = []

    @asynccontextmanager
    async def open_and_close(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as parts:
            letters = await parts.enter_async_context(open_archive())
            carrier = await parts.enter_async_context(open_carrier())
            desk = Desk(letters, carrier, pause)
            rounds = asyncio.ensure_future(desk.go_round(until_next_round))
            at_work.append(desk)
            try:
                yield
            finally:
                at_work.clear()
                rounds.cancel()
                with suppress(asyncio.CancelledError):
                    await rounds

    app = FastAPI(lifespan=open_and_close)

    async def desk() -> Desk:
        if not at_work:
            raise HTTPException(503, "Post office is closed")
        return at_work[0]

    @app.get("/ready")
    async def is_ready() -> JSONResponse:
        return JSONResponse({"ready": bool(at_work)}, 200 if at_work else 503)

    @app.get("/letters")
    async def read_all(desk: Desk = Depends(desk)) -> list[dict[str, Any]]:
        return desk.shown()

    @app.get("/letters/{letter_id}")
    async def read(letter_id: str, desk: Desk = Depends(desk)) -> dict[str, Any]:
        for letter in desk.shown("WHERE id = ?", letter_id):
            return letter
        raise HTTPException(404)

    @app.post("/letters")
    async def accept(posted: Posted, desk: Desk = Depends(desk)) -> JSONResponse:
        if posted.to not in ("ash", "elm", "oak"):
            raise HTTPException(404, f"No carrier walks to {posted.to}")
        letter_id = desk.keep(posted.to, posted.text)
        answer = ThenDelivered({"state": "accepted", "id": letter_id, "to": posted.to}, 202)
        answer.then = lambda: desk.deliver(letter_id)
        return answer

    return app


app = create_app()
