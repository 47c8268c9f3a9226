import pytest
from fastapi.testclient import TestClient
from session_api import app


@pytest.fixture
def new_browser():
    return lambda token=None: TestClient(app, cookies={"session_token": token} if token else None)


@pytest.fixture
def member(new_browser):
    def logged_in(username="alice", password="password123"):
        browser = new_browser()
        browser.post("/login", data={"username": username, "password": password})
        return browser

    return logged_in


def is_refused(response):
    return (response.status_code, response.json()) == (401, {"detail": "Not authenticated"})


def is_greeted(browser, name):
    response = browser.get("/protected")
    message = f"Hello {name}, you are authenticated!"
    return (response.status_code, response.json()) == (200, {"message": message})


def test_login(new_browser):
    response = new_browser().post("/login", data={"username": "alice", "password": "password123"})
    assert response.status_code == 200
    assert response.json() == {"message": "Logged in"}
    cookies = response.headers.get_list("set-cookie")
    ours = next(cookie for cookie in cookies if cookie.startswith("session_token=")).lower()
    assert "httponly" in ours
    assert "samesite=lax" in ours


def test_tokens_differ(member):
    tokens = {member().cookies["session_token"] for _ in range(5)}
    assert len(tokens) == 5
    assert all(len(token) >= 20 for token in tokens)


@pytest.mark.parametrize("username", ["alice", "nobody"])
def test_wrong_credentials(new_browser, username):
    browser = new_browser()
    response = browser.post("/login", data={"username": username, "password": "not-the-one"})
    assert response.status_code == 400
    assert response.json() == {"detail": "Invalid credentials"}
    assert not list(browser.cookies)


def test_page_without_a_session(new_browser):
    assert is_refused(new_browser().get("/protected"))
    assert is_refused(new_browser("made-up-by-somebody").get("/protected"))


def test_logout(new_browser, member):
    browser = member()
    token = browser.cookies["session_token"]
    assert browser.post("/logout").status_code == 200
    assert "session_token" not in browser.cookies
    assert is_refused(new_browser(token).get("/protected"))


def test_several_browsers(member):
    first, bob, second = member(), member("bob", "builder456"), member()
    assert is_greeted(first, "alice")
    second.post("/logout")
    assert is_greeted(first, "alice")
    assert is_greeted(bob, "bob")
