"""A bookshop: a catalogue that is expensive to open, and a cart for each visitor."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, ClassVar
from uuid import uuid4

from fastapi import APIRouter, Cookie, Depends, FastAPI, HTTPException, Request, Response
from pydantic import BaseModel


class Catalogue:
    """The supplier's catalogue. To open it takes time, and the licence counts how often that is done."""

    openings: ClassVar[int] = 0

    def __init__(self) -> None:
        self.prices = {"dune": 900, "emma": 700, "ulysses": 1200}  # in cents
        self.closed = False

    @classmethod
    async def open(cls) -> "Catalogue":
        await asyncio.sleep(0.005)  # a real supplier takes seconds
        cls.openings += 1
        return cls()

    def close(self) -> None:
        self.closed = True


class Home(BaseModel):
    message: str
    titles: int


class Health(BaseModel):
    status: str
    openings: int


class Book(BaseModel):
    title: str
    price: int


class Cart(BaseModel):
    items: dict[str, int]
    total: int


def open_catalogue(request: Request) -> Catalogue:
    """The catalogue of a shop that is started and not stopped."""
    catalogue: Catalogue | None = getattr(request.app.state, "catalogue", None)
    if catalogue is None or catalogue.closed:
        raise HTTPException(status_code=503, detail="Shop is closed")
    return catalogue


OpenCatalogue = Annotated[Catalogue, Depends(open_catalogue)]


def known_title(title: str, catalogue: OpenCatalogue) -> str:
    if title not in catalogue.prices:
        raise HTTPException(status_code=404, detail="No such book")
    return title


def visitor_id(
    request: Request, response: Response, _: OpenCatalogue, visitor: Annotated[str | None, Cookie()] = None
) -> str:
    """Who asks: their cookie says so. A visitor without a cart is given a new one."""
    if visitor is None or visitor not in request.app.state.carts:
        visitor = uuid4().hex
        response.set_cookie("visitor", visitor, httponly=True, samesite="lax")
    return visitor


KnownTitle = Annotated[str, Depends(known_title)]
Visitor = Annotated[str, Depends(visitor_id)]

router = APIRouter()


@router.get("/")
def home(catalogue: OpenCatalogue) -> Home:
    return Home(message="Welcome", titles=len(catalogue.prices))


@router.get("/health", dependencies=[Depends(open_catalogue)])
def health() -> Health:
    return Health(status="ok", openings=Catalogue.openings)


@router.get("/books/{title}")
def read_book(title: KnownTitle, catalogue: OpenCatalogue) -> Book:
    return Book(title=title, price=catalogue.prices[title])


@router.get("/cart")
def read_cart(request: Request, catalogue: OpenCatalogue, visitor: Visitor) -> Cart:
    items: Counter[str] = request.app.state.carts.get(visitor, Counter())
    return Cart(items=items, total=sum(catalogue.prices[title] * count for title, count in items.items()))


@router.post("/cart/{title}", status_code=201)
def add_book(title: KnownTitle, request: Request, catalogue: OpenCatalogue, visitor: Visitor) -> Cart:
    items = request.app.state.carts.setdefault(visitor, Counter())
    items[title] += 1
    return read_cart(request, catalogue, visitor)


@router.delete("/cart/{title}")
def take_out_book(title: str, request: Request, catalogue: OpenCatalogue, visitor: Visitor) -> Cart:
    items = request.app.state.carts.get(visitor, Counter())
    if title not in items:
        raise HTTPException(status_code=404, detail="Not in the cart")
    items[title] -= 1
    if items[title] == 0:
        del items[title]
    return read_cart(request, catalogue, visitor)


@router.delete("/cart", status_code=204)
def empty_cart(request: Request, visitor: Visitor) -> None:
    request.app.state.carts.pop(visitor, None)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """While the shop is open: a catalogue, and carts that begin empty."""
    app.state.catalogue = await Catalogue.open()
    app.state.carts = {}
    try:
        yield
    finally:
        app.state.catalogue.close()


def create_app() -> FastAPI:
    """A new shop, not yet started."""
    app = FastAPI(title="Bookshop", lifespan=lifespan)
    app.include_router(router)
    return app


app = create_app()
