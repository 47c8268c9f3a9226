"""Advice, from suites that are run: each piece where it must be, and none where it must not."""

from pathlib import Path

import pytest

from checker.check import check_with, warm_runner
from checker.course.lessons import Course
from checker.course.suite import Suite, solution_suite
from checker.showing.report import board

ROOT = Path(__file__).parents[1]
SUITES = Path(__file__).with_name("advice")
LESSONS = Course(ROOT).lessons


@pytest.fixture(scope="module")
def runner():
    """One warm runner for the file."""
    suites = [solution_suite(lesson) for lesson in LESSONS]
    with warm_runner(LESSONS, suites) as one:
        yield one


@pytest.fixture(scope="module")
def judged(runner):
    """Judge files, or one file's text, as somebody's suite for a lesson."""

    def judge(number, suite):
        files = suite if isinstance(suite, dict) else {"test_suite.py": suite}
        files = {path: text.encode() for path, text in files.items()}
        return check_with(runner, LESSONS[number - 1], Suite(files, is_own=False))

    return judge


def together(head, cases):
    """Cases as one suite, which costs one check: `test_x` is `test_0`, `test_1`, … in it."""
    return head + "\n".join(
        body.replace("test_x", f"test_{number}").replace("TestX", f"TestX{number}")
        for number, body in enumerate(cases)
    )


def advice(checked):
    return [(f.kind, f.test) for f in checked.verdict.findings if f.stage == "advice"]


def texts(checked):
    return [f.text for f in checked.verdict.findings if f.stage == "advice"]


def test_honest_tests_of_many_styles_get_none(judged):
    honest = (SUITES / "honest.py").read_text("utf-8")
    helpers = (SUITES / "helpers.py").read_text("utf-8")

    checked = judged(1, {"test_suite.py": honest, "helpers.py": helpers})

    assert checked.verdict.status != "broken"
    assert [test for test in checked.verdict.tests if test.outcome != "passed"] == []
    assert texts(checked) == []


# -- where it must be: a suite, and the advice it gets

