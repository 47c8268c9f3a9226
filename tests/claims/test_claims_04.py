"""What lesson 04 says about overrides, sessions, fakes and hashes, on the installed versions."""

import importlib.metadata
import importlib.util
import re
import sys
import time
import types
from functools import cache
from pathlib import Path
from typing import Annotated
from unittest.mock import Mock, create_autospec

import passlib
import pytest
from fastapi import Depends, FastAPI
from fastapi.exceptions import ResponseValidationError
from fastapi.testclient import TestClient
from passlib.context import CryptContext
from passlib.exc import UnknownHashError
from sqlalchemy import create_engine, select
from sqlalchemy.exc import NoResultFound, OperationalError, PendingRollbackError, ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from checker.course.lessons import find_course
from checker.course.variants import load_variants

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "lessons" / "04_dependency_overrides"
SOLUTION = ROOT / "solutions" / "04_dependency_overrides"
README = (LESSON / "README.md").read_text("utf-8")
WORKED, DATABASE, GENERATOR, TRAP = re.findall(
    r"^```python[^\n]*\n(.*?)^```", README, re.MULTILINE | re.DOTALL
)

ZOE = {"username": "zoe", "email": "zoe@mail.example", "password": "correct horse"}
cheap = CryptContext(schemes=["argon2"], argon2__time_cost=1, argon2__memory_cost=8, argon2__parallelism=1)


class Outbox:
    def __init__(self):
        self.mails = []

    def send(self, to, subject, body):
        self.mails.append({"to": to, "subject": subject, "body": body})


def load(source, name="members_api"):
    """A module of this source, that nobody else has."""
    module = types.ModuleType(name)
    exec(compile(source, f"{name}.py", "exec", dont_inherit=True), module.__dict__)
    return module


@cache
def lesson_variants():
    return load_variants(find_course(ROOT).find("4"))


def variant(wanted):
    """The app of one mutant or equivalent."""
    variants = lesson_variants()
    found = next(v for v in (*variants.equivalents, *variants.mutants) if v.id == wanted)
    return load(found.files["members_api.py"])


@pytest.fixture(scope="module")
def the_app():
    return load((LESSON / "members_api.py").read_text("utf-8"))


@pytest.fixture
def api(the_app, tmp_path, monkeypatch):
    """The lesson's app, with a real database that is gone after the test, and no overrides left."""
    monkeypatch.chdir(tmp_path)
    yield the_app
    the_app.app.dependency_overrides.clear()
    the_app.get_engine().dispose()
    the_app.get_engine.cache_clear()


@pytest.fixture
def client(api):
    return TestClient(api.app)


@pytest.fixture
def admin(api):
    return api.User(username="sam", email="sam@example.com", password_hash="none", role="admin")


@pytest.fixture
def memory(api):
    """An engine as the lesson makes it."""
    with_both = in_memory(api, poolclass=StaticPool, connect_args={"check_same_thread": False})
    yield with_both
    with_both.dispose()


def in_memory(api, **arguments):
    engine = create_engine("sqlite://", **arguments)
    api.Base.metadata.create_all(engine)
    return engine


def swap(api, engine, outbox=None):
    """What the fixture `client` of the solution does."""

    def session_of_its_own():
        with Session(engine) as db:
            yield db

    overrides = api.app.dependency_overrides
    overrides[api.get_db] = session_of_its_own
    overrides[api.get_mailer] = lambda: outbox or Outbox()
    overrides[api.get_password_context] = lambda: cheap


def add_zoe(api, engine):
    with Session(engine) as db:
        db.add(api.User(username="zoe", email="z@example.com", password_hash=cheap.hash("x"), role="member"))
        db.commit()


def run_block(block, api, monkeypatch, **more):
    """The names that a block of the README defines, with the lesson's app as `members_api`."""
    monkeypatch.setitem(sys.modules, "members_api", api)
    names = {"pytest": pytest, "TestClient": TestClient, "app": api.app, "get_db": api.get_db, **more}
    exec(compile(block, "README", "exec", dont_inherit=True), names)
    return names


# -- the blocks of the README


def test_the_worked_test_passes_and_takes_its_override_back(api, monkeypatch):
    names = run_block(WORKED, api, monkeypatch)
    act_as = names["act_as"].__wrapped__()
    names["test_the_app_believes_who_is_asking"](next(act_as))
    assert api.get_current_user in api.app.dependency_overrides
    assert next(act_as, "ended") == "ended"
    assert api.app.dependency_overrides == {}


