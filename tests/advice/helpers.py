"""What the honest tests share."""

import contextlib

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI


def must_be_ok(response):
    assert response.is_success


class Answer:
    def __init__(self, response):
        self._response = response

    def ok(self):
        self._response.raise_for_status()
        return self

    def has_status(self, status):
        if self._response.status_code != status:
            raise AssertionError(f"{self._response.status_code}, and not {status}")
        return self


def assert_that(response):
    return Answer(response)


@contextlib.contextmanager
def refuses():
    with pytest.raises(httpx2.HTTPStatusError):
        yield


# -- an app with dependencies at every place


def deep():
    return "real"


def inner():
    return "real"


def outer(value: str = Depends(inner)):
    return value


def another_outer(value: str = Depends(deep)):
    return value


def of_the_router():
    pass


def of_the_app():
    pass


def of_a_mounted_app():
    return "real"


def small_app():
    router = APIRouter(dependencies=[Depends(of_the_router)])

    @router.get("/outer")
    def read(value: str = Depends(outer)):
        return value

    mounted = FastAPI()

    @mounted.get("/")
    def root(value: str = Depends(of_a_mounted_app)):
        return value

    app = FastAPI(dependencies=[Depends(of_the_app)])
    app.include_router(router)
    app.mount("/mounted", mounted)
    return app
