"""Somebody else's tests of contract 08 (database_isolation): projects and tasks, on a database in memory."""

import pytest
from fastapi.testclient import TestClient
from projects_api import Base, Project, Task, app, get_db
from sqlalchemy import create_engine, select
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import StaticPool


@pytest.fixture
def session_factory():
    engine = create_engine(
        "sqlite:///:memory:", connect_args={"check_same_thread": False}, poolclass=StaticPool
    )
    Base.metadata.create_all(bind=engine)
    yield sessionmaker(bind=engine, autoflush=False)
    Base.metadata.drop_all(bind=engine)
    engine.dispose()


@pytest.fixture
def client(session_factory):
    def override_get_db():
        db = session_factory()
        try:
            yield db
        finally:
            db.close()

    app.dependency_overrides[get_db] = override_get_db
    with TestClient(app) as test_client:
        yield test_client
    app.dependency_overrides.pop(get_db)


@pytest.fixture
def project(session_factory):
    """A project with three tasks, past the API: its id, and the ids of the tasks by title."""
    return store(session_factory, "orchard", ["prune", "harvest", "mulch"])


def store(session_factory, name, titles):
    with session_factory() as db:
        project = Project(name=name)
        db.add(project)
        db.commit()
        project_id = project.id
        ids = {}
        for title in titles:
            task = Task(project_id=project_id, title=title)
            db.add(task)
            db.commit()
            ids[title] = task.id
        return project_id, ids


def fetch(session_factory, model):
    with session_factory() as db:
        return db.execute(select(model)).scalars().all()


def test_create_project(client, session_factory):
    response = client.post("/projects", json={"name": "shed"})
    assert response.status_code == 201
    body = response.json()
    assert (body["name"], body["open"], body["done"]) == ("shed", 0, 0)
    assert [(p.id, p.name) for p in fetch(session_factory, Project)] == [(body["id"], "shed")]


def test_duplicate_project_is_conflict(client, session_factory):
    assert client.post("/projects", json={"name": "shed"}).status_code == 201
    assert client.post("/projects", json={"name": "shed"}).status_code == 409
    assert len(fetch(session_factory, Project)) == 1
    assert client.post("/projects", json={"name": "roof"}).status_code == 201


def test_rename(client, session_factory, project):
    response = client.patch(f"/projects/{project[0]}", json={"name": "vineyard"})
    assert response.status_code == 200
    assert response.json()["id"] == project[0]
    assert response.json()["name"] == "vineyard"
    assert [p.name for p in fetch(session_factory, Project)] == ["vineyard"]


def test_rename_to_existing_name_is_conflict(client, session_factory, project):
    other, _ = store(session_factory, "shed", [])
    assert client.patch(f"/projects/{other}", json={"name": "orchard"}).status_code == 409
    assert sorted(p.name for p in fetch(session_factory, Project)) == ["orchard", "shed"]
    assert client.get(f"/projects/{other}").json()["name"] == "shed"


def test_numbers(client, project):
    project_id, ids = project
    client.patch(f"/tasks/{ids['prune']}", json={"done": True})
    body = client.get(f"/projects/{project_id}").json()
    assert (body["id"], body["name"], body["open"], body["done"]) == (project_id, "orchard", 2, 1)


def test_add_tasks_keeps_the_order(client, session_factory, project):
    titles = ["zinc", "apple", "mulch"]
    other, _ = store(session_factory, "shed", [])
    response = client.post(f"/projects/{other}/tasks", json={"titles": titles})
    assert response.status_code == 201
    assert [task["title"] for task in response.json()] == titles
    assert [task["done"] for task in response.json()] == [False, False, False]
    stored = {task.id: task.title for task in fetch(session_factory, Task) if task.project_id == other}
    assert stored == {task["id"]: task["title"] for task in response.json()}


@pytest.mark.parametrize("titles", [["sow", "prune"], ["sow", "sow"], ["prune"]])
def test_add_tasks_is_all_or_nothing(client, session_factory, project, titles):
    response = client.post(f"/projects/{project[0]}/tasks", json={"titles": titles})
    assert response.status_code == 409
    assert sorted(task.title for task in fetch(session_factory, Task)) == ["harvest", "mulch", "prune"]


