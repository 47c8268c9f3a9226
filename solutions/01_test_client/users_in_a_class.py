"""The users API once more: a class keeps the users, a router has the routes, and they are coroutines."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request


@dataclass
class Directory:
    people: list[tuple[str, str]] = field(default_factory=list)

    def job_of(self, username: str) -> str | None:
        return next((job for name, job in self.people if name == username), None)


router = APIRouter(prefix="/users")


def get_directory(request: Request) -> Directory:
    return request.app.state.directory


@router.get("/{username}")
async def read(username: str, directory: Annotated[Directory, Depends(get_directory)]):
    job = directory.job_of(username)
    if job is None:
        raise HTTPException(404, "User not found")
    return {"username": username, "job": job}


@router.post("")
async def create(
    username: Annotated[str, Query()],
    job: Annotated[str, Query()],
    directory: Annotated[Directory, Depends(get_directory)],
):
    if directory.job_of(username) is not None:
        raise HTTPException(400, "User already exists")
    directory.people.append((username, job))
    return {"message": "User created", "username": username}


app = FastAPI()
app.state.directory = Directory([("alice", "Engineer"), ("bob", "Designer")])
app.include_router(router)
