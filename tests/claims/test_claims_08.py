"""What lesson 08 says of SQLAlchemy, SQLite and FastAPI, its README's code, and its traps: each tried as installed."""

import re
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from inspect import isgeneratorfunction
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, delete, event, func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, PendingRollbackError, ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import DetachedInstanceError
from sqlalchemy.pool import QueuePool, SingletonThreadPool, StaticPool

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "lessons" / "08_database_isolation"
SOLUTION = ROOT / "solutions" / "08_database_isolation" / "test_database_isolation.py"
BLOCKS = re.findall(
    r"^```python[^\n]*\n(.*?)^```", (LESSON / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
)
RECIPE = {"join_transaction_mode": "create_savepoint"}
SHARED = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}

sys.path.insert(0, str(LESSON))
from projects_api import Base, Project, Task, app, get_db  # noqa: E402

sys.path.remove(str(LESSON))


@contextmanager
def database(url="sqlite://", **options):
    """An engine with the lesson's tables."""
    engine = create_engine(url, **options)
    Base.metadata.create_all(engine)
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture
def engine():
    with database(**SHARED) as engine:
        yield engine


@pytest.fixture
def file_url(tmp_path):
    return f"sqlite:///{tmp_path / 'projects.db'}"


@contextmanager
def client_with(dependency, **options):
    app.dependency_overrides[get_db] = dependency
    try:
        yield TestClient(app, **options)
    finally:
        app.dependency_overrides.clear()


def a_session_each(bind, **options):
    def dependency():
        with Session(bind, **options) as db:
            yield db

    return dependency


def stored(engine, *titles, name="garden"):
    """The id of a new project with these tasks."""
    with Session(engine) as db:
        project = Project(name=name)
        db.add(project)
        db.flush()
        db.add_all([Task(project_id=project.id, title=title) for title in titles])
        db.commit()
        return project.id


def count(engine, model):
    with Session(engine) as db:
        return db.scalar(select(func.count()).select_from(model))


@pytest.fixture
def readme():
    """What the README's code defines, block after block."""
    scope = {}
    for code in BLOCKS:
        exec(code, scope)
    return SimpleNamespace(**scope)


# -- pools, threads, sessions


def test_default_pools():
    assert isinstance(create_engine("sqlite://").pool, SingletonThreadPool)
    assert isinstance(create_engine("sqlite:///file.db").pool, QueuePool)


def test_memory_without_static_pool_has_no_tables_in_the_apps_thread():
    with (
        database(connect_args={"check_same_thread": False}) as engine,
        client_with(a_session_each(engine)) as client,
        pytest.raises(OperationalError, match="no such table"),
    ):
        client.post("/projects", json={"name": "garden"})


def test_memory_is_refused_in_another_thread_unless_told():
    with (
        database(poolclass=StaticPool) as engine,
        client_with(a_session_each(engine)) as client,
        pytest.raises(ProgrammingError, match="same thread"),
    ):
        client.post("/projects", json={"name": "garden"})


def test_session_in_memory_sees_what_another_flushed_until_that_one_is_closed(engine):
    with Session(engine) as looking:
        with Session(engine) as writing:
            writing.add(Project(name="garden"))
            writing.flush()
            assert looking.scalar(select(func.count()).select_from(Project)) == 1
        assert looking.scalar(select(func.count()).select_from(Project)) == 0


def test_session_on_a_file_sees_nothing_of_what_another_flushed(file_url):
    with database(file_url) as engine, Session(engine) as writing:
        writing.add(Project(name="garden"))
        writing.flush()
        assert count(engine, Project) == 0


def create_without_commit(dependency):
    """A request that stores a project, flushes, and commits nothing."""
    own = FastAPI()

    @own.post("/")
    def create(db: Session = Depends(dependency)) -> None:
        db.add(Project(name="garden"))
        db.flush()

    TestClient(own).post("/")


