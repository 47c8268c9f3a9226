"""Lesson 08, solved: a clean table every time."""

import pytest
from fastapi.testclient import TestClient
from projects_api import Base, Project, Task, app, get_db
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import StaticPool


def only(body, *keys):
    """Of a body, the keys that are promised: it may have further ones."""
    return {key: body.get(key) for key in keys}


# -- a database of the test's own


@pytest.fixture
def sessions():
    """A new database in memory with empty tables: `with sessions() as db:` opens a session on it (P1 and on)."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)
    yield sessionmaker(engine)
    engine.dispose()


@pytest.fixture
def client(sessions):
    """A client of the app on that database: each request has a session of its own, closed after it (P1 and on)."""

    def session_of_a_request():
        with sessions() as db:
            yield db

    app.dependency_overrides[get_db] = session_of_a_request
    yield TestClient(app)
    app.dependency_overrides.clear()


@pytest.fixture
def make_project(sessions):
    """Call it with a name and titles: a project is stored with open tasks. Its id, and a list of theirs (P3 and on)."""

    def make(name, *titles):
        with sessions() as db:
            project = Project(name=name)
            db.add(project)
            db.flush()
            tasks = [Task(project_id=project.id, title=title) for title in titles]
            db.add_all(tasks)
            db.commit()
            return project.id, [task.id for task in tasks]

    return make


@pytest.fixture
def rows(sessions):
    """Call it with a model, and what its rows should have: those rows, through a session that is not the app's."""

    def look(model, **having):
        with sessions() as db:
            return db.scalars(select(model).filter_by(**having)).all()

    return look


@pytest.fixture
def mark_done(sessions):
    """Call it with the id of a task: it is done, past the API."""

    def mark(task_id):
        with sessions() as db:
            db.get(Task, task_id).done = True
            db.commit()

    return mark


# -- projects


def test_new_project_is_created(tmp_path):
    """Worked example (P1)."""
    engine = create_engine(f"sqlite:///{tmp_path / 'projects.db'}")
    Base.metadata.create_all(engine)
    with Session(engine) as db:
        app.dependency_overrides[get_db] = lambda: db
        response = TestClient(app).post("/projects", json={"name": "garden"})
        app.dependency_overrides.clear()
    engine.dispose()

    assert response.status_code == 201


def test_new_project_is_stored(client, rows):
    """What a new project is answered with, and its row (P1)."""
    body = client.post("/projects", json={"name": "garden"}).json()

    assert only(body, "name", "open", "done") == {"name": "garden", "open": 0, "done": 0}
    assert [(project.id, project.name) for project in rows(Project)] == [(body["id"], "garden")]


def test_renamed_project_is_stored(client, make_project, rows):
    """A new name is in the answer, and in the row (P11)."""
    garden, _ = make_project("garden")

    response = client.patch(f"/projects/{garden}", json={"name": "park"})

    assert only(response.json(), "id", "name") == {"id": garden, "name": "park"}
    assert [project.name for project in rows(Project)] == ["park"]


def test_taken_name_is_refused(client, make_project, rows):
    """Whether a project is new or renamed, a name is had once; and the app goes on (P2)."""
    make_project("garden")
    kitchen, _ = make_project("kitchen")

    created = client.post("/projects", json={"name": "garden"})
    renamed = client.patch(f"/projects/{kitchen}", json={"name": "garden"})

    assert {created.status_code, renamed.status_code} == {409}
    assert sorted(project.name for project in rows(Project)) == ["garden", "kitchen"]
    assert client.post("/projects", json={"name": "shed"}).status_code == 201


def test_nobody_has_the_id(client, make_project, rows):
    """All eight routes with an id: others are there, nothing is found, nothing is written (P9)."""
    _, (task,) = make_project("garden", "dig")
    project, task = 999, task + 999

    responses = [
        client.get(f"/projects/{project}"),
        client.patch(f"/projects/{project}", json={"name": "park"}),
        client.delete(f"/projects/{project}"),
        client.post(f"/projects/{project}/tasks", json={"titles": ["sow"]}),
        client.get(f"/projects/{project}/tasks"),
        client.post(f"/projects/{project}/finish"),
        client.patch(f"/tasks/{task}", json={"done": True}),
        client.delete(f"/tasks/{task}"),
    ]

    assert [response.status_code for response in responses] == [404] * 8
    stored = [project.name for project in rows(Project)] + [task.title for task in rows(Task)]
    assert stored == ["garden", "dig"]


# -- tasks


