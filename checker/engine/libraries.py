"""Which libraries are worth importing ahead, for runs of given source files."""

from __future__ import annotations

from collections.abc import Iterable

# What every run needs, down to what would otherwise be imported at a first request.
_ALWAYS = (
    "fastapi",
    "fastapi.testclient",
    "anyio._backends._asyncio",
    "anyio.pytest_plugin",
    "pytest_asyncio.plugin",
    "pydantic.v1",  # FastAPI looks for its models at the first route
    "unittest",
    "pdb",
    "difflib",
    "pickle",
)
# What a run needs if its files name it: a word to look for, and the modules to import.
_WHEN_NAMED = {
    "sqlalchemy": ("sqlalchemy", "sqlalchemy.orm", "sqlalchemy.dialects.sqlite.pysqlite"),
    "sqlalchemy.ext.asyncio": ("sqlalchemy.ext.asyncio",),
    "aiosqlite": ("aiosqlite", "sqlalchemy.dialects.sqlite.aiosqlite"),
    "jwt": ("jwt",),
    "passlib": ("passlib.context", "passlib.handlers.argon2"),
    "time_machine": ("time_machine",),
    "freezegun": ("freezegun",),
    "Form": ("python_multipart",),
    "httpx2": ("httpx2",),
    "httpx": ("httpx",),
}


def modules_for(texts: Iterable[str]) -> list[str]:
    """The libraries worth importing ahead for runs of these source files."""
    everything = "\n".join(texts)
    named = [module for word, modules in _WHEN_NAMED.items() if word in everything for module in modules]
    return [*_ALWAYS, *named]


def all_modules() -> list[str]:
    """Every library that any run may be worth importing ahead for."""
    return modules_for(_WHEN_NAMED)
