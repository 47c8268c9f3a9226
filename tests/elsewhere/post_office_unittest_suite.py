"""Tests of contract 11 in another house's style: unittest, the app's lifespan in the test's own event loop."""

import asyncio
import threading
import unittest
from unittest.mock import AsyncMock

import httpx2
import pytest
from fastapi.testclient import TestClient
from post_office import app as served
from post_office import create_app, open_archive


def kept_open(value):
    opener = AsyncMock()
    opener.__aenter__.return_value = value
    opener.__aexit__.return_value = None
    return opener


class OfficeCase(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.deliver = AsyncMock(return_value=None)
        self.pause = AsyncMock(return_value=None)
        self.carrier = type("Carrier", (), {"deliver": self.deliver})()
        self.opened = kept_open(self.carrier)
        self.rounds = asyncio.Queue()
        self.waits = asyncio.Semaphore(0)
        self.app = create_app(
            open_carrier=lambda: self.opened, pause=self.pause, until_next_round=self.until_next_round
        )
        self.lifespan = self.app.router.lifespan_context(self.app)

    async def until_next_round(self):
        self.waits.release()
        await self.rounds.get()

    async def make_round(self):
        await asyncio.wait_for(self.waits.acquire(), 3)
        self.rounds.put_nowait("now")
        await asyncio.wait_for(self.waits.acquire(), 3)
        self.waits.release()

    async def request(self, method, path, **what):
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://post") as client:
            return await client.request(method, path, **what)

    async def post(self, to="elm", text="hello"):
        return await self.request("POST", "/letters", json={"to": to, "text": text})

    async def letter(self, answer):
        return (await self.request("GET", f"/letters/{answer.json()['id']}")).json()


class WhileOpen(OfficeCase):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        await self.lifespan.__aenter__()

    async def asyncTearDown(self):
        await self.lifespan.__aexit__(None, None, None)

    async def test_ready(self):
        response = await self.request("GET", "/ready")
        assert (response.status_code, response.json()) == (200, {"ready": True})

    async def test_delivered_once(self):
        answer = await self.post()
        assert answer.status_code == 202
        self.deliver.assert_awaited_once()
        args, kwargs = self.deliver.await_args
        assert [*args, *kwargs.values()] == ["elm", "hello"]
        letter = await self.letter(answer)
        assert (letter["state"], letter["attempts"]) == ("delivered", 1)
        self.pause.assert_not_awaited()

    async def test_failing_for_ever(self):
        self.deliver.side_effect = ValueError()
        answer = await self.post()
        assert answer.status_code == 202
        letter = await self.letter(answer)
        assert (letter["state"], letter["attempts"]) == ("failed", 3)
        assert isinstance(letter["error"], str)
        assert letter["error"] != ""
        assert self.deliver.await_count == 3
        assert self.pause.await_count == 2

    async def test_rounds_until_it_is_delivered(self):
        self.deliver.side_effect = [KeyError("x")] * 3 + [KeyError("y")] * 3 + [KeyError("z"), None]
        answer = await self.post()
        await self.make_round()
        assert (await self.letter(answer))["attempts"] == 6
        await self.make_round()
        letter = await self.letter(answer)
        assert (letter["state"], letter["attempts"]) == ("delivered", 8)
        await self.make_round()
        assert self.deliver.await_count == 8

    async def test_letters_of_many_at_once(self):
        answers = await asyncio.gather(*(self.post(text=f"number {n}") for n in range(6)))
        assert {answer.status_code for answer in answers} == {202}
        assert len({str(answer.json()["id"]) for answer in answers}) == 6
        listed = (await self.request("GET", "/letters")).json()
        assert [letter["state"] for letter in listed] == ["delivered"] * 6

    async def test_refused_letter(self):
        assert (await self.post(to="birch")).status_code == 404
        assert (await self.post(text="")).status_code == 422
        assert (await self.request("GET", "/letters")).json() == []
        self.deliver.assert_not_called()


class BeforeAndAfter(OfficeCase):
    async def test_not_started(self):
        assert (await self.request("GET", "/ready")).status_code == 503
        assert (await self.post()).json() == {"detail": "Post office is closed"}
        self.opened.__aenter__.assert_not_called()

    async def test_stopped(self):
        async with self.lifespan:
            self.opened.__aenter__.assert_awaited_once()
            await asyncio.sleep(0)
            self.opened.__aexit__.assert_not_called()
        self.opened.__aexit__.assert_awaited_once()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        response = await self.post()
        assert (response.status_code, response.json()) == (503, {"detail": "Post office is closed"})
        assert (await self.request("GET", "/ready")).json() == {"ready": False}

    async def test_failed_start(self):
        archive = kept_open(object())
        self.opened.__aenter__.side_effect = PermissionError("strike")
        app = create_app(open_archive=lambda: archive, open_carrier=lambda: self.opened)
        with pytest.raises(PermissionError, match="strike"):
            async with app.router.lifespan_context(app):
                self.fail("it started")
        archive.__aexit__.assert_awaited_once()
        assert asyncio.all_tasks() == {asyncio.current_task()}


class Served(unittest.TestCase):
    def test_exported_app_is_an_office_with_its_own_parts(self):
        with TestClient(served) as client:
            assert client.get("/ready").json() == {"ready": True}
            assert client.get("/letters").json() == []

    def test_exported_archive_can_be_opened(self):
        async def look():
            async with open_archive() as archive:
                return archive

        assert asyncio.run(look()) is not None

    def test_answer_is_there_before_the_delivery(self):
        gate, delivered = threading.Event(), []

        class Slow:
            async def deliver(self, to, text):
                await asyncio.to_thread(gate.wait, 2)
                delivered.append((to, text))

        app = create_app(open_carrier=lambda: kept_open(Slow()))
        with TestClient(app) as client:
            with client.stream("POST", "/letters", json={"to": "ash", "text": "slow"}) as response:
                pieces = response.iter_bytes()
                next(pieces)
                assert response.status_code == 202
                assert delivered == []
                gate.set()
            assert delivered == [("ash", "slow")]


if __name__ == "__main__":
    unittest.main()
