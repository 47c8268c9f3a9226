"""The bookshop once more: coroutines, a basket cookie, and carts as lists of titles."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException, Request, Response

BOOKS = (("ulysses", 1200), ("emma", 700), ("dune", 900))
COOKIE = "basket"


class Catalogue:
    """The books of one opening; the class counts the openings."""

    openings = 0

    def __init__(self) -> None:
        type(self).openings += 1
        self.price_of = dict(BOOKS)


def catalogue_of(request: Request) -> Catalogue:
    catalogue = request.app.state.catalogue
    if catalogue is None:
        raise HTTPException(503, "Shop is closed")
    return catalogue


def basket_of(request: Request, response: Response) -> list[str]:
    """The titles in the visitor's basket, one for each copy. Newcomers are given one, and a cookie."""
    carts = request.app.state.carts
    key = request.cookies.get(COOKIE, "")
    if key not in carts:
        key = f"b-{secrets.token_urlsafe(24)}"
        carts[key] = []
        response.set_cookie(COOKIE, key, httponly=True, samesite="strict")
    return carts[key]


def contents(basket: list[str], catalogue: Catalogue) -> dict[str, object]:
    total = sum(catalogue.price_of[title] for title in basket)
    return {"items": {title: basket.count(title) for title in basket}, "total": total}


def create_app() -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.carts = {}
        app.state.catalogue = Catalogue()
        yield
        app.state.catalogue = None

    app = FastAPI(lifespan=lifespan)
    app.state.catalogue = None

    @app.get("/")
    async def home(request: Request):
        return {"message": "Welcome", "titles": len(catalogue_of(request).price_of)}

    @app.get("/health")
    async def health(request: Request):
        catalogue_of(request)
        return {"status": "ok", "openings": Catalogue.openings}

    @app.get("/books/{title}")
    async def book(title: str, request: Request):
        price = catalogue_of(request).price_of.get(title)
        if price is None:
            raise HTTPException(404, "No such book")
        return {"title": title, "price": price}

    @app.get("/cart")
    async def cart(request: Request, response: Response):
        catalogue = catalogue_of(request)
        return contents(basket_of(request, response), catalogue)

    @app.post("/cart/{title}", status_code=201)
    async def add(title: str, request: Request, response: Response):
        catalogue = catalogue_of(request)
        if title not in catalogue.price_of:
            raise HTTPException(404, f"We do not sell {title}")
        basket = basket_of(request, response)
        basket.append(title)
        return contents(basket, catalogue)

    @app.delete("/cart/{title}")
    async def take_out(title: str, request: Request, response: Response):
        catalogue = catalogue_of(request)
        basket = basket_of(request, response)
        if title not in basket:
            raise HTTPException(404, f"There is no {title} in your basket")
        basket.remove(title)
        return contents(basket, catalogue)

    @app.delete("/cart", status_code=204)
    async def empty(request: Request, response: Response) -> None:
        catalogue_of(request)
        basket_of(request, response).clear()

    return app


app = create_app()
