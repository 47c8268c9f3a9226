"""A post office: it accepts letters, delivers each after its answer, and tries again in rounds what has failed."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, HTTPException, Request, Response
from pydantic import BaseModel, Field

STREETS = {"elm", "oak", "ash"}
ATTEMPTS = 3
SECONDS_BETWEEN_ATTEMPTS = 2.0
SECONDS_BETWEEN_ROUNDS = 60.0

log = logging.getLogger("post_office")


# -- the archive


@dataclass(frozen=True)
class Letter:
    id: int
    to: str
    text: str
    state: Literal["accepted", "delivered", "failed"] = "accepted"
    attempts: int = 0
    error: str | None = None


class Session:
    """Some reading and writing in the archive. Who is done closes it, and it is of no use any more."""

    def __init__(self, letters: dict[str, Letter]) -> None:
        self._letters, self._is_closed = letters, False

    def add(self, to: str, text: str) -> Letter:
        return self.put(Letter(len(self._open()) + 1, to, text))

    def put(self, letter: Letter) -> Letter:
        self._open()[str(letter.id)] = letter
        return letter

    def get(self, letter_id: str) -> Letter | None:
        return self._open().get(letter_id)

    def all(self) -> list[Letter]:
        return list(self._open().values())

    def close(self) -> None:
        self._is_closed = True

    def _open(self) -> dict[str, Letter]:
        if self._is_closed:
            raise RuntimeError("This session is closed")
        return self._letters


class Archive:
    """The letters, in memory."""

    def __init__(self) -> None:
        self._letters: dict[str, Letter] = {}

    @contextmanager
    def session(self) -> Iterator[Session]:
        session = Session(self._letters)
        try:
            yield session
        finally:
            session.close()


@asynccontextmanager
async def open_archive() -> AsyncIterator[Archive]:
    yield Archive()
    log.info("The archive is closed")


# -- the other parts


class Carrier(Protocol):
    async def deliver(self, to: str, text: str) -> None: ...


class Walker:
    async def deliver(self, to: str, text: str) -> None:
        log.info("Walked to %s street", to)


@asynccontextmanager
async def open_carrier() -> AsyncIterator[Carrier]:
    yield Walker()


async def until_next_round() -> None:
    await asyncio.sleep(SECONDS_BETWEEN_ROUNDS)


# -- the office


@dataclass(frozen=True)
class Office:
    """What there is while the app runs."""

    archive: Archive
    carrier: Carrier
    pause: Callable[[float], Awaitable[object]]

    async def hand_over(self, letter: Letter) -> None:
        """Try to deliver a letter, and note what came of it."""
        tried = await self.tried(letter)
        with self.archive.session() as session:  # its own: the request's is closed long since
            session.put(tried)

    async def tried(self, letter: Letter) -> Letter:
        """The letter as it is after up to three attempts; whatever the carrier raises is noted and goes no further."""
        for attempt in range(ATTEMPTS):
            if attempt > 0:
                await self.pause(SECONDS_BETWEEN_ATTEMPTS)
            letter = replace(letter, attempts=letter.attempts + 1)
            try:
                await self.carrier.deliver(letter.to, letter.text)
            except Exception as error:
                log.warning("Letter %s: attempt %s failed: %r", letter.id, letter.attempts, error)
                letter = replace(letter, state="failed", error=repr(error))
            else:
                return replace(letter, state="delivered", error=None)
        return letter

    async def make_rounds(self, until_next_round: Callable[[], Awaitable[object]]) -> None:
        while True:
            await until_next_round()
            with self.archive.session() as session:
                failed = [letter for letter in session.all() if letter.state == "failed"]
            for letter in failed:
                await self.hand_over(letter)


# -- the routes


class NewLetter(BaseModel):
    to: str
    text: str = Field(min_length=1)


class LetterAccepted(BaseModel):
    id: int
    to: str
    state: str


class LetterRead(LetterAccepted):
    attempts: int
    error: str | None


class Ready(BaseModel):
    ready: bool


async def find_office(request: Request) -> Office | None:
    office: Office | None = getattr(request.app.state, "office", None)
    return office


async def get_office(office: Annotated[Office | None, Depends(find_office)]) -> Office:
    if office is None:
        raise HTTPException(status_code=503, detail="Post office is closed")
    return office


async def get_session(office: Annotated[Office, Depends(get_office)]) -> AsyncIterator[Session]:
    with office.archive.session() as session:
        yield session


SessionOfRequest = Annotated[Session, Depends(get_session, scope="function")]

router = APIRouter()


@router.get("/ready")
async def ready(office: Annotated[Office | None, Depends(find_office)], response: Response) -> Ready:
    if office is None:
        response.status_code = 503
    return Ready(ready=office is not None)


@router.post("/letters", status_code=202, response_model=LetterAccepted)
async def accept(
    new: NewLetter,
    office: Annotated[Office, Depends(get_office)],
    session: SessionOfRequest,
    tasks: BackgroundTasks,
) -> Letter:
    if new.to not in STREETS:
        raise HTTPException(status_code=404, detail="Street is not served")
    letter = session.add(new.to, new.text)
    tasks.add_task(office.hand_over, letter)
    return letter


@router.get("/letters/{letter_id}", response_model=LetterRead)
async def read(letter_id: str, session: SessionOfRequest) -> Letter:
    letter = session.get(letter_id)
    if letter is None:
        raise HTTPException(status_code=404, detail="Letter not found")
    return letter


@router.get("/letters", response_model=list[LetterRead])
async def read_all(session: SessionOfRequest) -> list[Letter]:
    return session.all()


# -- the app


def create_app(
    open_archive: Callable[[], AbstractAsyncContextManager[Archive]] = open_archive,
    open_carrier: Callable[[], AbstractAsyncContextManager[Carrier]] = open_carrier,
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    until_next_round: Callable[[], Awaitable[object]] = until_next_round,
) -> FastAPI:
    """A new office of these parts, which opens when it is started."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_archive() as archive, open_carrier() as carrier:
            office = Office(archive, carrier, pause)
            rounds = asyncio.create_task(office.make_rounds(until_next_round))
            app.state.office = office
            try:
                yield
            finally:
                app.state.office = None
                rounds.cancel()
                await asyncio.gather(rounds, return_exceptions=True)  # cancelled is not yet over

    app = FastAPI(title="Post office", lifespan=lifespan)
    app.include_router(router)
    return app


app = create_app()