def test_pages(client, project):
    project_id, ids = project

    def titles(**params):
        response = client.get(f"/projects/{project_id}/tasks", params=params)
        assert response.status_code == 200
        return [task["title"] for task in response.json()]

    assert titles() == ["prune", "harvest", "mulch"]
    assert titles(limit=2) == ["prune", "harvest"]
    assert titles(offset=1, limit=1) == ["harvest"]
    assert titles(offset=3) == []
    client.delete(f"/tasks/{ids['prune']}")
    assert titles(limit=2) == ["harvest", "mulch"]
    assert titles(offset=1) == ["mulch"]


def test_twenty_tasks_by_default(client, session_factory):
    project_id, _ = store(session_factory, "census", [f"house {n}" for n in range(25)])
    assert len(client.get(f"/projects/{project_id}/tasks").json()) == 20
    assert len(client.get(f"/projects/{project_id}/tasks?limit=100").json()) == 25


def test_change_one_task(client, session_factory, project):
    _, ids = project
    response = client.patch(f"/tasks/{ids['mulch']}", json={"done": True})
    assert response.status_code == 200
    assert response.json()["id"] == ids["mulch"]
    assert response.json()["title"] == "mulch"
    assert response.json()["done"] is True
    assert [task.title for task in fetch(session_factory, Task) if task.done] == ["mulch"]
    assert client.patch(f"/tasks/{ids['mulch']}", json={"done": False}).json()["done"] is False
    assert not [task for task in fetch(session_factory, Task) if task.done]


def test_finish(client, session_factory, project):
    project_id, ids = project
    store(session_factory, "shed", ["paint"])
    client.patch(f"/tasks/{ids['prune']}", json={"done": True})
    client.delete(f"/tasks/{ids['harvest']}")
    response = client.post(f"/projects/{project_id}/finish")
    assert response.status_code == 200
    assert response.json()["finished"] == 1
    done = {task.title: task.done for task in fetch(session_factory, Task)}
    assert done == {"prune": True, "harvest": False, "mulch": True, "paint": False}
    assert client.post(f"/projects/{project_id}/finish").json()["finished"] == 0


def test_delete_task_is_soft(client, session_factory, project):
    project_id, ids = project
    response = client.delete(f"/tasks/{ids['harvest']}")
    assert response.status_code == 204
    assert not response.content
    marked = {task.title: task.deleted_at is not None for task in fetch(session_factory, Task)}
    assert marked == {"prune": False, "harvest": True, "mulch": False}
    assert client.get(f"/projects/{project_id}").json()["open"] == 2
    assert client.delete(f"/tasks/{ids['harvest']}").status_code == 404
    assert client.patch(f"/tasks/{ids['harvest']}", json={"done": True}).status_code == 404


def test_delete_project(client, session_factory, project):
    project_id, ids = project
    store(session_factory, "shed", ["paint"])
    client.delete(f"/tasks/{ids['harvest']}")
    assert client.delete(f"/projects/{project_id}").status_code == 204
    assert [p.name for p in fetch(session_factory, Project)] == ["shed"]
    assert [task.title for task in fetch(session_factory, Task)] == ["paint"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/projects/{}", None),
        ("PATCH", "/projects/{}", {"name": "new"}),
        ("DELETE", "/projects/{}", None),
        ("GET", "/projects/{}/tasks", None),
        ("POST", "/projects/{}/tasks", {"titles": ["new"]}),
        ("POST", "/projects/{}/finish", None),
        ("PATCH", "/tasks/{}", {"done": True}),
        ("DELETE", "/tasks/{}", None),
    ],
)
def test_unknown_id(client, session_factory, project, method, path, body):
    response = client.request(method, path.format(987654), json=body)
    assert response.status_code == 404
    assert [p.name for p in fetch(session_factory, Project)] == ["orchard"]
    assert len(fetch(session_factory, Task)) == 3
