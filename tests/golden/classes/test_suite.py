from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


class TestRead:
    def test_unknown_user(self):
        assert client.get("/users/nobody").status_code == 404

    def test_bob(self):
        assert client.get("/users/bob").json() == {"username": "bob", "job": "Designer"}


class TestCreate:
    @classmethod
    def setup_class(cls):
        cls.client = TestClient(app).__enter__()
        cls.response = cls.client.post("/users", params={"username": "carol", "job": "Pilot"})

    @classmethod
    def teardown_class(cls):
        cls.client.__exit__()

    def test_answer(self):
        assert self.response.status_code == 200
        assert self.response.json() == {"message": "User created", "username": "carol"}

    def test_stored(self):
        assert self.client.get("/users/carol").json() == {"username": "carol", "job": "Pilot"}