@pytest.mark.parametrize(
    ("way", "in_memory", "on_a_file"),
    [("one session", 1, 1), ("nobody closes", 1, 0), ("a session each", 0, 0)],
)
def test_missing_commit_is_seen_where_the_session_is_closed(way, in_memory, on_a_file, file_url):
    for url, options, expected in [("sqlite://", SHARED, in_memory), (file_url, {}, on_a_file)]:
        with database(url, **options) as engine, Session(engine) as shared:
            opened = []

            def opens(opened=opened, engine=engine):
                opened.append(Session(engine))
                return opened[-1]

            ways = {
                "one session": lambda shared=shared: shared,
                "nobody closes": opens,
                "a session each": a_session_each(engine),
            }
            create_without_commit(without_parameters(ways[way]))
            looking = shared if way == "one session" else Session(engine)
            assert looking.scalar(select(func.count()).select_from(Project)) == expected
            for session in [looking, *opened]:
                session.close()


def without_parameters(dependency):
    """What FastAPI asks no parameters for."""
    if isgeneratorfunction(dependency):
        return dependency
    return lambda: dependency()


def test_change_without_commit_is_green_in_one_session_and_lost(engine):
    source = (LESSON / "projects_api.py").read_text("utf-8")
    forgetful = source.replace("task.done = change.done\n    db.commit()", "task.done = change.done")
    assert forgetful != source
    module = ModuleType("forgetful_projects_api")
    sys.modules[module.__name__] = module
    try:
        exec(forgetful, vars(module))
        with Session(engine) as db:
            garden = module.Project(name="garden")
            db.add(garden)
            db.flush()
            dig = module.Task(project_id=garden.id, title="dig")
            db.add(dig)
            db.commit()
            module.app.dependency_overrides[module.get_db] = lambda: db
            response = TestClient(module.app).patch(f"/tasks/{dig.id}", json={"done": True})
            assert response.json()["done"] is True
            assert db.get(module.Task, dig.id).done is True
    finally:
        del sys.modules[module.__name__]
    with Session(engine) as db:
        assert db.scalars(select(Task.done)).all() == [False]


def test_session_gives_what_it_knows_as_it_knew_it(engine):
    stored(engine, "dig")
    with Session(engine) as db:
        dig = db.scalars(select(Task)).one()
        with client_with(a_session_each(engine)) as client:
            client.patch(f"/tasks/{dig.id}", json={"done": True})
        assert db.get(Task, dig.id).done is False
        assert db.get(Task, dig.id, populate_existing=True).done is True
        db.expire_all()
        assert dig.done is True


def test_session_that_stored_the_task_is_red_on_an_app_that_is_right(engine):
    with Session(engine) as db:
        garden = Project(name="garden")
        db.add(garden)
        db.flush()
        dig = Task(project_id=garden.id, title="dig")
        db.add(dig)
        db.commit()
        with client_with(a_session_each(engine)) as client:
            client.patch(f"/tasks/{dig.id}", json={"done": True})
        assert db.get(Task, dig.id).done is False
    with Session(engine) as db:
        assert db.scalars(select(Task.done)).all() == [True]


def test_object_of_a_closed_session_cannot_be_read(engine):
    with Session(engine) as db:
        project = Project(name="garden")
        db.add(project)
        db.commit()
    with pytest.raises(DetachedInstanceError):
        _ = project.id

    with Session(engine, expire_on_commit=False) as db:
        kitchen = Project(name="kitchen")
        db.add(kitchen)
        db.commit()
    assert kitchen.name == "kitchen"


@pytest.mark.parametrize("finish", ["flush", "commit"])
def test_session_needs_a_rollback_after_an_integrity_error(engine, finish):
    with Session(engine) as db:
        db.add_all([Project(name="garden"), Project(name="garden")])
        with pytest.raises(IntegrityError):
            getattr(db, finish)()
        with pytest.raises(PendingRollbackError):
            db.scalars(select(Project)).all()
        db.rollback()
        assert db.scalars(select(Project)).all() == []


