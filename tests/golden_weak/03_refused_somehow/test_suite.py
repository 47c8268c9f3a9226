import pytest
from bookshop import create_app
from fastapi.testclient import TestClient

NOTHING = {"items": {}, "total": 0}


@pytest.fixture(scope="module")
def bookshop():
    app = create_app()
    with TestClient(app):
        yield app


@pytest.fixture
def reader(bookshop):
    return TestClient(bookshop)


@pytest.fixture
def neighbour(bookshop):
    return TestClient(bookshop)


def cart_of(client):
    return client.get("/cart").json()


def fill(client, *titles):
    for title in titles:
        response = client.post(f"/cart/{title}")
        assert response.status_code == 201
    return response.json()


def test_book_that_is_not_sold_has_no_page(reader):
    assert reader.get("/books/atlas").is_client_error


def test_every_copy_is_counted(reader):
    assert cart_of(reader) == NOTHING
    assert fill(reader, "emma", "dune", "emma") == {"items": {"emma": 2, "dune": 1}, "total": 2300}
    assert cart_of(reader) == {"items": {"emma": 2, "dune": 1}, "total": 2300}


def test_book_that_is_not_sold_does_not_come_into_the_cart(reader):
    fill(reader, "emma")
    assert reader.post("/cart/atlas").is_client_error
    assert cart_of(reader) == {"items": {"emma": 1}, "total": 700}


def test_copies_leave_one_by_one(reader):
    fill(reader, "emma", "emma", "dune")
    for items, total in (({"emma": 1, "dune": 1}, 1600), ({"dune": 1}, 900)):
        response = reader.delete("/cart/emma")
        assert response.status_code == 200
        assert response.json() == cart_of(reader) == {"items": items, "total": total}


def test_what_was_never_in_the_cart_cannot_leave_it(reader):
    fill(reader, "emma")
    assert reader.delete("/cart/dune").is_client_error
    assert cart_of(reader) == {"items": {"emma": 1}, "total": 700}


def test_cart_is_emptied_for_one(reader, neighbour):
    fill(reader, "dune")
    fill(neighbour, "emma")
    assert reader.delete("/cart").status_code == 204
    assert cart_of(reader) == NOTHING
    assert cart_of(neighbour) == {"items": {"emma": 1}, "total": 700}


def test_stopped_shop_is_closed_and_opens_again():
    client = TestClient(create_app())
    with client:
        fill(client, "dune")
    for method, path in [
        ("GET", "/"),
        ("GET", "/health"),
        ("GET", "/books/dune"),
        ("GET", "/cart"),
        ("POST", "/cart/dune"),
        ("DELETE", "/cart/dune"),
        ("DELETE", "/cart"),
    ]:
        response = client.request(method, path)
        assert response.status_code == 503
        assert response.json() == {"detail": "Shop is closed"}
    with client:
        assert cart_of(client) == NOTHING
        assert client.get("/").json() == {"message": "Welcome", "titles": 3}


def test_shops_know_nothing_of_each_other(reader):
    fill(reader, "emma")
    with TestClient(create_app()) as elsewhere:
        fill(elsewhere, "dune")
    assert cart_of(reader) == {"items": {"emma": 1}, "total": 700}