USERS = """
import asyncio
import httpx2
import pytest
from fastapi.testclient import TestClient
from users_api import app
client = TestClient(app)
transport = httpx2.ASGITransport(app=app)
"""
MUST = {
    "no assertion": ("def test_x():\n    client.get('/users/alice')\n", "asserts_nothing"),
    "an assertion of a constant": (
        "def test_x():\n    client.get('/users/alice')\n    assert True\n",
        "asserts_nothing",
    ),
    "an assertion of a tuple": (
        "def test_x():\n    r = client.get('/users/alice')\n    assert (r.status_code == 300, 'no')\n",
        "asserts_nothing",
    ),
    "no assertion in a class": (
        "class TestX:\n    def test_x(self):\n        client.get('/users/alice').json()\n",
        "asserts_nothing",
    ),
    "a helper that asserts nothing": (
        "def read():\n    return client.get('/users/alice')\ndef test_x():\n    read()\n",
        "asserts_nothing",
    ),
    "a loop over nothing": ("def test_x():\n    for user in []:\n        assert user\n", "never_reached"),
    "a loop over nothing in every case": (
        "@pytest.mark.parametrize('n', [1, 2])\ndef test_x(n):\n    for user in []:\n        assert user == n\n",
        "never_reached",
    ),
    "a condition that never holds": (
        "def test_x():\n    r = client.get('/users/alice')\n    if r.status_code == 201:\n        assert r.json()\n",
        "never_reached",
    ),
    "a coroutine for an answer": (
        "def test_x():\n    c = httpx2.AsyncClient(transport=transport, base_url='http://test')\n"
        "    assert c.get('/users/alice').status_code == 200\n",
        "never_awaited",
    ),
    "a coroutine compared": (
        "@pytest.mark.asyncio\nasync def test_x():\n"
        "    async with httpx2.AsyncClient(transport=transport, base_url='http://test') as c:\n"
        "        r = c.get('/users/alice')\n        assert r == 200\n",
        "never_awaited",
    ),
    "a coroutine that nobody looks at": (
        "@pytest.mark.asyncio\nasync def test_x():\n"
        "    async with httpx2.AsyncClient(transport=transport, base_url='http://test') as c:\n"
        "        c.post('/users?username=zoe&job=Baker')\n"
        "        assert (await c.get('/users/alice')).json()['job'] == 'Engineer'\n",
        "never_awaited",
    ),
    "an async helper": (
        "async def ask():\n    return 200\n@pytest.mark.asyncio\nasync def test_x():\n    assert ask()\n",
        "never_awaited",
    ),
    "no marker": ("async def test_x():\n    assert client.get('/users/alice').json()\n", "async_unmarked"),
    "an override of no dependency": (
        "def other():\n    pass\ndef test_x():\n    app.dependency_overrides[other] = lambda: 1\n"
        "    assert client.get('/users/alice').json()\n    app.dependency_overrides.clear()\n",
        "override_unused",
    ),
    "an override by update": (
        "def stranger():\n    pass\n@pytest.fixture\ndef swapped():\n    app.dependency_overrides = {stranger: lambda: 1}\n"
        "    yield\n    app.dependency_overrides.clear()\n"
        "def test_x(swapped):\n    assert client.get('/users/alice').json()\n",
        "override_unused",
    ),
    "two tests of one name": (
        "def test_x():\n    assert client.get('/users/alice').json()\n"
        "def test_x():\n    assert client.get('/users/bob').json()\n",
        "same_name",
    ),
    "the text beside the status": (
        "def test_x():\n    r = client.get('/users/bob')\n"
        "    assert r.json() == {'username': 'bob', 'job': 'Designer'}\n"
        '    assert (\n        r.text\n        == \'{"username":"bob","job":"Designer"}\'\n    )\n',
        "one_line_too_many",
    ),
    "an assertion that raises on a correct app": (
        "def test_x():\n    r = client.post('/users', params={'username': 'grace'})\n"
        "    assert r.status_code == 422\n    assert r.json()['detail'][0]['type'] == 'missing'\n"
        "    assert client.get('/users/grace').status_code == 404\n",
        "one_line_too_many",
    ),
}


@pytest.fixture(scope="module")
def mistaken(judged):
    """All the cases above, judged as one suite."""
    return judged(1, together(USERS, [body for body, _ in MUST.values()]))


@pytest.fixture(scope="module")
def advised(mistaken):
    """What each of the cases was told, by its number."""
    found = advice(mistaken)
    return {
        number: [kind for kind, test in found if test.endswith(f"test_{number}")]
        for number in range(len(MUST))
    }


@pytest.mark.parametrize("case", MUST)
def test_mistake_gets_its_advice(advised, case):
    assert advised[list(MUST).index(case)] == [MUST[case][1]]


def test_board_shows_three_pieces_of_the_advice_that_helps_now_and_counts_the_rest(mistaken):
    lines = board(mistaken)
    below = lines[lines.index("Worth a look:") + 1 :]
    shown = [line for line in below[: below.index("")] if line.startswith("  - ")]

    assert len(shown) == 4
    assert shown[-1] == "  - … and 13 more like these."
    assert not any("asserts nothing" in line for line in lines)


def test_line_too_many_stands_beside_what_it_costs(judged):
    body, _ = MUST["the text beside the status"]
    cases = "@pytest.mark.parametrize('n', [1, 2])\n" + body.replace("def test_x()", "def test_x(n)")

    text = " ".join(" ".join(board(judged(1, USERS + cases))).split())

    assert text.count("Without its line 13, test_x would be valid and catch 2 mutants.") == 1
    assert "muted until then" not in text


STATUSES_ALONE = {
    "of what nobody reads": (
        "def test_x():\n    '''Unknown users (P2).'''\n"
        "    assert client.get('/users/nobody').status_code == 404\n"
    ),
    "of what another test reads back": (
        "def test_x():\n    '''What a create answers (P3).'''\n"
        "    r = client.post('/users', params={'username': 'zoe', 'job': 'Pilot'})\n    assert r.status_code == 200\n"
        "def test_y():\n    '''What a create does (P3).'''\n"
        "    client.post('/users', params={'username': 'amy', 'job': 'Baker'})\n"
        "    assert client.get('/users/amy').json()['job'] == 'Baker'\n"
    ),
}


