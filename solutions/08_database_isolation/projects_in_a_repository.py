"""The API once more: a repository keeps the SQL, tables have other names and further columns, ids begin at 1000."""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import count
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import ForeignKey, Index, String, case, create_engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

project_ids, task_ids = count(1000, 7), count(5000, 11)


def now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    pass


class Project(Base):
    __tablename__ = "undertaking"

    id: Mapped[int] = mapped_column("number", primary_key=True, default=lambda: next(project_ids))
    name: Mapped[str] = mapped_column("title", String(200))
    created: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (Index("one_of_a_name", name, unique=True),)


class Task(Base):
    __tablename__ = "job"

    id: Mapped[int] = mapped_column("number", primary_key=True, default=lambda: next(task_ids))
    project_id: Mapped[int] = mapped_column("undertaking", ForeignKey("undertaking.number"), index=True)
    title: Mapped[str] = mapped_column("what", String(200))
    done: Mapped[bool] = mapped_column("finished", default=False)
    deleted_at: Mapped[str | None] = mapped_column("struck_out", default=None)
    priority: Mapped[int] = mapped_column(default=3)

    __table_args__ = (Index("one_of_a_title", project_id, title, unique=True),)


class NotThereError(Exception):
    pass


class Repository:
    """All that is asked of the database, and all that is done to it."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def add_project(self, name: str) -> Project:
        self.session.add(project := Project(name=name))
        self.session.commit()
        return project

    def project(self, key: int) -> Project:
        return self._one(select(Project).filter_by(id=key))

    def rename(self, key: int, name: str) -> Project:
        project = self.project(key)
        self.session.execute(update(Project).filter_by(id=key).values(name=name))
        self.session.commit()
        return project

    def delete_project(self, key: int) -> None:
        self.project(key)
        self.session.execute(delete(Task).filter_by(project_id=key))
        self.session.execute(delete(Project).filter_by(id=key))
        self.session.commit()

    def numbers(self, key: int) -> tuple[int, int]:
        done = func.coalesce(func.sum(case((Task.done, 1), else_=0)), 0)
        numbers = select(func.count(), done).select_from(Task).filter_by(project_id=key, deleted_at=None)
        every, finished = self.session.execute(numbers).one()
        return every - finished, finished

    def add_tasks(self, key: int, titles: Sequence[str]) -> list[Task]:
        self.project(key)
        values = [{"project_id": key, "title": title} for title in titles]
        tasks = self.session.scalars(insert(Task).returning(Task, sort_by_parameter_order=True), values).all()
        self.session.commit()
        return list(tasks)

    def tasks(self, key: int, offset: int, limit: int) -> Sequence[Task]:
        self.project(key)
        there = select(Task).filter_by(project_id=key, deleted_at=None)
        return self.session.scalars(there.order_by(Task.id).slice(offset, offset + limit)).all()

    def set_done(self, key: int, done: bool) -> Task:
        task = self._task(key)
        self.session.execute(update(Task).filter_by(id=key).values(done=done))
        self.session.commit()
        return task

    def finish(self, key: int) -> int:
        self.project(key)
        tasks = self.session.scalars(
            select(Task).filter_by(project_id=key, deleted_at=None, done=False)
        ).all()
        for task in tasks:
            task.done = True
            self.session.flush()
        self.session.commit()
        return len(tasks)

    def strike_out(self, key: int) -> None:
        self._task(key).deleted_at = now().isoformat()
        self.session.commit()

    def _task(self, key: int) -> Task:
        return self._one(select(Task).filter_by(id=key, deleted_at=None))

    def _one(self, query: Any) -> Any:
        found = self.session.scalars(query).one_or_none()
        if found is None:
            raise NotThereError
        return found


@lru_cache(maxsize=1)
def make_sessions() -> sessionmaker[Session]:
    engine = create_engine(os.environ.get("PROJECTS_DATABASE_URL", "sqlite:///projects.db"))
    Base.metadata.create_all(engine)
    return sessionmaker(engine, expire_on_commit=False)


def get_db() -> Iterator[Session]:
    with make_sessions()() as session:
        yield session
        session.commit()


def get_repository(session: Annotated[Session, Depends(get_db)]) -> Repository:
    return Repository(session)


Projects = Annotated[Repository, Depends(get_repository)]
Name = Annotated[str, Body(embed=True, min_length=1)]


def shown(task: Task) -> dict[str, Any]:
    return {"priority": task.priority, "done": task.done, "title": task.title, "id": task.id}


router = APIRouter()


@router.post("/projects", status_code=201)
def create(name: Name, projects: Projects) -> dict[str, Any]:
    return {"done": 0, "open": 0, "id": projects.add_project(name).id, "name": name}


@router.get("/projects/{key}")
def read(key: int, projects: Projects) -> dict[str, Any]:
    project = projects.project(key)
    still_open, done = projects.numbers(key)
    return {"open": still_open, "done": done, "name": project.name, "id": key, "created": project.created}


@router.patch("/projects/{key}")
def rename(key: int, name: Name, projects: Projects) -> dict[str, Any]:
    projects.rename(key, name)
    return {"name": name, "id": key, "renamed": True}


@router.delete("/projects/{key}")
def remove(key: int, projects: Projects) -> Response:
    projects.delete_project(key)
    return Response(status_code=204)


@router.post("/projects/{key}/finish")
def finish(key: int, projects: Projects) -> dict[str, Any]:
    return {"project": key, "finished": projects.finish(key)}


@router.post("/projects/{key}/tasks", status_code=201)
def add(
    key: int, titles: Annotated[list[str], Body(embed=True, min_length=1)], projects: Projects
) -> list[Any]:
    return [shown(task) for task in projects.add_tasks(key, titles)]


@router.get("/projects/{key}/tasks")
def page(
    key: int,
    projects: Projects,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[Any]:
    return [shown(task) for task in projects.tasks(key, offset, limit)]


@router.patch("/tasks/{key}")
def change(key: int, done: Annotated[bool, Body(embed=True)], projects: Projects) -> dict[str, Any]:
    return shown(projects.set_done(key, done))


@router.delete("/tasks/{key}")
def strike_out(key: int, projects: Projects) -> Response:
    projects.strike_out(key)
    return Response(status_code=204)


def not_there(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": "not there"}, 404)


def taken(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": "taken"}, 409)


app = FastAPI(exception_handlers={NotThereError: not_there, IntegrityError: taken})
app.include_router(router)
