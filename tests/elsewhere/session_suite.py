"""Somebody else's tests of contract 02 (cookie_sessions): log in, be remembered, log out."""

from fastapi.testclient import TestClient
from session_api import app

COOKIE = "session_token"
ALICE = {"username": "alice", "password": "password123"}
BOB = {"username": "bob", "password": "builder456"}


def session_cookie_attributes(response):
    """The attributes of the session cookie as set by this response, in lower case."""
    headers = [h for h in response.headers.get_list("set-cookie") if h.startswith(COOKIE + "=")]
    assert len(headers) == 1, headers
    return [part.strip().lower() for part in headers[0].split(";")[1:]]


class TestSessions:
    def setup_method(self):
        self.client = TestClient(app)

    def login(self, who, client=None):
        response = (client or self.client).post("/login", data=who)
        assert response.status_code == 200
        return response

    def assert_is(self, name, client=None):
        response = (client or self.client).get("/protected")
        assert response.status_code == 200
        assert response.json() == {"message": f"Hello {name}, you are authenticated!"}

    def assert_nobody(self, client=None):
        response = (client or self.client).get("/protected")
        assert response.status_code == 401
        assert response.json() == {"detail": "Not authenticated"}

    def assert_refused(self, username, password):
        response = self.client.post("/login", data={"username": username, "password": password})
        assert response.status_code == 400
        assert response.json() == {"detail": "Invalid credentials"}
        assert COOKIE not in response.cookies
        assert COOKIE not in self.client.cookies
        self.assert_nobody()

    def test_login_sets_cookie(self):
        response = self.login(ALICE)
        assert response.json() == {"message": "Logged in"}
        assert len(response.cookies[COOKIE]) >= 20

    def test_cookie_is_http_only(self):
        assert "httponly" in session_cookie_attributes(self.login(ALICE))

    def test_cookie_is_same_site_lax(self):
        assert "samesite=lax" in session_cookie_attributes(self.login(ALICE))

    def test_wrong_password(self):
        self.assert_refused("alice", "password124")

    def test_password_of_another_user(self):
        self.assert_refused("alice", BOB["password"])

    def test_unknown_user(self):
        self.assert_refused("mallory", "password123")

    def test_protected_without_login(self):
        self.assert_nobody()

    def test_protected_after_login(self):
        self.login(ALICE)
        self.assert_is("alice")
        self.assert_is("alice")  # and again: the cookie is good for more than one request

    def test_made_up_token(self):
        self.login(ALICE)
        self.assert_nobody(TestClient(app, cookies={COOKIE: "x" * 40}))

    def test_token_works_in_another_client(self):
        token = self.login(ALICE).cookies[COOKIE]
        self.assert_is("alice", TestClient(app, cookies={COOKIE: token}))

    def test_logout(self):
        self.login(ALICE)
        assert self.client.post("/logout").status_code == 200
        assert COOKIE not in self.client.cookies
        self.assert_nobody()

    def test_logged_out_token_cannot_be_replayed(self):
        token = self.login(ALICE).cookies[COOKIE]
        self.client.post("/logout")
        self.assert_nobody(TestClient(app, cookies={COOKIE: token}))

    def test_new_token_at_each_login(self):
        tokens = {self.login(ALICE, TestClient(app)).cookies[COOKIE] for _ in range(5)}
        assert len(tokens) == 5

    def test_two_users_do_not_disturb_each_other(self):
        other = TestClient(app)
        self.login(ALICE)
        self.login(BOB, other)
        self.assert_is("alice")
        self.assert_is("bob", other)
        self.client.post("/logout")
        self.assert_nobody()
        self.assert_is("bob", other)

    def test_one_user_on_two_devices(self):
        phone = TestClient(app)
        self.login(ALICE)
        self.login(ALICE, phone)
        self.assert_is("alice")
        self.assert_is("alice", phone)
        phone.post("/logout")
        self.assert_nobody(phone)
        self.assert_is("alice")