def test_status_alone_is_told_with_its_promise(judged):
    checked = judged(1, together(USERS, STATUSES_ALONE.values()))

    assert advice(checked) == [("status_alone", "test_0"), ("status_alone", "test_1")]
    assert [f.promise for f in checked.verdict.findings if f.stage == "advice"] == ["P2", "P3"]
    assert '"message": "User created"' in texts(checked)[1]


def test_advice_leaves_the_verdict_alone_and_stands_on_the_board(judged):
    checked = judged(1, together(USERS, STATUSES_ALONE.values()))

    assert (checked.verdict.status, [test.valid for test in checked.verdict.tests]) == (
        "survivors",
        [True] * 3,
    )
    assert "Worth a look:" in board(checked)


# -- where it must not be: suites that differ little from those above

SURVIVING = {
    "an assertion-free test that notices a mutant": (
        "def test_x():\n    client.post('/users', params={'username': 'zoe', 'job': 'Baker'})\n"
        "    client.get('/users/zoe').json()['job'][0]\n"
    ),
    "a status alone where the row has no body": (
        "def test_x():\n    '''(P5)'''\n    assert client.post('/users').status_code == 422\n"
    ),
    "a status alone of no row": "def test_x():\n    assert client.get('/users/bob').status_code == 200\n",
    "a status beside another test of that row's body": (
        "def test_x():\n    '''(P1)'''\n    assert client.get('/users/alice').status_code == 200\n"
        "def test_y():\n    '''(P1)'''\n    assert client.get('/users/alice').json()['username'] == 'alice'\n"
    ),
    "a status of a row whose mutants are all caught": (
        "def test_x():\n    '''(P4)'''\n    for _ in 'ab':\n"
        "        r = client.post('/users', params={'username': 'zoe', 'job': 'Baker'})\n    assert r.status_code == 400\n"
        "def test_every_refusal():\n    client.post('/users', params={'username': 'amy', 'job': 'Baker'})\n"
        "    r = client.post('/users', params={'username': 'amy', 'job': 'Pilot'})\n"
        "    assert r.status_code == 400\n    assert r.json() == {'detail': 'User already exists'}\n"
        "    assert client.get('/users/amy').json()['job'] == 'Baker'\n"
    ),
}
INVALID = {
    "two lines too many": (
        "def test_x():\n    r = client.post('/users', params={'username': 'grace'})\n"
        "    assert r.json()['detail'][0]['type'] == 'missing'\n    assert r.json()['detail'][0]['loc']\n"
        "    assert client.get('/users/grace').status_code == 404\n"
    ),
    "one line that is all there is": (
        "def test_x():\n    assert client.post('/users?username=grace').json()['detail'][0]['type'] == 'missing'\n"
    ),
    "a line too many in a test that also needs another": (
        "def test_a():\n    assert client.post('/users?username=zoe&job=Baker').status_code == 200\n"
        "def test_x():\n    assert client.get('/users/zoe').json()['job'] == 'Baker'\n"
        '    assert client.get(\'/users/zoe\').text == \'{"username":"zoe","job":"Baker"}\'\n'
    ),
    "two tests of one name in two classes": (
        "class TestX:\n    def test_x(self):\n        assert client.get('/users/bob').json()\n"
        "class TestY:\n    def test_x(self):\n        assert client.get('/users/bob').json()\n"
    ),
    "a failing test that speaks of a coroutine which was awaited": (
        "@pytest.mark.asyncio\nasync def test_x():\n"
        "    async with httpx2.AsyncClient(transport=transport, base_url='http://test') as c:\n"
        "        later = c.get('/users/alice')\n        r = await later\n        assert not r, 'a coroutine'\n"
    ),
    "a failing test that would have awaited later": (
        "@pytest.mark.asyncio\nasync def test_x():\n"
        "    async with httpx2.AsyncClient(transport=transport, base_url='http://test') as c:\n"
        "        later = c.get('/users/alice')\n        assert client.get('/users/bob').status_code == 404\n"
        "        assert (await later).json()\n"
    ),
}


