from contextlib import ExitStack

from bookshop import create_app
from fastapi.testclient import TestClient

DUNE, TWO_DUNES = {"items": {"dune": 1}, "total": 900}, {"items": {"dune": 2}, "total": 1800}
EMPTY = {"items": {}, "total": 0}


class TestOpenShop:
    @classmethod
    def setup_class(cls):
        cls.app = create_app()
        cls.stack = ExitStack()
        cls.stack.enter_context(TestClient(cls.app))

    @classmethod
    def teardown_class(cls):
        cls.stack.close()

    def setup_method(self):
        self.me = TestClient(self.app)
        self.you = TestClient(self.app)

    def test_cart_counts_and_sums(self):
        assert self.me.get("/cart").json() == EMPTY
        self.me.post("/cart/dune")
        second = self.me.post("/cart/dune")
        assert (second.status_code, second.json()) == (201, TWO_DUNES)
        assert self.you.get("/cart").json() == EMPTY

    def test_what_is_not_sold_is_not_added(self):
        self.me.post("/cart/dune")
        assert self.me.post("/cart/bible").status_code == 404
        assert self.me.get("/cart").json() == DUNE

    def test_one_of_two_copies_goes_then_the_other(self):
        self.me.post("/cart/dune")
        self.me.post("/cart/dune")
        for left in (DUNE, EMPTY):
            response = self.me.delete("/cart/dune")
            assert (response.status_code, response.json()) == (200, left)
            assert self.me.get("/cart").json() == left

    def test_nothing_goes_that_is_not_there(self):
        self.me.post("/cart/dune")
        assert self.me.delete("/cart/emma").status_code == 404
        assert self.me.get("/cart").json() == DUNE

    def test_my_cart_is_emptied_and_yours_is_not(self):
        self.me.post("/cart/dune")
        self.you.post("/cart/dune")
        assert self.me.delete("/cart").status_code == 204
        assert self.me.get("/cart").json() == EMPTY
        assert self.you.get("/cart").json() == DUNE

    def test_shop_next_door_keeps_its_own_carts(self):
        self.me.post("/cart/dune")
        with TestClient(create_app()) as next_door:
            assert next_door.post("/cart/dune").json() == DUNE
        assert self.me.get("/cart").json() == DUNE


class TestStoppedShop:
    @classmethod
    def setup_class(cls):
        cls.client = TestClient(create_app())
        with cls.client:
            cls.client.post("/cart/dune")

    def test_every_route_is_closed(self):
        books = ["/books/dune", "/cart", "/", "/health"]
        calls = [("GET", path) for path in books]
        calls += [("POST", "/cart/dune"), ("DELETE", "/cart/dune"), ("DELETE", "/cart")]
        for call in calls:
            response = self.client.request(*call)
            assert (response.status_code, response.json()) == (503, {"detail": "Shop is closed"})

    def test_it_opens_again_as_new(self):
        with self.client:
            assert self.client.get("/cart").json() == EMPTY
            assert self.client.get("/").json()["titles"] == 3