# -- SQLite


def test_foreign_keys_are_off_and_an_orphan_is_stored(engine):
    with Session(engine) as db:
        assert db.scalar(text("PRAGMA foreign_keys")) == 0
        db.add(Task(project_id=999, title="dig"))
        db.commit()
    assert count(engine, Task) == 1


def test_bulk_delete_leaves_the_tasks_and_delete_takes_them(engine):
    garden, kitchen = stored(engine, "dig"), stored(engine, "bake", name="kitchen")
    with Session(engine) as db:
        db.execute(delete(Project).where(Project.id == garden))
        db.commit()
        assert db.scalars(select(Task.title)).all() == ["dig", "bake"]
        db.delete(db.get(Project, kitchen))
        db.commit()
        assert db.scalars(select(Task.title)).all() == ["dig"]


def test_id_of_the_last_row_is_given_again_and_orphans_with_it(engine):
    garden = stored(engine, "dig")
    with Session(engine) as db:
        db.execute(delete(Project))
        db.commit()
    assert stored(engine, name="park") == garden
    with client_with(a_session_each(engine)) as client:
        assert client.get(f"/projects/{garden}").json() == {
            "id": garden,
            "name": "park",
            "open": 1,
            "done": 0,
        }


def test_without_order_by_tasks_come_by_the_alphabet(engine):
    garden = stored(engine, "water", "sow", "dig")
    with Session(engine) as db:
        tasks = select(Task.title).where(Task.project_id == garden, Task.deleted_at.is_(None))
        assert db.scalars(select(Task).where(Task.project_id == garden)).all()[0].title == "dig"
        assert db.scalars(tasks.order_by(Task.id)).all() == ["water", "sow", "dig"]
        plan = db.execute(text(f"EXPLAIN QUERY PLAN {tasks.compile(compile_kwargs={'literal_binds': True})}"))
        assert "USING INDEX sqlite_autoindex_tasks_1 (project_id=?)" in plan.all()[0].detail


def test_time_zone_is_lost(engine):
    stored(engine, "dig")
    with Session(engine) as db:
        db.scalars(select(Task)).one().deleted_at = datetime.now(UTC)
        db.commit()
        deleted_at = db.scalars(select(Task)).one().deleted_at
    assert deleted_at.tzinfo is None
    with pytest.raises(TypeError):
        _ = deleted_at < datetime.now(UTC)


# -- a commit in the exit of a dependency


def late(scope):
    own = FastAPI()

    def commits():
        yield
        raise HTTPException(409)

    @own.get("/", dependencies=[Depends(commits, scope=scope)])
    def read() -> str:
        return "done"

    return own


def test_refusal_in_a_dependencys_exit_comes_too_late():
    with pytest.raises(RuntimeError, match="Caught handled exception, but response already started"):
        TestClient(late("request")).get("/")
    assert TestClient(late("request"), raise_server_exceptions=False).get("/").status_code == 200


def test_dependency_of_function_scope_ends_before_the_answer():
    assert TestClient(late("function")).get("/").status_code == 409


def test_204_sends_nothing_whatever_the_route_returns():
    own = FastAPI()

    @own.delete("/", status_code=204)
    def remove():
        return {"deleted": True}

    assert TestClient(own).delete("/").content == b""


# -- the recipe with savepoints


def recipe(engine):
    """Store a project inside of a transaction that is rolled back; the statements that SQLite was sent."""
    sent = []
    with engine.connect() as connection:
        connection.connection.driver_connection.set_trace_callback(sent.append)
        outer = connection.begin()
        with Session(connection, **RECIPE) as db:
            db.add(Project(name="garden"))
            db.commit()
        outer.rollback()
        connection.connection.driver_connection.set_trace_callback(None)
    return [statement.split()[0] for statement in sent]


