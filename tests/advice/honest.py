"""Honest tests in many styles, for lesson 01. None catches much, and none may be given advice."""

import asyncio
import contextlib
import unittest
from http import HTTPStatus
from unittest import mock

import helpers
import httpx2
import pytest
import users_api
from fastapi import status
from fastapi.testclient import TestClient
from helpers import Answer, assert_that, refuses
from pydantic import BaseModel
from users_api import app

client = TestClient(app)
ALICE = "/users/alice"


class UserRead(BaseModel):
    username: str
    job: str


def must_be_alice(response):
    assert response.json()["username"] == "alice"


def checked(response):
    must_be_alice(response)
    return response


@pytest.fixture
def alice():
    response = client.get(ALICE)
    assert response.status_code == 200
    return response


@pytest.fixture
def looked_at_afterwards():
    answers = []
    yield answers
    assert all(answer.status_code == 200 for answer in answers)


@pytest.fixture
async def asgi():
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as one:
        yield one


def test_helper_that_asserts():
    must_be_alice(client.get(ALICE))


def test_helper_of_a_helper():
    checked(client.get(ALICE))


def test_helper_in_another_module():
    assert_that(client.get(ALICE)).has_status(200)


def test_helper_by_its_module():
    helpers.must_be_ok(client.get(ALICE))


def test_page_object():
    Answer(client.get(ALICE)).ok()


def test_fixture_that_asserts(alice):
    pass


def test_fixture_that_asserts_in_its_tear_down(looked_at_afterwards):
    looked_at_afterwards.append(client.get(ALICE))


@pytest.mark.usefixtures("alice")
def test_fixture_by_its_mark():
    client.get(ALICE)


def test_raise_for_status():
    client.get(ALICE).raise_for_status()


def test_model_that_validates():
    UserRead.model_validate(client.get(ALICE).json())


def test_model_that_is_made():
    UserRead(**client.get(ALICE).json())


def test_raises():
    with pytest.raises(httpx2.HTTPStatusError):
        client.get("/users/nobody").raise_for_status()


def test_raises_as_a_call():
    pytest.raises(TypeError, client.delete, ALICE, json={})


@pytest.mark.parametrize("expected", [pytest.raises(httpx2.HTTPStatusError)])
def test_raises_as_a_parameter(expected):
    with expected:
        client.get("/users/nobody").raise_for_status()


def test_helper_that_is_a_context_manager():
    with refuses():
        client.get("/users/nobody").raise_for_status()


def test_warns():
    with pytest.warns(DeprecationWarning):
        client.get(ALICE, cookies={})


def test_fail_by_hand():
    if client.get(ALICE).status_code != 200:
        pytest.fail("alice is gone")


def test_raise_by_hand():
    if client.get(ALICE).status_code != 200:
        raise AssertionError("alice is gone")


def test_match():
    match client.get(ALICE).json():
        case {"username": "alice"}:
            pass
        case other:
            pytest.fail(f"alice is {other}")


def test_match_that_asserts():
    match client.get(ALICE).status_code:
        case 200:
            assert client.get(ALICE).json()
        case _:
            raise AssertionError


def test_walrus():
    assert (response := client.get(ALICE)).status_code == 200 and response.json()


def test_loop_that_is_entered():
    for name in ("alice", "bob"):
        assert client.get(f"/users/{name}").json()["username"] == name


@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_assert_in_one_case_only(name):
    response = client.get(f"/users/{name}")
    if response.status_code == 200:
        assert response.json()["username"] == name


def test_try_that_swallows_its_assert():
    with contextlib.suppress(AssertionError):
        assert client.get(ALICE).status_code == 201


def test_try_and_else():
    try:
        client.get(ALICE).raise_for_status()
    except httpx2.HTTPStatusError:
        assert False


def test_mock_that_asserts():
    answers = mock.Mock()
    answers(client.get(ALICE).status_code)
    answers.assert_called_once_with(200)


