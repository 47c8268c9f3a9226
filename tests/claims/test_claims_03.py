"""What lesson 03 says about fixtures, scopes, lifespans and clients, on the installed versions."""

import asyncio
import re
import sys
import tomllib
from collections.abc import Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "lessons" / "03_fixture_scopes"
SOLUTION = ROOT / "solutions" / "03_fixture_scopes"
README = (LESSON / "README.md").read_text("utf-8")
APP = (LESSON / "bookshop.py").read_text("utf-8")
STARTER = (LESSON / "test_fixture_scopes.py").read_text("utf-8")
SOLVED = (SOLUTION / "test_fixture_scopes.py").read_text("utf-8")
BLOCKS = re.findall(r"```python[^\n]*\n(.*?)```", README, re.DOTALL)
EMPTY = {"items": {}, "total": 0}

VISITORS = """
    import pytest
    from bookshop import create_app
    from fastapi.testclient import TestClient

    @pytest.fixture(scope="{shop}")
    def shop():
        app = create_app()
        with TestClient(app):
            yield app

    @pytest.fixture(scope="{visitor}")
    def visitor(shop):
        return TestClient(shop)

    def test_one(visitor):
        assert visitor.post("/cart/dune").json()["total"] == 900

    def test_two(visitor):
        assert visitor.post("/cart/dune").json()["total"] == 900
"""


@pytest.fixture
def bookshop() -> Iterator[ModuleType]:
    """The lesson's app, imported afresh, so that its count of openings is the test's own."""
    module = ModuleType("bookshop")
    module.__file__ = str(LESSON / "bookshop.py")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "bookshop", module)
        exec(compile(APP, module.__file__, "exec"), module.__dict__)
        yield module


class Inner:
    """A run of pytest inside this one, with the lesson's app beside the tests."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester
        pytester.makepyfile(bookshop=APP)
        pytester.syspathinsert()

    def run(self, *options: str, app: str = APP, **files: str) -> pytest.RunResult:
        self._pytester.makepyfile(bookshop=app)
        self._pytester.makepyfile(**{name: dedent(text) for name, text in files.items()})
        return self._pytester.runpytest_inprocess("-p", "no:asyncio", "-p", "no:cacheprovider", *options)


@pytest.fixture
def inner(pytester: pytest.Pytester) -> Inner:
    return Inner(pytester)


def openings_of(result: pytest.RunResult) -> int:
    """How often a run that ends with `COUNTED` opened the catalogue."""
    return int(re.search(r"opened (\d+) times", result.stdout.str())[1])


COUNTED = """
    import bookshop

    def pytest_terminal_summary(terminalreporter):
        terminalreporter.write_line(f"opened {bookshop.Catalogue.openings} times")
