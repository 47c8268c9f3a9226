"""Somebody else's tests of contract 09 (authorization): a pinboard, its owners and its admins."""

import pytest
from fastapi.testclient import TestClient
from passlib.context import CryptContext
from pinboard_api import Base, User, app, get_db, get_password_context
from sqlalchemy import create_engine, select
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import StaticPool

PASSWORD = "a long enough one"
quick = CryptContext(schemes=["argon2"], argon2__time_cost=1, argon2__memory_cost=8, argon2__parallelism=1)


@pytest.fixture
def make_session():
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)
    yield sessionmaker(engine)
    engine.dispose()


@pytest.fixture
def api(make_session):
    def db():
        with make_session() as session:
            yield session

    app.dependency_overrides[get_db] = db
    app.dependency_overrides[get_password_context] = lambda: quick
    yield TestClient(app)
    app.dependency_overrides.clear()


@pytest.fixture
def stored(make_session):
    """Two rows that no route made: an admin and a user, as the contract says a row may be stored."""
    with make_session() as session:
        session.add(User(username="boss", password_hash=quick.hash(PASSWORD), is_admin=True))
        session.add(User(username="ida", password_hash=quick.hash(PASSWORD)))
        session.commit()


def login(api, username, password=PASSWORD):
    response = api.post("/token", data={"username": username, "password": password})
    assert response.status_code == 200
    assert response.json()["token_type"] == "bearer"
    return {"Authorization": "Bearer " + response.json()["access_token"]}


def join(api, username):
    response = api.post("/users", json={"username": username, "password": PASSWORD})
    assert response.status_code == 201
    return login(api, username)


def pin(api, who, text, **shared):
    response = api.post("/notes", json={"text": text, **shared}, headers=who)
    assert response.status_code == 201
    return response.json()


def test_first_user_is_admin_and_the_second_is_not(api):
    answers = [
        api.post("/users", json={"username": name, "password": PASSWORD}).json() for name in ("eva", "ida")
    ]
    assert answers == [
        {"username": "eva", "is_admin": True, "is_active": True},
        {"username": "ida", "is_admin": False, "is_active": True},
    ]


def test_nobody_makes_herself_an_admin(api):
    boss = join(api, "eva")
    response = api.post("/users", json={"username": "ida", "password": PASSWORD, "is_admin": True})
    assert response.status_code in (201, 422)
    admins = [user["username"] for user in api.get("/admin/users", headers=boss).json() if user["is_admin"]]
    assert admins == ["eva"]


def test_stored_hash_fits(api, make_session):
    join(api, "eva")
    with make_session() as session:
        stored_hash = session.scalars(select(User.password_hash)).one()
    assert stored_hash != PASSWORD
    assert quick.verify(PASSWORD, stored_hash)


@pytest.mark.usefixtures("stored")
def test_stored_rows_are_users(api):
    assert api.get("/users/me", headers=login(api, "boss")).json()["is_admin"] is True
    assert api.get("/users/me", headers=login(api, "ida")).json() == {
        "username": "ida",
        "is_admin": False,
        "is_active": True,
    }


@pytest.mark.parametrize("length", [7, 129])
def test_password_has_bounds(api, length):
    assert api.post("/users", json={"username": "eva", "password": "x" * length}).status_code == 422


@pytest.mark.parametrize("length", [8, 128])
def test_password_at_the_bounds(api, length):
    password = "x" * length
    assert api.post("/users", json={"username": "eva", "password": password}).status_code == 201
    login(api, "eva", password)


@pytest.mark.usefixtures("stored")
def test_taken_name(api):
    response = api.post("/users", json={"username": "ida", "password": "quite another one"})
    assert response.status_code == 409
    login(api, "ida")