def test_the_worked_test_opens_no_database(api, monkeypatch, tmp_path):
    names = run_block(WORKED, api, monkeypatch)
    names["test_the_app_believes_who_is_asking"](next(names["act_as"].__wrapped__()))
    assert list(tmp_path.iterdir()) == []


def test_the_generator_block_passes_on_the_database_block(api, monkeypatch, admin):
    sessions = run_block(DATABASE, api, monkeypatch)["sessions"].__wrapped__()

    def act_as(role):
        api.app.dependency_overrides[api.get_current_user] = lambda: admin

    names = run_block(GENERATOR, api, monkeypatch)
    names["test_the_dashboard_opens_on_an_empty_database"](next(sessions), act_as)
    assert next(sessions, "ended") == "ended"


def test_the_starter_has_the_readmes_fixtures(the_app):
    starter = (LESSON / "test_dependency_overrides.py").read_text("utf-8")
    for line in (*WORKED.splitlines(), *DATABASE.splitlines()):
        if "import" not in line:
            assert line in starter


def test_the_trap_block_is_answered_with_422_and_asks_for_a_query_parameter(api, client, monkeypatch, admin):
    run_block(TRAP, api, monkeypatch, get_current_user=api.get_current_user, admin=admin)
    response = client.get("/users/me")
    assert response.status_code == 422
    assert [error["loc"] for error in response.json()["detail"]] == [["query", "credentials"]]


# -- overrides


def test_a_mock_as_the_override_asks_for_args_and_kwargs(api, client, admin):
    api.app.dependency_overrides[api.get_current_user] = Mock(return_value=admin)
    response = client.get("/users/me")
    assert response.status_code == 422
    assert [error["loc"][1] for error in response.json()["detail"]] == ["args", "kwargs"]


def test_a_lambda_that_returns_a_mock_is_an_override(api, client, memory):
    mailer = Mock()
    swap(api, memory)
    api.app.dependency_overrides[api.get_mailer] = lambda: mailer
    assert client.post("/users", json=ZOE).status_code == 201
    mailer.send.assert_called_once()


def test_a_default_in_the_lambda_is_green_and_becomes_a_query_parameter(api, client, admin):
    api.app.dependency_overrides[api.get_current_user] = lambda user=admin: user
    assert client.get("/users/me").status_code == 200
    with pytest.raises(ResponseValidationError):
        client.get("/users/me", params={"user": "somebody"})


def test_a_replacement_may_have_dependencies_and_gets_the_swapped_ones(api, client, memory):
    add_zoe(api, memory)
    swap(api, memory)

    def first_user(db: Annotated[Session, Depends(api.get_db)]):
        return db.scalars(select(api.User)).first()

    api.app.dependency_overrides[api.get_current_user] = first_user
    assert client.get("/users/me").json()["username"] == "zoe"


def test_whoever_swaps_a_part_swaps_all_below_it(api, client, admin):
    asked = []
    api.app.dependency_overrides[api.get_db] = lambda: asked.append("db")
    api.app.dependency_overrides[api.get_password_context] = lambda: asked.append("passwords")
    api.app.dependency_overrides[api.get_current_user] = lambda: admin
    client.get("/users/me")
    assert asked == []


def test_what_stands_after_the_yield_of_a_replacement_has_run_when_the_request_is_over(api, client, admin):
    ended = []

    def user():
        yield admin
        ended.append(True)

    api.app.dependency_overrides[api.get_current_user] = user
    client.get("/users/me")
    assert ended == [True]


def test_swapping_require_admin_hides_the_rule(api, client, memory):
    swap(api, memory)
    api.app.dependency_overrides[api.require_admin] = lambda: None
    assert client.get("/admin/dashboard").status_code == 200


def test_without_a_guard_the_test_as_admin_stays_green(memory):
    source = (LESSON / "members_api.py").read_text("utf-8")
    unguarded = load(source.replace(", dependencies=[Depends(require_admin)]", ""))
    assert source.count(", dependencies=[Depends(require_admin)]") == 1
    unguarded.Base.metadata.create_all(memory)
    swap(unguarded, memory)
    client = TestClient(unguarded.app)
    boss = unguarded.User(username="a", email="a@example.com", password_hash="-", role="admin")
    unguarded.app.dependency_overrides[unguarded.get_current_user] = lambda: boss
    assert client.get("/admin/dashboard").status_code == 200
    del unguarded.app.dependency_overrides[unguarded.get_current_user]
    assert client.get("/admin/dashboard").status_code == 200


def test_a_part_of_a_second_import_is_no_key(api, client, admin):
    spec = importlib.util.spec_from_file_location("members_api_once_more", LESSON / "members_api.py")
    again = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(again)
    api.app.dependency_overrides[again.get_current_user] = lambda: admin
    assert client.get("/users/me").status_code == 401


