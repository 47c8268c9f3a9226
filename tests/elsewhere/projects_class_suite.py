"""Somebody else's tests of contract 08 (database_isolation), in classes, on a file, by the API where they can."""

from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi.testclient import TestClient
from projects_api import Base, Project, Task, app, get_db
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

NOBODY = 424242


class WithADatabase:
    def setup_method(self):
        self.folder = TemporaryDirectory()
        self.engine = create_engine(f"sqlite:///{Path(self.folder.name, 'test.db')}")
        Base.metadata.create_all(self.engine)
        app.dependency_overrides[get_db] = self.session
        self.client = TestClient(app)

    def teardown_method(self):
        app.dependency_overrides.clear()
        self.engine.dispose()
        self.folder.cleanup()

    def session(self):
        with Session(self.engine) as session:
            yield session

    # -- what the tests are told in

    def new_project(self, name):
        response = self.client.post("/projects", json={"name": name})
        assert response.status_code == 201
        return response.json()["id"]

    def new_tasks(self, project, *titles):
        response = self.client.post(f"/projects/{project}/tasks", json={"titles": titles})
        assert response.status_code == 201
        return [task["id"] for task in response.json()]

    def count(self, model, *conditions):
        with Session(self.engine) as session:
            return session.scalar(select(func.count()).select_from(model).where(*conditions))

    def get(self, model, key):
        with Session(self.engine) as session:
            return session.get(model, key)

    def listed(self, project, query=""):
        response = self.client.get(f"/projects/{project}/tasks{query}")
        assert response.status_code == 200
        return [task["id"] for task in response.json()]


class TestProjects(WithADatabase):
    def test_starts_without_rows(self):
        assert self.count(Project) == self.count(Task) == 0

    def test_new_project_can_be_read(self):
        project = self.new_project("Moon base")
        answer = self.client.get(f"/projects/{project}")
        assert answer.status_code == 200
        assert answer.json().items() >= {"id": project, "name": "Moon base", "open": 0, "done": 0}.items()

    def test_two_projects_two_ids(self):
        assert self.new_project("one") != self.new_project("two")
        assert self.count(Project) == 2

    def test_name_is_taken(self):
        self.new_project("one")
        other = self.new_project("two")
        assert self.client.post("/projects", json={"name": "two"}).status_code == 409
        assert self.client.patch(f"/projects/{other}", json={"name": "one"}).status_code == 409
        assert self.get(Project, other).name == "two"
        assert self.count(Project) == 2
        self.new_project("three")

    def test_renamed_frees_the_name(self):
        project = self.new_project("one")
        answer = self.client.patch(f"/projects/{project}", json={"name": "two"})
        assert answer.status_code == 200
        assert answer.json().items() >= {"id": project, "name": "two"}.items()
        assert self.get(Project, project).name == "two"
        self.new_project("one")

    def test_deleted_with_its_tasks(self):
        doomed, kept = self.new_project("doomed"), self.new_project("kept")
        first, _ = self.new_tasks(doomed, "a", "b")
        [safe] = self.new_tasks(kept, "a")
        self.client.delete(f"/tasks/{first}")
        answer = self.client.delete(f"/projects/{doomed}")
        assert answer.status_code == 204
        assert answer.content == b""
        assert self.get(Project, doomed) is None
        assert self.count(Task, Task.project_id == doomed) == 0
        assert self.get(Task, safe).title == "a"
        assert self.client.get(f"/projects/{doomed}").status_code == 404


class TestTasks(WithADatabase):
    def setup_method(self):
        super().setup_method()
        self.project = self.new_project("ship")
        self.other = self.new_project("harbour")
        self.tasks = self.new_tasks(self.project, "sail", "anchor", "mast")
        self.namesakes = self.new_tasks(self.other, "mast", "sail")

    def test_all_are_listed_in_order(self):
        assert self.listed(self.project) == self.tasks
        assert self.listed(self.other) == self.namesakes

    def test_a_page(self):
        assert self.listed(self.project, "?offset=1&limit=1") == self.tasks[1:2]

    def test_a_page_without_deleted_ones(self):
        self.client.delete(f"/tasks/{self.tasks[0]}")
        assert self.listed(self.project, "?limit=2") == self.tasks[1:]
        assert self.listed(self.project, "?offset=1") == self.tasks[2:]

    def test_refused_list_leaves_nothing(self):
        for titles in (["keel", "mast"], ["keel", "keel"]):
            path = f"/projects/{self.project}/tasks"
            assert self.client.post(path, json={"titles": titles}).status_code == 409
        assert self.count(Task) == 5
        self.new_tasks(self.project, "keel")

    def test_one_is_done(self):
        answer = self.client.patch(f"/tasks/{self.tasks[2]}", json={"done": True})
        assert answer.status_code == 200
        assert answer.json().items() >= {"id": self.tasks[2], "title": "mast", "done": True}.items()
        assert self.get(Task, self.tasks[2]).done is True
        assert self.count(Task, Task.done) == 1

    def test_numbers_follow(self):
        self.client.patch(f"/tasks/{self.tasks[2]}", json={"done": True})
        self.client.delete(f"/tasks/{self.tasks[0]}")
        assert self.client.get(f"/projects/{self.project}").json().items() >= {"open": 1, "done": 1}.items()
        assert self.client.get(f"/projects/{self.other}").json().items() >= {"open": 2, "done": 0}.items()

    def test_finish(self):
        self.client.delete(f"/tasks/{self.tasks[0]}")
        answer = self.client.post(f"/projects/{self.project}/finish")
        assert answer.status_code == 200
        assert answer.json()["finished"] == 2
        assert [self.get(Task, task).done for task in self.tasks] == [False, True, True]
        assert [self.get(Task, task).done for task in self.namesakes] == [False, False]

    def test_deleted_row_stays(self):
        assert self.client.delete(f"/tasks/{self.tasks[0]}").status_code == 204
        assert self.get(Task, self.tasks[0]).deleted_at is not None
        assert self.get(Task, self.tasks[1]).deleted_at is None
        assert self.client.delete(f"/tasks/{self.tasks[0]}").status_code == 404
        assert self.client.patch(f"/tasks/{self.tasks[0]}", json={"done": True}).status_code == 404
        assert self.get(Task, self.tasks[0]).done is False

    def test_nobody(self):
        ask = self.client.request
        assert ask("GET", f"/projects/{NOBODY}").status_code == 404
        assert ask("PATCH", f"/projects/{NOBODY}", json={"name": "x"}).status_code == 404
        assert ask("DELETE", f"/projects/{NOBODY}").status_code == 404
        assert ask("GET", f"/projects/{NOBODY}/tasks").status_code == 404
        assert ask("POST", f"/projects/{NOBODY}/tasks", json={"titles": ["x"]}).status_code == 404
        assert ask("POST", f"/projects/{NOBODY}/finish").status_code == 404
        assert ask("PATCH", f"/tasks/{NOBODY}", json={"done": True}).status_code == 404
        assert ask("DELETE", f"/tasks/{NOBODY}").status_code == 404
        assert (self.count(Project), self.count(Task)) == (2, 5)