"""


# -- the app


def test_a_closed_shop_answers_503_on_every_route_before_the_start_and_after_the_stop(bookshop):
    client = TestClient(bookshop.create_app())
    routes = re.findall(r'\("(\w+)", "(/[^"]*)"\)', STARTER)
    before = [client.request(*route) for route in routes]
    with client:
        pass
    after = [client.request(*route) for route in routes]

    assert len(routes) == 7
    assert {answer.status_code for answer in before + after} == {503}
    assert all(answer.json() == {"detail": "Shop is closed"} for answer in before + after)


def test_the_routes_of_the_starter_are_all_the_routes_of_the_app(bookshop):
    with TestClient(bookshop.create_app()) as client:
        paths = client.get("/openapi.json").json()["paths"]

    assert sum(len(methods) for methods in paths.values()) == 7


def test_the_given_rows_say_what_the_open_shop_answers(bookshop):
    with TestClient(bookshop.create_app()) as client:
        assert client.get("/").json() == {"message": "Welcome", "titles": 3}
        assert client.get("/health").json() == {"status": "ok", "openings": 1}
        assert [client.get(f"/books/{t}").json()["price"] for t in ("dune", "emma", "ulysses")] == [
            900,
            700,
            1200,
        ]
        refused = client.get("/books/cookbook")
        assert (refused.status_code, refused.json()) == (404, {"detail": "No such book"})


def test_the_rows_of_the_cart_answer_with_the_promised_statuses_and_carts(bookshop):
    with TestClient(bookshop.create_app()) as client:
        answers = [
            client.request(*route)
            for route in [
                ("GET", "/cart"),
                ("POST", "/cart/dune"),
                ("POST", "/cart/cookbook"),
                ("DELETE", "/cart/emma"),
                ("DELETE", "/cart/dune"),
                ("DELETE", "/cart"),
            ]
        ]

    assert [answer.status_code for answer in answers] == [200, 201, 404, 404, 200, 204]
    assert answers[0].json() == answers[4].json() == EMPTY
    assert answers[1].json() == {"items": {"dune": 1}, "total": 900}


def test_catalogue_and_carts_are_on_the_apps_state_once_it_has_started(bookshop):
    app = bookshop.create_app()
    assert not hasattr(app.state, "catalogue")
    with TestClient(app):
        assert app.state.carts == {}
        assert not app.state.catalogue.closed
    assert app.state.catalogue.closed


# -- clients and the lifespan


def test_with_starts_the_app_and_stops_it_at_the_end_of_the_block(bookshop):
    app = bookshop.create_app()
    client = TestClient(app)
    assert bookshop.Catalogue.openings == 0
    with client:
        assert bookshop.Catalogue.openings == 1
        assert not app.state.catalogue.closed
    assert app.state.catalogue.closed


def test_a_client_without_with_is_a_new_jar_for_a_shop_that_another_client_holds_open(bookshop):
    app = bookshop.create_app()
    with TestClient(app) as holder:
        holder.post("/cart/dune")
        assert TestClient(app).get("/cart").json() == EMPTY
    assert bookshop.Catalogue.openings == 1


def test_a_client_goes_on_after_its_block_and_talks_to_a_stopped_app(bookshop):
    with TestClient(bookshop.create_app()) as client:
        assert client.get("/").status_code == 200
    assert client.get("/").status_code == 503


def test_a_second_start_of_a_running_shop_empties_all_carts_and_its_stop_closes_the_shop(bookshop):
    app = bookshop.create_app()
    with TestClient(app) as client:
        client.post("/cart/dune")
        with TestClient(app):
            assert client.get("/cart").json() == EMPTY
        assert client.get("/").status_code == 503


def test_a_client_without_with_is_green_on_an_app_whose_start_up_raises():
    @asynccontextmanager
    async def lifespan(app):
        raise RuntimeError("no database")
        yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    def home():
        return "Welcome"

    assert TestClient(app).get("/").status_code == 200
    with pytest.raises(RuntimeError, match="no database"), TestClient(app):
        pass


def test_a_newcomers_cart_is_empty_after_a_restart_even_when_old_carts_survive(bookshop):
    app = bookshop.create_app()
    client = TestClient(app)
    with client:
        client.post("/cart/dune")
        old = app.state.carts
    with client:
        app.state.carts = old  # the bug
        assert TestClient(app).get("/cart").json() == EMPTY
        assert client.get("/cart").json() != EMPTY


def test_a_client_with_a_block_has_one_event_loop_and_without_one_for_each_request():
    app = FastAPI()
    loops = []

    @app.get("/")
    async def loop():
        loops.append(asyncio.get_running_loop())

    client = TestClient(app)
    client.get("/")
    client.get("/")
    assert loops[0] is not loops[1]
    with client:
        client.get("/")
        client.get("/")
    assert loops[2] is loops[3]


# -- the code blocks of the README


def test_the_worked_tests_of_the_readme_pass(inner):
    inner.run(test_worked="".join(BLOCKS[:2])).assert_outcomes(passed=2)


def test_the_class_of_the_readme_passes_and_leaves_no_folder(inner):
    noted = BLOCKS[2] + "\n\ndef test_the_folder_is_gone():\n    assert not Path(TestNotes.folder).exists()\n"

    inner.run(test_notes=noted).assert_outcomes(passed=3)


def test_the_readme_has_no_code_block_that_is_not_run_here():
    assert len(BLOCKS) == 3


def test_setup_show_shows_four_shops_at_function_scope_and_one_at_module_scope(inner):
    narrow = inner.run("--setup-show", "-k", "home or price", test_narrow=STARTER)
    wide = inner.run(
        "--setup-show",
        "-k",
        "home or price",
        "test_wide.py",
        test_wide=STARTER.replace("@pytest.fixture\ndef shop", '@pytest.fixture(scope="module")\ndef shop'),
    )

    narrow.assert_outcomes(passed=4, deselected=11)
    wide.assert_outcomes(passed=4, deselected=11)
    assert narrow.stdout.str().count("SETUP    F shop") == narrow.stdout.str().count("TEARDOWN F shop") == 4
    assert wide.stdout.str().count("SETUP    M shop") == wide.stdout.str().count("TEARDOWN M shop") == 1


def test_the_starter_with_function_scope_is_green_apart_from_its_todos(inner):
    result = inner.run(test_starter=STARTER)

    result.assert_outcomes(passed=5, failed=2, errors=8)
    assert all("TODO" in line for line in result.stdout.lines if line.startswith("E "))


def test_the_solution_opens_the_catalogue_six_times(inner):
    result = inner.run(test_solved=SOLVED, conftest=COUNTED)

    result.assert_outcomes(passed=16)
    assert openings_of(result) == 6


# -- scopes


def test_each_scope_is_made_as_often_as_the_table_says(inner):
    tests = """
    import pytest

    made = []

    @pytest.fixture
    def each_test(): made.append("default")

    @pytest.fixture(scope="class")
    def each_class(): made.append("class")

    @pytest.fixture(scope="module")
    def each_file(): made.append("module")

    @pytest.fixture(scope="session")
    def each_run(): made.append("session")

    pytestmark = pytest.mark.usefixtures("each_test", "each_class", "each_file", "each_run")

    class TestOne:
        def test_a(self): pass
        def test_b(self): pass

    def test_c(): pass
    def test_d(): pass

    def test_count():
        assert made.count("default") == 5
        assert made.count("class") == 1 + 3  # outside a class: once a test
        assert made.count("module") == made.count("session") == 1
    """

    inner.run(test_scopes=tests).assert_outcomes(passed=5)


def test_session_scope_is_one_for_all_files_and_module_scope_one_for_each(inner):
    conftest = """
    import pytest

    made = []

    @pytest.fixture(scope="session")
    def each_run(): made.append("session")

    @pytest.fixture(scope="module")
    def each_file(): made.append("module")

    def pytest_terminal_summary(terminalreporter):
        terminalreporter.write_line(" ".join(sorted(made)))
    """
    test = "def test_it(each_run, each_file): pass"

    result = inner.run(conftest=conftest, test_a=test, test_b=test)

    result.stdout.fnmatch_lines(["module module session"])


def test_a_session_scoped_visitor_of_a_smaller_shop_is_a_scope_mismatch(inner):
    result = inner.run(test_it=VISITORS.format(shop="module", visitor="session"))

    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*ScopeMismatch*"])


def test_a_narrow_fixture_may_use_a_wide_one_and_each_visitor_is_new(inner):
    inner.run(test_it=VISITORS.format(shop="module", visitor="function")).assert_outcomes(passed=2)


def test_with_both_at_session_scope_the_cart_of_one_test_is_the_cart_of_the_next(inner):
    inner.run(test_it=VISITORS.format(shop="session", visitor="session")).assert_outcomes(passed=1, failed=1)


def test_the_tear_down_of_a_fixture_runs_when_the_test_fails(inner):
    tests = """
    import pytest

    @pytest.fixture
    def thing():
        yield
        print("cleared away")

    def test_it(thing):
        assert False
    """

    result = inner.run("-s", test_it=tests)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*cleared away*"])


def test_wide_fixtures_are_made_first_and_cleared_away_last(inner):
    tests = """
    import pytest

    @pytest.fixture
    def narrow():
        print("narrow up")
        yield
        print("narrow down")

    @pytest.fixture(scope="module")
    def wide():
        print("wide up")
        yield
        print("wide down")

    def test_it(narrow, wide): pass
    """

    found = re.findall(r"(?:wide|narrow) (?:up|down)", inner.run("-s", test_it=tests).stdout.str())

    assert found == ["wide up", "narrow up", "narrow down", "wide down"]


def test_one_cart_for_all_is_hidden_from_lone_visitors_by_a_shop_for_each_test(inner):
    mutants = tomllib.loads((SOLUTION / "variants.toml").read_text("utf-8"))["mutant"]
    bug = next(mutant for mutant in mutants if mutant["id"] == "one-cart-for-all")
    app = APP.replace(bug["replace"], bug["with"])
    narrow = VISITORS.format(shop="function", visitor="function")
    wide = VISITORS.format(shop="module", visitor="function")

    inner.run("test_narrow.py", app=app, test_narrow=narrow).assert_outcomes(passed=2)
    inner.run("test_wide.py", app=app, test_wide=wide).assert_outcomes(passed=1, failed=1)


# -- classes


def test_a_visitor_made_in_setup_class_is_red_when_the_last_copy_comes_second(inner):
    shared = SOLVED.replace("def setup_method(self)", "def shared(self)").replace(
        "cls.opened.enter_context(TestClient(cls.shop))",
        "cls.opened.enter_context(TestClient(cls.shop))\n        cls.visitor = TestClient(cls.shop)",
    )
    less, last = (
        f"test_it.py::TestTakingOut::{name}"
        for name in ("test_one_copy_less", "test_last_copy_leaves_nothing")
    )

    inner.run(last, less, test_it=shared).assert_outcomes(passed=2)
    inner.run(less, last, test_it=shared).assert_outcomes(passed=1, failed=1)


def test_teardown_class_does_not_run_when_setup_class_fails_but_a_with_block_closes(inner):
    tests = """
    import contextlib
    import pytest

    @contextlib.contextmanager
    def opened():
        yield
        print("never reached")

    @contextlib.contextmanager
    def closed(what):
        try:
            yield
        finally:
            print(f"closed by {what}")

    class TestOld:
        @classmethod
        def setup_class(cls):
            cls.stack = contextlib.ExitStack()
            cls.stack.enter_context(closed("teardown_class"))
            raise RuntimeError

        @classmethod
        def teardown_class(cls):
            cls.stack.close()

        def test_it(self): pass

    @pytest.fixture
    def thing():
        with closed("with"):
            raise RuntimeError
            yield

    def test_it(thing): pass
    """

    result = inner.run("-s", test_it=tests)

    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*closed by with*"])
    result.stdout.no_fnmatch_line("*closed by teardown_class*")


def test_a_fixture_named_as_a_parameter_of_setup_class_is_not_filled(inner):
    tests = """
    import pytest

    @pytest.fixture(scope="class")
    def shop(): return "shop"

    class TestIt:
        @classmethod
        def setup_class(cls, shop): pass
        def test_it(self): pass
    """

    inner.run(test_it=tests).assert_outcomes(errors=1)


def test_an_autouse_fixture_in_a_class_can_ask_for_other_fixtures(inner):
    tests = """
    import pytest

    @pytest.fixture
    def shop(): return "shop"

    class TestIt:
        @pytest.fixture(autouse=True)
        def visit(self, shop):
            self.visited = shop

        def test_it(self):
            assert self.visited == "shop"
    """

    inner.run(test_it=tests).assert_outcomes(passed=1)


def test_a_class_scoped_fixture_with_self_warns_of_pytest_10_and_with_classmethod_does_not(inner):
    tests = """
    import pytest

    class TestIt:
        @pytest.fixture(scope="class")
        {decorator}
        def shop({first}): return "shop"

        def test_it(self, shop): pass
    """
    with_self = tests.format(decorator="", first="self")
    with_class = tests.format(decorator="@classmethod", first="cls")

    warned = inner.run("test_self.py", "-Wdefault", test_self=with_self)
    silent = inner.run("test_class.py", "-Werror", test_class=with_class)

    warned.stdout.fnmatch_lines(["*PytestRemovedIn10Warning*"])
    silent.assert_outcomes(passed=1)


def test_the_set_up_of_nose_is_not_called_and_a_class_with_an_init_does_not_run(inner):
    tests = """
    class TestOld:
        def setup(self):
            raise RuntimeError

        def test_it(self): pass

    class TestInit:
        def __init__(self): pass
        def test_it(self): assert False
    """

    result = inner.run("-Wdefault", test_it=tests)

    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*cannot collect test class 'TestInit' because it has a __init__*"])


def test_parametrize_over_an_empty_list_is_a_skip(inner):
    tests = """
    import pytest

    @pytest.mark.parametrize("route", [])
    def test_it(route): assert False
    """

    inner.run(test_it=tests).assert_outcomes(skipped=1)


# -- the texts


def test_no_assertion_of_the_solution_stands_in_the_hints():
    hints = (LESSON / "hints.md").read_text("utf-8")

    assert not [
        line for line in map(str.strip, SOLVED.splitlines()) if line.startswith("assert") and line in hints
    ]