def test_new_tasks_are_stored(client, make_project, rows):
    """The answer has the order of the list, and another project may have the titles (P4)."""
    make_project("garden", "water")
    kitchen, _ = make_project("kitchen")

    response = client.post(f"/projects/{kitchen}/tasks", json={"titles": ["water", "bake", "scrub"]})

    assert response.status_code == 201
    assert [(task["title"], task["done"]) for task in response.json()] == [
        ("water", False),
        ("bake", False),
        ("scrub", False),
    ]
    stored = {task.id: task.title for task in rows(Task, project_id=kitchen)}
    assert stored == {task["id"]: task["title"] for task in response.json()}


@pytest.mark.parametrize("titles", [["sow", "dig"], ["sow", "sow"]], ids=["taken", "twice"])
def test_all_or_none(client, make_project, rows, titles):
    """One title that is refused, and none of the list is stored (P4)."""
    garden, _ = make_project("garden", "dig")

    response = client.post(f"/projects/{garden}/tasks", json={"titles": titles})

    assert response.status_code == 409
    assert [task.title for task in rows(Task)] == ["dig"]


def test_pages(client, make_project):
    """Pages of what is there, in the order of age and not of the alphabet (P5, P8)."""
    garden, (water, *_) = make_project("garden", "water", "sow", "dig", "rake")
    make_project("kitchen", "bake")
    client.delete(f"/tasks/{water}")

    def page(**params):
        return [task["title"] for task in client.get(f"/projects/{garden}/tasks", params=params).json()]

    pages = [page(limit=2), page(offset=1)]
    assert pages == [["sow", "dig"], ["dig", "rake"]]


def test_twenty_tasks_make_a_page(client, make_project):
    """The limit of who names none (P5)."""
    garden, _ = make_project("garden", *(f"bed {number}" for number in range(21)))

    assert len(client.get(f"/projects/{garden}/tasks").json()) == 20


def test_change_one(client, make_project, rows):
    """One task is changed, neither its neighbour nor its namesake (P6)."""
    _, (dig, _) = make_project("garden", "dig", "sow")
    make_project("kitchen", "dig")

    response = client.patch(f"/tasks/{dig}", json={"done": True})

    assert only(response.json(), "id", "title", "done") == {"id": dig, "title": "dig", "done": True}
    assert [task.id for task in rows(Task, done=True)] == [dig]


def test_finish(client, make_project, mark_done, rows):
    """Those that were open are counted; all are done, but for deleted ones and the neighbours (P7)."""
    garden, (dig, rake, weed, _) = make_project("garden", "dig", "rake", "weed", "sow")
    make_project("kitchen", "bake")
    mark_done(dig)
    mark_done(weed)
    client.delete(f"/tasks/{rake}")

    response = client.post(f"/projects/{garden}/finish")

    assert only(response.json(), "finished") == {"finished": 1}
    done = {task.title: task.done for task in rows(Task)}
    assert done == {"dig": True, "rake": False, "weed": True, "sow": True, "bake": False}


# -- numbers, and what is deleted


def test_numbers(client, make_project, mark_done):
    """How many are open, and how many done, of this project alone (P3)."""
    garden, (dig, *_) = make_project("garden", "dig", "sow", "rake")
    make_project("kitchen", "bake")
    mark_done(dig)

    numbers = client.get(f"/projects/{garden}").json()

    promised = only(numbers, "id", "name", "open", "done")
    assert promised == {"id": garden, "name": "garden", "open": 2, "done": 1}


def test_deleted_task_is_not_found(client, make_project):
    """Whoever asks for a deleted task, to change it or to delete it once more, finds none (P8)."""
    _, (dig,) = make_project("garden", "dig")
    client.delete(f"/tasks/{dig}")

    assert client.patch(f"/tasks/{dig}", json={"done": True}).status_code == 404
    assert client.delete(f"/tasks/{dig}").status_code == 404


def test_deleted_task_and_deleted_project(client, make_project, rows):
    """The row of a deleted task stays, uncounted; with the project it goes, and the neighbours stay (P3, P8, P10)."""
    garden, (dig, _) = make_project("garden", "dig", "sow")
    make_project("kitchen", "dig")

    task_deleted = client.delete(f"/tasks/{dig}")

    assert task_deleted.status_code == 204
    assert {task.title: task.deleted_at is not None for task in rows(Task, project_id=garden)} == {
        "dig": True,
        "sow": False,
    }
    assert only(client.get(f"/projects/{garden}").json(), "open", "done") == {"open": 1, "done": 0}

    project_deleted = client.delete(f"/projects/{garden}")

    assert project_deleted.status_code == 204
    assert [project.name for project in rows(Project)] == ["kitchen"]
    assert [task.title for task in rows(Task)] == ["dig"]