def test_inner_function_that_asserts():
    def look():
        assert client.get(ALICE).status_code == 200

    look()


def test_lambda_that_looks():
    verify = lambda response: response.raise_for_status()
    verify(client.get(ALICE))


def test_sorted_out_elsewhere(subtests):
    for name in ("alice", "bob"):
        with subtests.test(name):
            assert client.get(f"/users/{name}").status_code == 200


def test_names_of_statuses():
    assert client.get(ALICE).status_code in (status.HTTP_200_OK, HTTPStatus.ACCEPTED)


def test_exit_stack():
    with contextlib.ExitStack() as stack:
        stack.enter_context(pytest.raises(httpx2.HTTPStatusError))
        client.get("/users/nobody").raise_for_status()


def test_coroutine_that_is_run():
    async def ask():
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as one:
            return await one.get(ALICE)

    assert asyncio.run(ask()).json()["username"] == "alice"


@pytest.mark.asyncio
async def test_gather():
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as one:
        first, second = await asyncio.gather(one.get(ALICE), one.get("/users/bob"))
    assert first.json() != second.json()


@pytest.mark.asyncio
async def test_await_later():
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as one:
        later = one.get(ALICE)
        task = asyncio.create_task(one.get("/users/bob"))
        assert (await later).json() != (await task).json()


@pytest.mark.asyncio
async def test_cancelled_before_it_ran():
    async def never():
        await asyncio.sleep(60)

    task = asyncio.create_task(never())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.anyio
async def test_anyio_mark():
    assert client.get(ALICE).json()


def test_coroutine_that_is_closed():
    coroutine = asyncio.sleep(0)
    coroutine.close()
    assert client.get(ALICE).json()


def test_override_of_what_a_route_depends_on(monkeypatch):
    small = helpers.small_app()
    monkeypatch.setitem(small.dependency_overrides, helpers.outer, lambda: "swapped")
    monkeypatch.setitem(small.dependency_overrides, helpers.inner, lambda: "swapped")
    monkeypatch.setitem(small.dependency_overrides, helpers.of_the_router, lambda: None)
    monkeypatch.setitem(small.dependency_overrides, helpers.of_the_app, lambda: None)
    monkeypatch.setitem(small.dependency_overrides, helpers.of_a_mounted_app, lambda: "swapped")
    assert TestClient(small).get("/outer").json() == "swapped"
    assert TestClient(small).get("/mounted/").status_code == 200


def test_override_of_what_an_override_depends_on(monkeypatch):
    small = helpers.small_app()
    monkeypatch.setitem(small.dependency_overrides, helpers.outer, helpers.another_outer)
    monkeypatch.setitem(small.dependency_overrides, helpers.deep, lambda: "deep")
    assert TestClient(small).get("/outer").json() == "deep"


def test_override_in_two_apps_of_which_one_needs_it(monkeypatch):
    small = helpers.small_app()
    for one in (app, small):
        monkeypatch.setitem(one.dependency_overrides, helpers.outer, lambda: "swapped")
    assert client.get(ALICE).status_code == 200
    assert TestClient(small).get("/outer").json() == "swapped"


def test_internals():
    assert users_api.app is app


class TestInAClass:
    def setup_method(self):
        self.response = client.get(ALICE)

    def look(self):
        assert self.response.json()["job"] == "Engineer"

    def test_method_that_asserts(self):
        self.look()

    @staticmethod
    def test_static():
        assert client.get(ALICE).json()


class TestUnit(unittest.TestCase):
    def test_equal(self):
        self.assertEqual(client.get(ALICE).status_code, 200)

    def test_subtests(self):
        for name in ("alice", "bob"):
            with self.subTest(name):
                self.assertTrue(client.get(f"/users/{name}").is_success)


def test_assert_false_where_it_must_not_come():
    response = client.get(ALICE)
    if response.status_code != 200:
        assert False, response.text
