"""Somebody else's tests of contract 09 (authorization), as a class of unittest: a file for a database, clients with tokens."""

import tempfile
import unittest
from pathlib import Path

from fastapi.testclient import TestClient
from passlib.context import CryptContext
from pinboard_api import Base, User, app, get_db, get_password_context
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

SECRET = "hunter2 hunter2"
CONTEXT = CryptContext(schemes=["argon2"], argon2__rounds=1, argon2__memory_cost=8, argon2__parallelism=1)


class PinboardCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.engine = create_engine(f"sqlite:///{Path(folder.name, 'pins.db')}")
        self.addCleanup(self.engine.dispose)
        Base.metadata.create_all(self.engine)
        app.dependency_overrides[get_db] = self.database
        app.dependency_overrides[get_password_context] = self.context
        self.addCleanup(app.dependency_overrides.clear)
        self.anonymous = TestClient(app)
        self.admin = self.enter("adam")
        self.owner = self.enter("olive")
        self.other = self.enter("oscar")

    def database(self):
        with Session(self.engine) as session:
            yield session

    def context(self):
        return CONTEXT

    def log_in(self, username, password=SECRET):
        return self.anonymous.post("/token", data={"username": username, "password": password})

    def enter(self, username):
        made = self.anonymous.post("/users", json={"username": username, "password": SECRET})
        assert made.status_code == 201
        token = self.log_in(username).json()["access_token"]
        return TestClient(app, headers={"Authorization": f"Bearer {token}"})

    def pin(self, shared):
        response = self.owner.post("/notes", json={"text": "call mum", "shared": shared})
        assert response.status_code == 201
        return response.json()

    def statuses(self, client, shared):
        """Read, edit, delete: each on a note of its own."""
        return [
            client.get(f"/notes/{self.pin(shared)['id']}").status_code,
            client.patch(f"/notes/{self.pin(shared)['id']}", json={"text": "done"}).status_code,
            client.delete(f"/notes/{self.pin(shared)['id']}").status_code,
        ]


class TestMatrix(PinboardCase):
    def test_owner(self):
        assert self.statuses(self.owner, True) == [200, 200, 204]
        assert self.statuses(self.owner, False) == [200, 200, 204]

    def test_admin(self):
        assert self.statuses(self.admin, True) == [200, 200, 204]
        assert self.statuses(self.admin, False) == [200, 200, 204]

    def test_other(self):
        assert self.statuses(self.other, True) == [200, 403, 403]
        assert self.statuses(self.other, False) == [404, 404, 404]

    def test_nobody(self):
        assert self.statuses(self.anonymous, True) == [401, 401, 401]
        assert self.statuses(self.anonymous, False) == [401, 401, 401]

    def test_refused_changes_nothing(self):
        note = self.pin(True)
        for client in (self.other, self.anonymous):
            client.patch(f"/notes/{note['id']}", json={"text": "mine now"})
            client.delete(f"/notes/{note['id']}")
        assert self.owner.get(f"/notes/{note['id']}").json() == note

    def test_admin_edits_and_the_owner_stays(self):
        note = self.pin(False)
        self.admin.patch(f"/notes/{note['id']}", json={"text": "call mum today"})
        assert self.owner.get("/notes").json() == [{**note, "text": "call mum today"}]

    def test_hidden_is_absent(self):
        note = self.pin(False)
        for send in (self.other.get, self.other.delete):
            hidden = send(f"/notes/{note['id']}")
            self.admin.get(f"/notes/{note['id']}").raise_for_status()
            assert hidden.status_code == 404
        self.owner.delete(f"/notes/{note['id']}")
        assert self.other.get(f"/notes/{note['id']}").text == hidden.text


class TestUsers(PinboardCase):
    def test_who_is_who(self):
        assert self.admin.get("/users/me").json() == {"username": "adam", "is_admin": True, "is_active": True}
        assert self.other.get("/users/me").json() == {
            "username": "oscar",
            "is_admin": False,
            "is_active": True,
        }

    def test_admin_lists_users(self):
        users = self.admin.get("/admin/users").json()
        assert [user["username"] for user in users] == ["adam", "olive", "oscar"]
        assert {key for user in users for key in user} == {"username", "is_admin", "is_active"}

    def test_others_do_not(self):
        assert self.owner.get("/admin/users").status_code == 403
        assert self.owner.delete("/admin/users/oscar").status_code == 403
        assert self.owner.patch("/admin/users/nobody", json={"is_admin": True}).status_code == 403
        assert self.anonymous.get("/admin/users").status_code == 401
        assert self.other.get("/users/me").status_code == 200

    def test_stored_user_logs_in(self):
        with Session(self.engine) as session:
            session.add(User(username="row", password_hash=CONTEXT.hash(SECRET), is_active=False))
            session.add(User(username="column", password_hash=CONTEXT.hash(SECRET)))
            session.commit()
        assert self.log_in("column").status_code == 200
        assert self.log_in("row").status_code == 401

    def test_wrong_password_and_stranger(self):
        wrong, stranger = self.log_in("olive", "hunter3 hunter3"), self.log_in("nobody")
        assert wrong.status_code == 401
        assert (wrong.status_code, wrong.json()) == (stranger.status_code, stranger.json())

    def test_name_is_taken(self):
        response = self.anonymous.post("/users", json={"username": "olive", "password": "something else"})
        assert response.status_code == 409
        assert self.log_in("olive").status_code == 200

    def test_demoted_admin(self):
        self.admin.patch("/admin/users/olive", json={"is_admin": True})
        assert self.owner.get("/admin/users").status_code == 200
        self.owner.patch("/admin/users/adam", json={"is_admin": False})
        assert self.admin.get("/admin/users").status_code == 403
        assert self.admin.get("/users/me").status_code == 200

    def test_deactivated_and_deleted(self):
        note = self.pin(True)
        self.admin.patch("/admin/users/oscar", json={"is_active": False})
        assert self.other.get(f"/notes/{note['id']}").status_code == 401
        assert self.admin.delete("/admin/users/olive").status_code == 204
        assert self.admin.get("/notes").json() == []
        self.enter("olive")
        refused = self.owner.get("/notes")
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