@pytest.mark.parametrize(
    ("cases", "status"), [(SURVIVING, "survivors"), (INVALID, "invalid")], ids=["valid", "invalid"]
)
def test_what_looks_like_a_mistake_and_is_none_gets_no_advice(judged, cases, status):
    checked = judged(1, together(USERS, cases.values()))

    assert checked.verdict.status == status
    assert texts(checked) == []


SHOP = """
import pytest
import httpx2
from bookshop import create_app
from fastapi import FastAPI
from fastapi.testclient import TestClient

@pytest.fixture
def shop():
    return create_app()
"""


@pytest.mark.parametrize(
    ("body", "how"),
    [
        (
            "def test_x(shop):\n    assert TestClient(shop).get('/cart').json() == {'items': {}, 'total': 0}\n",
            "`with`",
        ),
        (
            "@pytest.mark.asyncio\nasync def test_x(shop):\n    transport = httpx2.ASGITransport(app=shop)\n"
            "    async with httpx2.AsyncClient(transport=transport, base_url='http://test') as c:\n"
            "        assert (await c.get('/')).status_code == 200\n",
            "ASGITransport",
        ),
    ],
    ids=["TestClient", "ASGITransport"],
)
def test_failing_test_of_an_app_that_was_never_started_is_told_so(judged, body, how):
    checked = judged(3, SHOP + body)

    assert advice(checked) == [("not_started", "test_x")]
    (text,) = texts(checked)
    assert "503" in text
    assert how in text
    assert any("never started" in line for line in board(checked))


CLOSED = {
    "passes": "def test_x(shop):\n    assert TestClient(shop).get('/').status_code == 503\n",
    "knows the status": (
        "def test_x(shop):\n    r = TestClient(shop).get('/')\n    assert (r.status_code, r.json()) == (503, {})\n"
    ),
    "knows the row": (
        "def test_x(shop):\n    '''(P1)'''\n    assert TestClient(shop).get('/').json() == {'detail': 'closed'}\n"
    ),
    "started": (
        "def test_x(shop):\n    with TestClient(shop) as c:\n        assert c.get('/').status_code == 201\n"
    ),
    "stopped": (
        "def test_x(shop):\n    with TestClient(shop) as c:\n        pass\n    assert c.get('/').status_code == 200\n"
    ),
    "mounted in an app that is started": (
        "def test_x(shop):\n    outer = FastAPI()\n    outer.mount('/shop', shop)\n"
        "    with TestClient(outer) as c:\n        assert c.get('/shop/').status_code == 200\n"
    ),
    "started by hand": (
        "@pytest.mark.asyncio\nasync def test_x(shop):\n    async with shop.router.lifespan_context(shop):\n"
        "        assert TestClient(shop).get('/').status_code == 201\n"
    ),
}


def test_other_tests_of_a_closed_shop_are_not(judged):
    assert texts(judged(3, together(SHOP, CLOSED.values()))) == []


OWN_APP = """
from fastapi import FastAPI
from fastapi.testclient import TestClient

app = FastAPI()


@app.get("/users/{name}")
def read(name: str):
    return name


def test_x():
    assert TestClient(app).get("/users/alice").json() == "alice"
"""


def test_suite_that_asks_an_app_of_its_own_is_told(judged):
    checked = judged(1, OWN_APP)

    assert advice(checked) == [("asks_nothing", None)]
    assert any("No test sends a request to a route of the lesson's app" in line for line in board(checked))


def test_suite_that_asks_the_lessons_app_and_looks_at_nothing_is_told_of_that_alone(judged):
    assert advice(judged(1, USERS + "def test_x():\n    print(client.get('/users/alice').json())\n")) == [
        ("asserts_nothing", "test_x")
    ]
