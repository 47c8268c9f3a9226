"""Projects and their tasks: created, listed a page at a time, changed, finished, deleted."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine, ForeignKey, UniqueConstraint, create_engine, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

app = FastAPI(title="Projects")

# -- what is stored


class Base(DeclarativeBase):
    pass


class Project(Base):
    __tablename__ = "projects"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    tasks: Mapped[list["Task"]] = relationship(cascade="all, delete-orphan")


class Task(Base):
    __tablename__ = "tasks"
    __table_args__ = (UniqueConstraint("project_id", "title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    title: Mapped[str]
    done: Mapped[bool] = mapped_column(default=False)
    deleted_at: Mapped[datetime | None]  # a deleted task keeps its row


is_there = Task.deleted_at.is_(None)


# -- what is sent


class ProjectName(BaseModel):
    name: str = Field(min_length=1)


class ProjectRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str


class ProjectInNumbers(ProjectRead):
    open: int
    done: int


class NewTasks(BaseModel):
    titles: list[Annotated[str, Field(min_length=1)]] = Field(min_length=1)


class TaskChange(BaseModel):
    done: bool


class TaskRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str
    done: bool


class Finished(BaseModel):
    finished: int


# -- the database


@cache
def get_engine() -> Engine:
    engine = create_engine(os.environ.get("PROJECTS_DATABASE_URL", "sqlite:///projects.db"))
    Base.metadata.create_all(engine)
    return engine


def get_db() -> Iterator[Session]:
    """A session for one request."""
    with Session(get_engine()) as db:
        yield db


Database = Annotated[Session, Depends(get_db)]


def commit(db: Session) -> None:
    """Commit. Whether a name or a title is taken is for the tables to say: two requests could both find it free."""
    try:
        db.commit()
    except IntegrityError:
        db.rollback()
        raise HTTPException(409, "Taken") from None


def find_project(project_id: int, db: Database) -> Project:
    project = db.get(Project, project_id)
    if project is None:
        raise HTTPException(404, "No such project")
    return project


def find_task(task_id: int, db: Database) -> Task:
    task = db.scalar(select(Task).where(Task.id == task_id, is_there))
    if task is None:
        raise HTTPException(404, "No such task")
    return task


ThatProject = Annotated[Project, Depends(find_project)]
ThatTask = Annotated[Task, Depends(find_task)]


# -- projects


@app.post("/projects", status_code=201)
def create_project(new: ProjectName, db: Database) -> ProjectInNumbers:
    project = Project(name=new.name)
    db.add(project)
    commit(db)
    return ProjectInNumbers(id=project.id, name=project.name, open=0, done=0)


@app.get("/projects/{project_id}")
def read_project(project: ThatProject, db: Database) -> ProjectInNumbers:
    of_project = Task.project_id == project.id
    count = select(Task.done, func.count()).where(of_project, is_there).group_by(Task.done)
    numbers = dict(db.execute(count).all())
    return ProjectInNumbers(
        id=project.id, name=project.name, open=numbers.get(False, 0), done=numbers.get(True, 0)
    )


@app.patch("/projects/{project_id}", response_model=ProjectRead)
def rename_project(project: ThatProject, new: ProjectName, db: Database) -> Project:
    project.name = new.name
    commit(db)
    return project


@app.delete("/projects/{project_id}", status_code=204)
def delete_project(project: ThatProject, db: Database) -> None:
    db.delete(project)
    db.commit()


@app.post("/projects/{project_id}/finish")
def finish_project(project: ThatProject, db: Database) -> Finished:
    open_tasks = Task.project_id == project.id, is_there, Task.done.is_(False)
    finished = db.execute(update(Task).where(*open_tasks).values(done=True)).rowcount
    db.commit()
    return Finished(finished=finished)


# -- tasks


@app.post("/projects/{project_id}/tasks", status_code=201, response_model=list[TaskRead])
def add_tasks(project: ThatProject, new: NewTasks, db: Database) -> list[Task]:
    tasks = [Task(project_id=project.id, title=title) for title in new.titles]
    db.add_all(tasks)
    commit(db)
    return tasks


@app.get("/projects/{project_id}/tasks", response_model=list[TaskRead])
def list_tasks(
    project: ThatProject,
    db: Database,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[Task]:
    tasks = select(Task).where(Task.project_id == project.id, is_there).order_by(Task.id)
    return list(db.scalars(tasks.offset(offset).limit(limit)))


@app.patch("/tasks/{task_id}", response_model=TaskRead)
def change_task(task: ThatTask, change: TaskChange, db: Database) -> Task:
    task.done = change.done
    db.commit()
    return task


@app.delete("/tasks/{task_id}", status_code=204)
def delete_task(task: ThatTask, db: Database) -> None:
    task.deleted_at = datetime.now(UTC)
    db.commit()
