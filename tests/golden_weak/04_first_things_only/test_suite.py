import pytest
from fastapi.testclient import TestClient
from members_api import Base, User, app, get_current_user, get_db, get_mailer, get_password_context
from passlib.context import CryptContext
from sqlalchemy import create_engine, select
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import StaticPool

hashing = CryptContext(schemes=["argon2"], argon2__time_cost=1, argon2__memory_cost=8, argon2__parallelism=1)
ANN = {"username": "ann", "email": "ann@post.example", "password": "open sesame"}


class Post:
    def __init__(self):
        self.sent = []

    def send(self, to, subject, body):
        self.sent.append((to, subject, body))


@pytest.fixture
def post():
    return Post()


@pytest.fixture
def make_session():
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)
    yield sessionmaker(engine)
    engine.dispose()


@pytest.fixture
def api(make_session, post):
    def db():
        with make_session() as session:
            yield session

    app.dependency_overrides |= {
        get_db: db,
        get_mailer: lambda: post,
        get_password_context: lambda: hashing,
    }
    yield TestClient(app)
    app.dependency_overrides.clear()


@pytest.fixture
def member(make_session):
    with make_session() as session:
        session.add(User(username="ann", email="ann@old.example", password_hash=hashing.hash("old"), role="member"))
        session.commit()


def be(role):
    user = User(username="sam", email="sam@post.example", password_hash="-", role=role)
    app.dependency_overrides[get_current_user] = lambda: user


def test_registration_is_answered(api):
    response = api.post("/users", json=ANN)
    assert response.status_code == 201
    assert response.json() == {"username": "ann", "email": "ann@post.example", "role": "member"}


def test_user_is_stored_with_a_hash(api, make_session):
    api.post("/users", json=ANN)
    with make_session() as session:
        stored = session.scalars(select(User).where(User.username == "ann")).all()
    assert len(stored) == 1
    assert stored[0].password_hash != "open sesame"
    assert hashing.verify("open sesame", stored[0].password_hash)


def test_user_gets_mail(api, post):
    api.post("/users", json=ANN)
    to, _, body = post.sent[0]
    assert to == "ann@post.example"
    assert "open sesame" not in body


@pytest.mark.usefixtures("member")
def test_second_registration_is_refused_and_nobody_gets_mail(api, post):
    assert api.post("/users", json=ANN).status_code == 409
    assert post.sent == []


@pytest.mark.usefixtures("member")
def test_admin_sees_how_many_there_are(api):
    be("admin")
    response = api.get("/admin/dashboard")
    assert response.status_code == 200
    assert response.json()["users"] == 1


@pytest.mark.parametrize("role", ["member", "editor"])
def test_others_see_no_dashboard(api, role):
    be(role)
    assert api.get("/admin/dashboard").status_code == 403


@pytest.mark.usefixtures("member")
def test_right_password_opens_and_wrong_or_none_does_not(api):
    response = api.get("/users/me", auth=("ann", "old"))
    assert response.status_code == 200
    assert response.json() == {"username": "ann", "email": "ann@old.example", "role": "member"}
    for auth in (None, ("ann", "new")):
        assert api.get("/users/me", auth=auth).status_code == 401
        assert api.get("/admin/dashboard", auth=auth).status_code == 401
