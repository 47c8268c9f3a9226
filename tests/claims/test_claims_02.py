"""What lesson 02 says about cookies, clients and sessions, on the installed versions."""

import asyncio
import re
import subprocess
import sys
import tomllib
import types
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import httpx2
import pytest
from fastapi import FastAPI, HTTPException, Response
from fastapi.testclient import TestClient

from checker.course.lessons import find_course
from checker.course.variants import load_variants

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "lessons" / "02_cookie_sessions"
SOLUTION = ROOT / "solutions" / "02_cookie_sessions"
README = (LESSON / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python[^\n]*\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
WORKED, PLACES, TRAP, THREE_WAYS, FOURTH_WAY, SECURE = BLOCKS


def load(source):
    """A module of this source, that nobody else has."""
    module = types.ModuleType("session_api")
    exec(compile(source, "session_api.py", "exec", dont_inherit=True), module.__dict__)
    return module


def variant(wanted):
    variants = load_variants(find_course(ROOT).find("2"))
    found = next(v for v in (*variants.equivalents, *variants.mutants) if v.id == wanted)
    return load(found.files["session_api.py"]).app


@pytest.fixture
def module():
    return load((LESSON / "session_api.py").read_text("utf-8"))


@pytest.fixture
def app(module):
    return module.app


@pytest.fixture
def names(app, monkeypatch, module):
    """Where the blocks of the README run, one after the other; `session_api` is ours alone."""
    monkeypatch.setitem(sys.modules, "session_api", module)
    names = {}
    exec(WORKED, names)
    return names


def log_in(client, username="alice", password="password123"):
    return client.post("/login", data={"username": username, "password": password})


def logged_in(app, username="alice", password="password123"):
    client = TestClient(app)
    log_in(client, username, password)
    return client


def status(client):
    return client.get("/protected").status_code


# -- the blocks of the README


def test_worked_test_passes(names, app):
    names["test_login_sets_a_cookie"](TestClient(app))


def test_the_three_places_of_a_cookie_are_as_shown(names):
    exec(PLACES, names)

    token = names["client"].cookies["session_token"]
    assert names["response"].cookies["session_token"] == token
    (line,) = names["response"].headers.get_list("set-cookie")
    assert line.startswith(f"session_token={token}; ")


def test_second_test_of_the_trap_is_red_after_the_first(names):
    exec(TRAP, names)
    names["test_alice_gets_in"]()

    with pytest.raises(AssertionError):
        names["test_nobody_gets_in"]()


def test_second_test_of_the_trap_is_green_alone(names):
    exec(TRAP, names)

    names["test_nobody_gets_in"]()
    names["test_alice_gets_in"]()


def test_block_of_three_ways_to_send_no_cookie_runs(names, app):
    exec(THREE_WAYS, {**names, "client": TestClient(app)})


def test_block_of_the_way_that_does_not_work_runs_and_warns(names):
    with pytest.warns(DeprecationWarning, match="per-request cookies"):
        exec(FOURTH_WAY, names)


def test_block_about_secure_cookies_prints_what_the_readme_shows(capsys):
    exec(SECURE, {})

    printed = capsys.readouterr().out
    assert printed.count("\n") == 2
    assert (
        printed
        == re.sub("^    ", "", README[README.index("    http://testserver keeps") :], flags=re.M)[
            : len(printed)
        ]
    )


# -- the README's prose


def test_fixture_makes_a_new_client_for_each_test(tmp_path):
    (tmp_path / "session_api.py").write_text((LESSON / "session_api.py").read_text("utf-8"), "utf-8")
    second = 'def test_another_client(client):\n    assert "session_token" not in client.cookies\n'
    (tmp_path / "test_anew.py").write_text(f"{WORKED}\n\n{second}", "utf-8")

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_anew.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert "2 passed" in done.stdout


@pytest.mark.parametrize(
    "message",
    ["an earlier test spoils it", "another test spoils it", "it needs what an earlier test left"],
)
def test_messages_about_order_are_those_of_the_checker(message):
    assert message in README
    assert any(f"{message}." in path.read_text("utf-8") for path in (ROOT / "checker").rglob("*.py"))


def test_login_sent_as_json_is_answered_422(app):
    wrong = {"username": "alice", "password": "wrong"}

    assert TestClient(app).post("/login", json=wrong).status_code == 422


def test_form_parameters_are_missing_when_the_login_is_sent_as_json(app):
    answer = TestClient(app).post("/login", json={"username": "alice", "password": "password123"})

    assert {error["type"] for error in answer.json()["detail"]} == {"missing"}


def test_attributes_stand_in_the_header_alone(app):
    client = TestClient(app)
    response = log_in(client)

    assert "HttpOnly" in response.headers["set-cookie"]
    assert (
        dict(response.cookies) == dict(client.cookies) == {"session_token": client.cookies["session_token"]}
    )


def test_each_client_is_a_browser_of_its_own(app):
    assert (status(logged_in(app)), status(TestClient(app))) == (200, 401)


@pytest.mark.parametrize(
    "forget", [lambda jar: jar.delete("session_token"), lambda jar: jar.clear()], ids=["delete", "clear"]
)
def test_dropping_the_cookie_sends_none(app, forget):
    client = logged_in(app)
    forget(client.cookies)

    response = client.get("/protected")

    assert response.status_code == 401
    assert "cookie" not in response.request.headers


@pytest.mark.parametrize("cookies", [{}, {"theme": "light"}])
def test_cookies_of_a_request_are_added_to_those_of_the_client(app, cookies):
    client = logged_in(app)

    with pytest.warns(DeprecationWarning, match="per-request cookies"):
        response = client.get("/protected", cookies=cookies)

    assert response.status_code == 200
    assert client.cookies["session_token"] in response.request.headers["cookie"]


def test_cookie_set_after_a_login_is_a_second_one_and_a_conflict(app):
    client = logged_in(app)
    token = client.cookies["session_token"]

    client.cookies.set("session_token", "made-up")

    sent = client.get("/protected").request.headers["cookie"]
    assert sorted(sent.split("; ")) == sorted(["session_token=made-up", f"session_token={token}"])
    with pytest.raises(httpx2.CookieConflict):
        client.cookies["session_token"]


@pytest.mark.parametrize(("library", "expected"), [(httpx, 401), (httpx2, 200)], ids=["httpx", "httpx2"])
def test_of_two_cookies_httpx_has_the_new_one_read_and_httpx2_the_old_one(app, library, expected):
    async def forge():
        transport = library.ASGITransport(app=app)
        async with library.AsyncClient(transport=transport, base_url="http://testserver") as client:
            await client.post("/login", data={"username": "alice", "password": "password123"})
            client.cookies.set("session_token", "made-up")
            return await client.get("/protected")

    assert asyncio.run(forge()).status_code == expected


def test_forging_after_a_login_is_red_on_the_right_app(app):
    client = logged_in(app)
    client.cookies.set("session_token", "made-up")

    assert status(client) == 200


def test_cookies_given_to_a_new_client_are_all_it_sends(app):
    response = TestClient(app, cookies={"session_token": "made-up"}).get("/protected")

    assert response.status_code == 401
    assert response.request.headers["cookie"] == "session_token=made-up"


def test_client_given_no_cookies_sends_none(app):
    assert "cookie" not in TestClient(app, cookies={}).get("/protected").request.headers


@pytest.mark.parametrize("wanted", [None, "logout-leaves-the-cookie"])
def test_cookies_of_the_logout_response_are_empty_on_every_app(app, wanted):
    client = logged_in(variant(wanted) if wanted else app)

    assert not client.post("/logout").cookies


@pytest.mark.parametrize("wanted", [None, "logout-keeps-the-session"])
def test_client_that_logged_out_gets_401_whatever_the_server_knows(app, wanted):
    client = logged_in(variant(wanted) if wanted else app)
    client.post("/logout")

    assert status(client) == 401


def test_plain_header_joins_several_set_cookie_lines():
    response = log_in(TestClient(variant("httponly-on-another-cookie")))

    lines = response.headers.get_list("set-cookie")
    assert len(lines) == 2
    assert response.headers["set-cookie"] == ", ".join(lines)


# -- the hints


def test_attributes_of_way_b_are_as_the_hint_lists_them(app):
    response = log_in(TestClient(app))

    (line,) = response.headers.get_list("set-cookie")
    attributes = [part.strip().lower() for part in line.split(";")]
    assert attributes[1:] == ["httponly", "path=/", "samesite=lax"]


def test_request_of_a_response_shows_the_cookies_sent(app):
    client = logged_in(app)

    assert (
        client.get("/protected").request.headers["cookie"]
        == f"session_token={client.cookies['session_token']}"
    )


def test_hints_have_a_ladder_for_each_task():
    hints = (LESSON / "hints.md").read_text("utf-8")
    starter = (LESSON / "test_cookie_sessions.py").read_text("utf-8")

    functions = re.findall(r"def (\w+)\([^)]*\):\n(?:    .*\n)?    pytest\.fail", starter)
    assert re.findall(r"^## (.+)$", hints, re.MULTILINE) == functions


def test_hints_do_not_hold_an_assertion_of_the_solution():
    hints = (LESSON / "hints.md").read_text("utf-8")
    solution = (SOLUTION / "test_cookie_sessions.py").read_text("utf-8")

    lines = [line.strip() for line in solution.splitlines() if line.strip().startswith("assert")]
    assert lines
    assert not [line for line in lines if line in hints or line.removeprefix("assert ") in hints]


# -- the debrief


def test_debrief_names_every_mutant():
    entries = tomllib.loads((SOLUTION / "variants.toml").read_text("utf-8"))
    debrief = (SOLUTION / "README.md").read_text("utf-8")

    rows = re.findall(r"^\| ([a-z]+-[a-z0-9-]+(?:, [a-z0-9-]+)*) \|", debrief, re.MULTILINE)

    assert sorted(name for row in rows for name in row.split(", ")) == sorted(
        mutant["id"] for mutant in entries["mutant"]
    )


def test_joined_header_has_httponly_when_another_cookie_has_it():
    response = log_in(TestClient(variant("httponly-on-another-cookie")))

    assert "httponly" in response.headers["set-cookie"].lower()


def test_first_set_cookie_line_may_be_another_cookies():
    response = log_in(TestClient(variant("another-cookie-first")))

    assert response.headers.get_list("set-cookie")[0].startswith("theme=")


def test_samesite_none_has_samesite_in_it():
    response = log_in(TestClient(variant("sent-from-other-sites")))

    assert "samesite" in response.headers["set-cookie"].lower()


def test_last_login_is_everybody_lets_alice_in_as_bob():
    app = variant("last-login-is-everybody")
    alice, _ = logged_in(app), logged_in(app, "bob", "builder456")

    answer = alice.get("/protected")
    assert answer.status_code == 200
    assert answer.json() == {"message": "Hello bob, you are authenticated!"}


def test_logout_for_another_path_looks_like_a_deletion_and_leaves_the_cookie():
    client = logged_in(variant("logout-leaves-the-cookie"))

    response = client.post("/logout")

    assert 'session_token=""' in response.headers["set-cookie"]
    assert "Max-Age=0" in response.headers["set-cookie"]
    assert "session_token" in client.cookies
    assert status(client) == 401


def test_refusal_by_not_200_and_json_is_green_where_any_password_is_accepted():
    client = TestClient(variant("any-password"))

    assert client.post("/login", json={"username": "alice", "password": "wrong"}).status_code != 200
    assert log_in(client, "alice", "wrong").status_code == 200


def test_no_cookie_at_all_is_refused_even_where_any_cookie_will_do():
    app = variant("any-cookie-will-do")

    assert status(TestClient(app)) == 401
    assert status(TestClient(app, cookies={"session_token": "made-up"})) == 200


@pytest.mark.parametrize(("base_url", "sent"), [("http://testserver", 401), ("https://testserver", 200)])
def test_secure_cookie_is_kept_on_both_and_sent_over_https_alone(base_url, sent):
    source = (
        (LESSON / "session_api.py").read_text("utf-8").replace("httponly=True", "httponly=True, secure=True")
    )
    client = TestClient(load(source).app, base_url=base_url)
    log_in(client)

    assert "session_token" in client.cookies
    assert status(client) == sent


def test_secure_cookie_over_http_hides_a_session_that_outlives_its_logout():
    source = load_variants(find_course(ROOT).find("2"))
    mutant = next(m for m in source.mutants if m.id == "logout-keeps-the-session").files["session_api.py"]
    app = load(mutant.replace("httponly=True", "httponly=True, secure=True")).app
    token = logged_in(app).cookies["session_token"]

    assert status(logged_in(app)) == 401
    assert status(TestClient(app, cookies={"session_token": token})) == 200


def test_set_cookie_is_samesite_lax_by_itself_and_neither_httponly_nor_secure():
    response = Response()
    response.set_cookie("a", "b")

    line = response.headers["set-cookie"].lower()
    assert "samesite=lax" in line
    assert "httponly" not in line
    assert "secure" not in line


def test_cookies_put_on_the_response_are_lost_when_the_route_raises():
    app = FastAPI()

    @app.get("/")
    def refuse(response: Response):
        response.set_cookie("a", "b")
        response.headers["x-mine"] = "c"
        raise HTTPException(400)

    answer = TestClient(app).get("/")
    assert "set-cookie" not in answer.headers
    assert "x-mine" not in answer.headers


def test_delete_cookie_needs_the_domain_that_set_cookie_had():
    app = FastAPI()

    @app.post("/set")
    def give(response: Response):
        response.set_cookie("a", "b", domain="example.test")

    @app.post("/{rest}")
    def take(rest: str, response: Response):
        response.delete_cookie("a", domain="example.test" if rest == "right" else None)

    client = TestClient(app, base_url="http://www.example.test")
    client.post("/set")
    client.post("/wrong")
    assert "a" in client.cookies
    client.post("/right")
    assert "a" not in client.cookies


def test_simple_cookie_finds_names_in_any_case_and_keeps_values_as_written():
    response = log_in(TestClient(variant("another-cookie-first")))

    line = next(line for line in response.headers.get_list("set-cookie") if line.startswith("session_token="))
    assert SimpleCookie(line)["session_token"]["samesite"] == "LAX"
    assert SimpleCookie(line)["session_token"]["httponly"] is True


def test_sessions_live_as_long_as_the_module(module):
    before = logged_in(module.app)
    logged_in(module.app)

    assert len(module.sessions) == 2
    assert status(before) == 200
