"""Lesson 03, solved: who lives how long."""

from contextlib import ExitStack

import pytest
from bookshop import create_app
from fastapi.testclient import TestClient

ROUTES = [
    ("GET", "/"),
    ("GET", "/health"),
    ("GET", "/books/dune"),
    ("GET", "/cart"),
    ("POST", "/cart/dune"),
    ("DELETE", "/cart/dune"),
    ("DELETE", "/cart"),
]
EMPTY = {"items": {}, "total": 0}


# -- set-up with fixtures


@pytest.fixture(scope="module")
def shop():
    """Expensive to start, and no test changes it in a way that another can see: one for the file (P10)."""
    app = create_app()
    with TestClient(app):
        yield app


@pytest.fixture
def visitor(shop):
    """Cheap, and remembers: a new one for each test. No `with`: the shop is open already (P5)."""
    return TestClient(shop)


def test_home_says_welcome(shop):
    """Worked example (P2)."""
    response = TestClient(shop).get("/")

    assert response.status_code == 200
    assert response.json() == {"message": "Welcome", "titles": 3}


@pytest.mark.parametrize(("title", "price"), [("dune", 900), ("emma", 700), ("ulysses", 1200)])
def test_book_has_its_price(shop, title, price):
    """Worked example (P4)."""
    response = TestClient(shop).get(f"/books/{title}")

    assert response.json() == {"title": title, "price": price}


def test_nobody_started_this_shop():
    """Worked example (P1)."""
    response = TestClient(create_app()).get("/")

    assert response.status_code == 503
    assert response.json() == {"detail": "Shop is closed"}


def test_new_visitor_has_an_empty_cart(visitor):
    """Who was never there has nothing (P5)."""
    assert visitor.get("/cart").json() == {"items": {}, "total": 0}


def test_adding_a_book_twice(visitor):
    """Every copy counts, in the items and in the total (P6)."""
    visitor.post("/cart/dune")
    visitor.post("/cart/emma")

    response = visitor.post("/cart/dune")

    assert response.status_code == 201
    assert response.json() == {"items": {"dune": 2, "emma": 1}, "total": 2500}
    assert (
        visitor.get("/cart").json() == response.json()
    )  # not judged: what is kept showed in the answer to a later book


def test_refused_book_leaves_the_cart_alone(visitor):
    """What a refusal must not do: look again (P6)."""
    visitor.post("/cart/dune")

    response = visitor.post("/cart/cookbook")

    assert response.status_code == 404
    assert visitor.get("/cart").json() == {"items": {"dune": 1}, "total": 900}


def test_unknown_book_is_not_sold(shop):
    """The row without a task, its other half (P4)."""
    response = TestClient(shop).get("/books/cookbook")

    assert response.status_code == 404
    assert response.json() == {"detail": "No such book"}


def test_emptying_empties_one_cart(shop, visitor):
    """Two visitors are two clients, and so two jars (P8)."""
    other = TestClient(shop)
    visitor.post("/cart/dune")
    other.post("/cart/emma")

    response = visitor.delete("/cart")

    assert response.status_code == 204
    assert visitor.get("/cart").json() == EMPTY
    assert other.get("/cart").json() == {"items": {"emma": 1}, "total": 700}


# -- the same in a class


class TestTakingOut:
    """Taking a book out of the cart (P7)."""

    @classmethod
    def setup_class(cls):
        """One open shop for the class, as the wide fixture (P5, P7)."""
        cls.shop = create_app()
        cls.opened = ExitStack()
        cls.opened.enter_context(TestClient(cls.shop))

    @classmethod
    def teardown_class(cls):
        cls.opened.close()

    def setup_method(self):
        """A new visitor for each test, as the narrow fixture."""
        self.visitor = TestClient(self.shop)

    def test_last_copy_leaves_nothing(self):
        self.visitor.post("/cart/emma")
        self.visitor.post("/cart/dune")
        self.visitor.delete("/cart/emma")

        response = self.visitor.delete("/cart/dune")

        assert response.status_code == 200
        assert response.json() == {"items": {}, "total": 0}
        assert self.visitor.get("/cart").json() == {"items": {}, "total": 0}

    def test_what_is_not_in_the_cart(self):
        self.visitor.post("/cart/emma")

        response = self.visitor.delete("/cart/dune")

        assert response.status_code == 404
        assert self.visitor.get("/cart").json() == {"items": {"emma": 1}, "total": 700}

    def test_one_copy_less(self):
        self.visitor.post("/cart/dune")
        self.visitor.post("/cart/dune")

        response = self.visitor.delete("/cart/dune")

        assert response.status_code == 200
        assert response.json() == {"items": {"dune": 1}, "total": 900}


# -- tests that need a shop of their own


def test_stopped_shop_is_closed():
    """One start for all the routes: the licence counts (P1)."""
    client = TestClient(create_app())
    with client:
        pass

    answers = {route: client.request(*route) for route in ROUTES}

    assert {route: answer.status_code for route, answer in answers.items()} == dict.fromkeys(ROUTES, 503)
    assert all(answer.json() == {"detail": "Shop is closed"} for answer in answers.values())


def test_stopped_shop_starts_again():
    """The same visitor comes back, with the cookie that the shop once gave them (P9)."""
    client = TestClient(create_app())
    with client:
        client.post("/cart/dune")

    with client:
        assert client.get("/cart").json() == EMPTY
        assert client.get("/").json() == {"message": "Welcome", "titles": 3}


def test_another_shop_changes_nothing_here(visitor):
    """Shops share nothing, in whichever order they come and go (P9)."""
    visitor.post("/cart/dune")

    with TestClient(create_app()) as elsewhere:
        elsewhere.post("/cart/emma")

    assert visitor.get("/cart").json() == {"items": {"dune": 1}, "total": 900}
