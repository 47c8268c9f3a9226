import pytest
from fastapi.testclient import TestClient
from session_api import app

PASSWORDS = {"alice": "password123", "bob": "builder456"}


def browser(**cookies):
    return TestClient(app, cookies=cookies)


def sign_in(who, username, password=None):
    return who.post("/login", data={"username": username, "password": password or PASSWORDS[username]})


def page(who):
    return who.get("/protected").json()


def hello(username):
    return {"message": f"Hello {username}, you are authenticated!"}


def test_log_in_answers_with_a_closed_cookie():
    response = sign_in(browser(), "bob")
    assert response.status_code == 200
    assert response.json() == {"message": "Logged in"}
    [cookie] = [c for c in response.headers.get_list("set-cookie") if c.startswith("session_token=")]
    flags = {flag.strip().lower() for flag in cookie.split(";")}
    assert {"httponly", "samesite=lax"} <= flags


@pytest.mark.parametrize("username", PASSWORDS)
def test_page_greets_who_logged_in(username):
    who = browser()
    sign_in(who, username)
    assert page(who) == hello(username)


def test_tokens_are_long_and_new():
    one, two = browser(), browser()
    tokens = [sign_in(who, "alice").cookies["session_token"] for who in (one, one, two)]
    assert min(map(len, tokens)) >= 20
    assert len(set(tokens)) == 3


@pytest.mark.parametrize(
    ("username", "password"), [("alice", "no"), ("alice", "builder456"), ("carl", "password123")]
)
def test_wrong_log_in_is_refused_and_ends_nothing(username, password):
    before, who = browser(), browser()
    sign_in(before, "alice")
    response = sign_in(who, username, password)
    assert response.status_code == 400
    assert response.json() == {"detail": "Invalid credentials"}
    assert "session_token" not in who.cookies
    assert page(before) == hello("alice")


def test_invented_token_opens_nothing():
    assert browser(session_token="invented-by-the-test").get("/protected").status_code == 401


def test_log_out_ends_the_session_on_both_sides():
    who = browser()
    token = sign_in(who, "alice").cookies["session_token"]
    who.post("/logout")
    assert "session_token" not in who.cookies
    assert browser(session_token=token).get("/protected").status_code == 401


def test_log_out_of_one_browser_leaves_the_others():
    one, two, bob = browser(), browser(), browser()
    sign_in(one, "alice")
    sign_in(bob, "bob")
    sign_in(two, "alice")
    two.post("/logout")
    assert page(one) == hello("alice")
    assert page(bob) == hello("bob")