def test_recipe_leaves_every_row_unless_the_drivers_begin_is_mended(readme, file_url):
    for url, options in [("sqlite://", SHARED), (file_url, {})]:
        with database(url, **options) as engine:
            assert readme.left_behind(engine) == 1
    for url, options in [("sqlite://", SHARED), (f"{file_url}.mended", {})]:
        engine = create_engine(url, **options)
        readme.mend(engine)
        assert readme.left_behind(engine) == 0
        engine.dispose()


def test_recipe_piles_up_one_row_a_test(engine):
    for number in range(1, 4):
        with engine.connect() as connection:
            outer = connection.begin()
            with Session(connection, **RECIPE) as db:
                db.add(Project(name=f"garden {number}"))
                db.commit()
            outer.rollback()
        assert count(engine, Project) == number


@pytest.mark.parametrize(("is_mended", "second"), [(False, 409), (True, 201)])
def test_second_test_on_the_recipe_meets_the_first_unless_it_is_mended(readme, is_mended, second):
    engine = create_engine("sqlite://", **SHARED)
    if is_mended:
        readme.mend(engine)
    Base.metadata.create_all(engine)
    statuses = []
    for _ in range(2):
        with engine.connect() as connection:
            outer = connection.begin()
            with client_with(a_session_each(connection, **RECIPE)) as client:
                statuses.append(client.post("/projects", json={"name": "garden"}).status_code)
            outer.rollback()
    engine.dispose()

    assert statuses == [201, second]


def test_nothing_begins_before_the_savepoint_unless_it_is_mended(readme, engine):
    assert recipe(engine) == ["SAVEPOINT", "INSERT", "RELEASE"]

    mended = create_engine("sqlite://", **SHARED)
    readme.mend(mended)
    Base.metadata.create_all(mended)
    assert recipe(mended) == ["BEGIN", "SAVEPOINT", "INSERT", "RELEASE", "ROLLBACK"]
    mended.dispose()


def test_it_is_the_begin_that_keeps_the_row_out(readme):
    def left(*names):
        engine = create_engine("sqlite://", **SHARED)
        if "connect" in names:
            event.listen(engine, "connect", lambda c, _: setattr(c, "isolation_level", None))
        if "begin" in names:
            event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN"))
        try:
            return readme.left_behind(engine)
        finally:
            engine.dispose()

    assert (left("connect"), left("begin"), left("connect", "begin")) == (1, 0, 0)


def on_the_recipe(is_mended):
    """The solution with one of the README's two recipes in place of its `sessions`."""
    recipes = [code for code in BLOCKS if '@pytest.fixture(scope="module")' in code]
    (recipe,) = [code for code in recipes if ("mend(engine)" in code) == is_mended]
    mend = next(code for code in BLOCKS if code.startswith("from sqlalchemy import event"))
    solution = SOLUTION.read_text("utf-8")
    before, _, rest = solution.partition("@pytest.fixture\ndef sessions():")
    after = rest[rest.index("@pytest.fixture\ndef client(") :]
    return "\n\n".join([before, mend.partition("\n\ndef test_")[0], recipe.partition("@twice")[0], after])


def test_solution_is_as_complete_on_the_mended_recipe(checker, tmp_path):
    suite = tmp_path / "test_on_savepoints.py"
    suite.write_text(on_the_recipe(is_mended=True), "utf-8")

    verdict = checker.verdict("08", "--suite", suite, "--time-limit", "60")

    assert (verdict["status"], verdict["score"], verdict["findings"]) == ("complete", 1, [])


def test_solution_on_the_recipe_as_it_is_is_red_on_the_app(checker, tmp_path):
    suite = tmp_path / "test_on_savepoints.py"
    suite.write_text(on_the_recipe(is_mended=False), "utf-8")

    verdict = checker.verdict("08", "--suite", suite, "--time-limit", "60")

    outcomes = {test["name"]: test["outcome"] for test in verdict["tests"]}
    assert outcomes["test_new_project_is_stored"] == "passed"
    assert outcomes["test_taken_name_is_refused"] != "passed"
    assert verdict["status"] != "complete"