def test_a_part_of_a_reloaded_module_is_no_key_of_the_app_from_before(tmp_path, monkeypatch):
    (tmp_path / "reloaded_for_claims_04.py").write_text(
        "from fastapi import Depends, FastAPI\n"
        "app = FastAPI()\n"
        "def get_name(): return 'real'\n"
        "@app.get('/')\n"
        "def read(name: str = Depends(get_name)): return name\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("reloaded_for_claims_04")
    app = module.app
    importlib.reload(module)
    app.dependency_overrides[module.get_name] = lambda: "swapped"
    assert TestClient(app).get("/").json() == "real"
    del sys.modules["reloaded_for_claims_04"]


def test_a_fresh_call_of_a_factory_is_no_key():
    def require_role(role):
        def guard():
            return f"real {role}"

        return guard

    require_admin = require_role("admin")
    app = FastAPI()

    @app.get("/fresh")
    def fresh(who: Annotated[str, Depends(require_role("admin"))]):
        return who

    @app.get("/named")
    def named(who: Annotated[str, Depends(require_admin)]):
        return who

    app.dependency_overrides[require_role("admin")] = lambda: "swapped"
    app.dependency_overrides[require_admin] = lambda: "swapped"
    client = TestClient(app)
    assert client.get("/fresh").json() == "real admin"
    assert client.get("/named").json() == "swapped"


def test_monkeypatching_the_modules_name_reaches_no_route(api, client, admin, monkeypatch):
    monkeypatch.setattr(api, "get_current_user", lambda: admin)
    assert client.get("/users/me").status_code == 401


def test_a_mounted_app_has_its_own_overrides(api, admin):
    outer = FastAPI()
    outer.mount("/club", api.app)
    outer.dependency_overrides[api.get_current_user] = lambda: admin
    client = TestClient(outer)
    assert client.get("/club/users/me").status_code == 401
    api.app.dependency_overrides[api.get_current_user] = lambda: admin
    assert client.get("/club/users/me").status_code == 200


def test_a_new_empty_dictionary_clears_as_well(api, client, admin):
    api.app.dependency_overrides[api.get_current_user] = lambda: admin
    api.app.dependency_overrides = {}
    assert client.get("/users/me").status_code == 401


def test_an_override_left_behind_logs_the_next_one_in(api, admin):
    api.app.dependency_overrides[api.get_current_user] = lambda: admin
    assert TestClient(api.app).get("/users/me").status_code == 200


# -- databases


def dashboard_on(api, client, admin, engine):
    swap(api, engine)
    api.app.dependency_overrides[api.get_current_user] = lambda: admin
    return client.get("/admin/dashboard")


def test_without_static_pool_the_app_finds_an_empty_database(api, client, admin):
    engine = in_memory(api, connect_args={"check_same_thread": False})
    with pytest.raises(OperationalError, match="no such table: users"):
        dashboard_on(api, client, admin, engine)
    engine.dispose()


# SQLAlchemy cannot take the connection back in the other thread either, and complains of that as well.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_without_check_same_thread_sqlite_refuses(api, client, admin):
    engine = in_memory(api, poolclass=StaticPool)
    with pytest.raises(ProgrammingError, match="objects created in a thread can only be used in that same"):
        dashboard_on(api, client, admin, engine)
    engine.dispose()


def test_with_both_arguments_the_app_finds_the_tests_database(api, client, admin, memory):
    add_zoe(api, memory)
    assert dashboard_on(api, client, admin, memory).json() == {"users": 1, "admins": 0}


def test_a_file_needs_neither_argument(api, client, admin, tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/test.db")
    api.Base.metadata.create_all(engine)
    add_zoe(api, engine)
    assert dashboard_on(api, client, admin, engine).json() == {"users": 1, "admins": 0}
    engine.dispose()


def uncommitted_users_seen_by_another_session(api, engine):
    with Session(engine) as one, Session(engine) as other:
        one.add(api.User(username="zoe", email="-", password_hash="-", role="member"))
        one.flush()
        return len(other.scalars(select(api.User)).all())


def test_in_memory_a_second_session_sees_uncommitted_rows(api, memory):
    assert uncommitted_users_seen_by_another_session(api, memory) == 1


def test_in_a_file_nobody_else_sees_uncommitted_rows(api, tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/test.db")
    api.Base.metadata.create_all(engine)
    assert uncommitted_users_seen_by_another_session(api, engine) == 0
    engine.dispose()


def seen_through_the_apps_own_session(api, memory):
    swap(api, memory)
    with Session(memory) as db:
        api.app.dependency_overrides[api.get_db] = lambda: db
        TestClient(api.app).post("/users", json=ZOE)
        return len(db.scalars(select(api.User)).all())


def seen_through_another_session(api, memory):
    swap(api, memory)
    TestClient(api.app).post("/users", json=ZOE)
    with Session(memory) as db:
        return len(db.scalars(select(api.User)).all())


@pytest.mark.parametrize("look", [seen_through_the_apps_own_session, seen_through_another_session])
def test_on_the_right_app_both_ways_to_look_are_green(api, memory, look):
    assert look(api, memory) == 1


@pytest.mark.parametrize(
    ("look", "seen"), [(seen_through_the_apps_own_session, 1), (seen_through_another_session, 0)]
)
def test_a_shared_session_hides_a_missing_commit(memory, look, seen):
    forgetful = variant("never-committed")
    forgetful.Base.metadata.create_all(memory)
    assert look(forgetful, memory) == seen


def test_a_session_that_is_never_closed_hides_a_missing_commit_in_memory(memory):
    forgetful = variant("never-committed")
    forgetful.Base.metadata.create_all(memory)
    swap(forgetful, memory)
    opened = []
    forgetful.app.dependency_overrides[forgetful.get_db] = lambda: (
        opened.append(Session(memory)) or opened[-1]
    )
    TestClient(forgetful.app).post("/users", json=ZOE)
    with Session(memory) as db:
        assert len(db.scalars(select(forgetful.User)).all()) == 1
    opened[0].close()


def test_one_on_an_empty_result_is_no_result_found(api, memory):
    with Session(memory) as db, pytest.raises(NoResultFound):
        db.scalars(select(api.User)).one()


def test_an_app_that_rolls_back_leaves_a_shared_session_usable(api, memory):
    add_zoe(api, memory)
    swap(api, memory)
    with Session(memory) as db:
        api.app.dependency_overrides[api.get_db] = lambda: db
        assert TestClient(api.app).post("/users", json=ZOE).status_code == 409
        try:
            assert len(db.scalars(select(api.User)).all()) == 1
        except PendingRollbackError:
            pytest.fail("the app left its session broken")


def test_the_real_database_is_a_file_where_pytest_was_started_and_remembers(api, client, memory, tmp_path):
    swap(api, memory)
    del api.app.dependency_overrides[api.get_db]
    assert [client.post("/users", json=ZOE).status_code for _ in range(2)] == [201, 409]
    assert [path.name for path in tmp_path.iterdir()] == ["members.db"]


# -- logging in


def test_auth_sends_username_and_password(api, client, memory):
    add_zoe(api, memory)
    swap(api, memory)
    assert client.get("/users/me", auth=("zoe", "x")).status_code == 200
    assert client.get("/users/me", auth=("zoe", "y")).status_code == 401


def test_auth_none_sends_none(api, client, memory):
    swap(api, memory)
    assert client.get("/users/me", auth=None).status_code == 401


# -- hashes


@pytest.fixture(scope="module")
def default_hash(the_app):
    """A hash with passlib's default settings, and the seconds that it took."""
    start = time.perf_counter()
    made = the_app.password_context.hash("correct horse")
    return made, time.perf_counter() - start


def test_the_import_name_passlib_is_the_fork_libpass():
    fork = importlib.metadata.distribution("libpass")
    assert Path(fork.locate_file("passlib/__init__.py")) == Path(passlib.__file__)


def test_a_cheap_hash_takes_under_a_millisecond_and_a_default_one_far_longer(default_hash):
    durations = []
    for _ in range(20):
        start = time.perf_counter()
        cheap.hash("correct horse")
        durations.append(time.perf_counter() - start)
    assert min(durations) < 0.001
    assert default_hash[1] > 0.02


def test_the_default_settings_take_64_mebibytes_and_stand_in_the_hash(default_hash):
    assert default_hash[0].startswith("$argon2id$v=19$m=65536,")


def test_each_context_verifies_what_the_other_made(the_app, default_hash):
    assert the_app.password_context.verify("x", cheap.hash("x"))
    assert cheap.verify("correct horse", default_hash[0])


def test_verifying_against_something_that_is_no_hash_raises():
    with pytest.raises(UnknownHashError):
        cheap.verify("x", "x")


# -- fakes


def test_a_mock_accepts_methods_that_the_mailer_has_not():
    mailer = Mock()
    mailer.sned(to="zoe@mail.example")
    assert mailer.sned.called


def test_assert_called_once_without_parentheses_is_no_test():
    assert Mock().send.assert_called_once
    with pytest.raises(AssertionError):
        Mock().send.assert_called_once()


def test_an_autospec_refuses_names_and_arguments_of_its_own():
    mailer = create_autospec(Outbox, instance=True)
    with pytest.raises(AttributeError):
        mailer.sned("a", "b", "c")
    with pytest.raises(TypeError):
        mailer.send(address="a", subject="b", body="c")


def test_an_autospec_takes_names_and_positions_for_the_same():
    mailer = create_autospec(Outbox, instance=True)
    mailer.send("a", "b", "c")
    mailer.send.assert_called_once_with(to="a", subject="b", body="c")


def test_a_plain_mock_does_not():
    mailer = Mock()
    mailer.send("a", "b", "c")
    with pytest.raises(AssertionError):
        mailer.send.assert_called_once_with(to="a", subject="b", body="c")


# -- what the debrief says about the mutants


def test_password_is_no_key_of_an_answer_that_holds_the_hash(memory):
    api = variant("hash-in-the-answer")
    api.Base.metadata.create_all(memory)
    swap(api, memory)
    body = TestClient(api.app).post("/users", json=ZOE).json()
    assert "password" not in body
    assert "correct horse" not in str(body)
    assert cheap.verify("correct horse", body["password_hash"])


def test_mail_before_commit_refuses_and_writes(memory):
    api = variant("mail-before-commit")
    api.Base.metadata.create_all(memory)
    add_zoe(api, memory)
    outbox = Outbox()
    swap(api, memory, outbox)
    assert TestClient(api.app).post("/users", json=ZOE).status_code == 409
    assert len(outbox.mails) == 1


def test_a_dashboard_of_its_own_shows_two_zeros(memory, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    api = variant("dashboard-of-its-own")
    swap(api, memory)
    api.app.dependency_overrides[api.get_current_user] = lambda: api.User(username="a", role="admin")
    response = TestClient(api.app).get("/admin/dashboard")
    assert (response.status_code, response.json()) == (200, {"users": 0, "admins": 0})
    api.get_engine().dispose()


def answers(api, memory, role=None):
    api.Base.metadata.create_all(memory)
    swap(api, memory)
    if role:
        api.app.dependency_overrides[api.get_current_user] = lambda: api.User(username="a", role=role)
    return TestClient(api.app).get("/admin/dashboard").status_code


@pytest.mark.parametrize(("role", "status"), [(None, 401), ("admin", 200), ("member", 200)])
def test_admin_and_nobody_do_not_show_that_the_role_is_not_checked(memory, role, status):
    assert answers(variant("everybody-is-admin"), memory, role) == status


@pytest.mark.parametrize(("role", "status"), [("member", 403), ("editor", 200)])
def test_a_member_does_not_show_that_editors_are_let_in(memory, role, status):
    assert answers(variant("editors-let-in"), memory, role) == status


@pytest.mark.parametrize(("role", "status"), [("member", 403), ("editor", 403), ("admin", 200), (None, 200)])
def test_only_nobody_shows_that_nobody_is_a_developer(memory, role, status):
    assert answers(variant("nobody-is-a-developer"), memory, role) == status


def test_one_equivalent_gives_the_mail_by_position(memory):
    api = variant("another-letter")
    api.Base.metadata.create_all(memory)
    mailer = Mock()
    swap(api, memory)
    api.app.dependency_overrides[api.get_mailer] = lambda: mailer
    TestClient(api.app).post("/users", json=ZOE)
    assert mailer.send.call_args.kwargs == {}
    assert len(mailer.send.call_args.args) == 3


def test_a_hash_of_other_settings_needs_an_update():
    real = CryptContext(schemes=["argon2"])
    stored = real.hash("correct horse")
    assert cheap.verify("correct horse", stored)
    assert cheap.needs_update(stored)
    assert not cheap.needs_update(cheap.hash("correct horse"))


def test_a_role_from_the_database_is_another_object_and_one_in_the_source_is_not(api, memory):
    add_zoe(api, memory)
    with Session(memory) as db:
        stored = db.scalars(select(api.User)).one().role
    swapped_in = api.User(role="member").role
    written = "member"
    assert stored == written
    assert stored is not written
    assert swapped_in is written


def test_the_debrief_names_every_mutant():
    debrief = (SOLUTION / "README.md").read_text("utf-8")
    for mutant in lesson_variants().mutants:
        assert re.search(rf"^\|.*\b{mutant.id}\b.*\|", debrief, re.MULTILINE)