@pytest.mark.usefixtures("stored")
def test_three_refused_logins_look_the_same(api):
    boss = login(api, "boss")
    api.patch("/admin/users/ida", json={"is_active": False}, headers=boss)
    answers = [
        api.post("/token", data={"username": name, "password": password})
        for name, password in [("boss", "not the password"), ("nobody", PASSWORD), ("ida", PASSWORD)]
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert answers[0].content == answers[1].content == answers[2].content


ROUTES = [
    ("GET", "/users/me"),
    ("GET", "/notes"),
    ("POST", "/notes"),
    ("GET", "/notes/{id}"),
    ("PATCH", "/notes/{id}"),
    ("DELETE", "/notes/{id}"),
    ("GET", "/notes/0"),
    ("PATCH", "/notes/nowhere"),
    ("GET", "/admin/users"),
    ("PATCH", "/admin/users/ida"),
    ("DELETE", "/admin/users/ida"),
    ("DELETE", "/admin/users/nobody"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer forged"}, {"Authorization": "Bearer None"}]
)
@pytest.mark.usefixtures("stored")
def test_no_token_opens_nothing(api, method, path, headers):
    ida = login(api, "ida")
    note = pin(api, ida, "milk", shared=True)
    response = api.request(method, path.format(**note), headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert api.get("/notes", headers=ida).json() == [note]


@pytest.mark.usefixtures("stored")
def test_pinned_note(api):
    ida = login(api, "ida")
    note = pin(api, ida, "milk")
    assert note == {"id": note["id"], "owner": "ida", "text": "milk", "shared": False}
    assert api.get(f"/notes/{note['id']}", headers=ida).json() == note
    assert pin(api, ida, "party", shared=True)["shared"] is True


@pytest.mark.usefixtures("stored")
def test_everybody_lists_what_they_may_see(api):
    boss, ida, eva = login(api, "boss"), login(api, "ida"), join(api, "eva")
    one = pin(api, ida, "zebra")
    two = pin(api, eva, "milk")
    three = pin(api, ida, "apple", shared=True)
    four = pin(api, boss, "key")
    assert api.get("/notes", headers=ida).json() == [one, three]
    assert api.get("/notes", headers=eva).json() == [two, three]
    assert api.get("/notes", headers=boss).json() == [one, two, three, four]


@pytest.mark.parametrize("who", ["ida", "boss"])
@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.usefixtures("stored")
def test_owner_and_admin_do_all(api, who, shared):
    note = pin(api, login(api, "ida"), "milk", shared=shared)
    place, headers = f"/notes/{note['id']}", login(api, who)
    assert api.get(place, headers=headers).json() == note
    edited = api.patch(place, json={"text": "bread"}, headers=headers)
    assert (edited.status_code, edited.json()) == (200, note | {"text": "bread"})
    assert api.get(place, headers=login(api, "ida")).json() == note | {"text": "bread"}
    deleted = api.delete(place, headers=headers)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert api.get(place, headers=headers).status_code == 404


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.usefixtures("stored")
def test_shared_note_is_read_only_to_others(api, method):
    ida, eva = login(api, "ida"), join(api, "eva")
    note = pin(api, ida, "milk", shared=True)
    place = f"/notes/{note['id']}"
    assert api.get(place, headers=eva).json() == note
    assert api.request(method, place, json={"text": "ink"}, headers=eva).status_code == 403
    assert api.get(place, headers=ida).json() == note


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.usefixtures("stored")
def test_private_note_of_another_is_as_good_as_absent(api, method):
    ida, eva = login(api, "ida"), join(api, "eva")
    note, gone = pin(api, ida, "milk"), pin(api, ida, "tea")
    api.delete(f"/notes/{gone['id']}", headers=ida)
    hidden, absent = (
        api.request(method, f"/notes/{one['id']}", json={"text": "ink"}, headers=eva) for one in (note, gone)
    )
    assert (hidden.status_code, hidden.content) == (404, absent.content)
    assert absent.status_code == 404
    assert api.get("/notes", headers=ida).json() == [note]


@pytest.mark.usefixtures("stored")
def test_list_of_users(api):
    join(api, "eva")
    assert api.get("/admin/users", headers=login(api, "boss")).json() == [
        {"username": "boss", "is_admin": True, "is_active": True},
        {"username": "ida", "is_admin": False, "is_active": True},
        {"username": "eva", "is_admin": False, "is_active": True},
    ]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/admin/users"),
        ("PATCH", "/admin/users/ida"),
        ("PATCH", "/admin/users/nobody"),
        ("DELETE", "/admin/users/boss"),
        ("DELETE", "/admin/users/nobody"),
    ],
)
@pytest.mark.usefixtures("stored")
def test_users_administer_nobody(api, method, path):
    boss, ida = login(api, "boss"), login(api, "ida")
    before = api.get("/admin/users", headers=boss).json()
    assert api.request(method, path, json={"is_admin": True}, headers=ida).status_code == 403
    assert api.get("/admin/users", headers=boss).json() == before


@pytest.mark.usefixtures("stored")
def test_roles_come_and_go_at_once(api):
    boss, ida = login(api, "boss"), login(api, "ida")
    raised = api.patch("/admin/users/ida", json={"is_admin": True}, headers=boss)
    assert (raised.status_code, raised.json()["is_admin"]) == (200, True)
    assert api.get("/admin/users", headers=ida).status_code == 200
    lowered = api.patch("/admin/users/ida", json={"is_admin": False}, headers=boss)
    assert lowered.json() == {"username": "ida", "is_admin": False, "is_active": True}
    assert api.get("/admin/users", headers=ida).status_code == 403


@pytest.mark.usefixtures("stored")
def test_locked_out_at_once(api):
    boss, ida = login(api, "boss"), login(api, "ida")
    locked = api.patch("/admin/users/ida", json={"is_active": False}, headers=boss)
    assert locked.json() == {"username": "ida", "is_admin": False, "is_active": False}
    assert api.get("/users/me", headers=ida).status_code == 401
    api.patch("/admin/users/ida", json={"is_active": True}, headers=boss)
    login(api, "ida")


@pytest.mark.usefixtures("stored")
def test_deleted_user_leaves_nothing(api):
    boss, ida = login(api, "boss"), login(api, "ida")
    pin(api, ida, "milk")
    mine = pin(api, boss, "key")
    deleted = api.delete("/admin/users/ida", headers=boss)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert api.get("/notes", headers=boss).json() == [mine]
    assert api.get("/users/me", headers=ida).status_code == 401
    again = join(api, "ida")
    assert api.get("/users/me", headers=ida).status_code == 401
    assert api.get("/notes", headers=again).json() == []


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.usefixtures("stored")
def test_nobody_to_administer(api, method):
    boss = login(api, "boss")
    response = api.request(method, "/admin/users/nobody", json={"is_active": False}, headers=boss)
    assert response.status_code == 404
