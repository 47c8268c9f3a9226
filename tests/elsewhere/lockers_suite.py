# ruff: noqa: PT009
"""Somebody else's tests of contract 10 (error_handlers): classes in the manner of unittest, and an AsyncClient."""

import asyncio
import logging
import unittest

import httpx2
from fastapi.testclient import TestClient
from lockers_api import DoorError, DoorJammed, create_app, get_doors, get_journal


class Recorder:
    """Doors and journal in one: a list of what they were asked for."""

    def __init__(self):
        self.unlocked, self.lines, self.error = [], [], None

    def unlock(self, number):
        if self.error is not None:
            raise self.error
        self.unlocked.append(number)

    def write(self, line):
        self.lines.append(line)


class StationCase(unittest.TestCase):
    def setUp(self):
        self.parts = Recorder()
        self.app = create_app()
        self.app.dependency_overrides[get_doors] = lambda: self.parts
        self.app.dependency_overrides[get_journal] = lambda: self.parts
        self.addCleanup(self.app.dependency_overrides.clear)
        self.client = TestClient(self.app, raise_server_exceptions=False)

    def put(self, number, **body):
        return self.client.put(f"/lockers/{number}", json=body)

    def open(self, number, pin, **options):
        return self.client.post(f"/lockers/{number}/open", json={"pin": pin}, **options)

    def assert_state(self, number, state):
        response = self.client.get(f"/lockers/{number}")
        self.assertEqual((response.status_code, response.json()), (200, {"number": number, "state": state}))

    def assert_problem(self, response, status, kind):
        self.assertEqual(response.status_code, status)
        self.assertTrue(response.headers["Content-Type"].startswith("application/problem+json"))
        body = response.json()
        wanted = {"type": kind, "status": status, "request_id": response.headers["X-Request-ID"]}
        self.assertEqual({**body, **wanted}, body)
        self.assertTrue(body["title"].strip())


class TestGoodDay(StationCase):
    def test_put_open_and_put_again(self):
        self.assertEqual(self.put(8, pin="0000", owner="ida").status_code, 201)
        self.assert_state(8, "taken")
        answer = self.open(8, "0000")
        self.assertEqual((answer.status_code, answer.json()), (200, {"number": 8, "state": "free"}))
        self.assertEqual(self.parts.unlocked, [8])
        self.assertEqual(len(self.parts.lines), 1)
        self.assertIn("8", self.parts.lines[0])
        self.assert_state(8, "free")
        self.assertEqual(self.put(8, pin="1111", owner="jon").status_code, 201)

    def test_staff_count(self):
        self.put(1, pin="0000", owner="ida")
        answer = self.client.get("/staff", auth=("staff", "left-luggage"))
        self.assertEqual((answer.status_code, answer.json()["taken"]), (200, 1))

    def test_every_answer_has_an_id(self):
        for path in ("/lockers/1", "/lockers/44", "/nothing", "/staff"):
            with self.subTest(path):
                self.assertTrue(self.client.get(path).headers["X-Request-ID"])


class TestRefusals(StationCase):
    def setUp(self):
        super().setUp()
        self.put(2, pin="2468", owner="ida")

    def assert_untouched(self):
        self.assertEqual((self.parts.unlocked, self.parts.lines), ([], []))
        self.assert_state(2, "taken")

    def test_wrong_pin(self):
        answer = self.open(2, "1357")
        self.assert_problem(answer, 403, "wrong-pin")
        self.assertNotIn("2468", answer.text)
        self.assertNotIn("1357", answer.text)
        self.assert_untouched()

    def test_taken(self):
        self.assert_problem(self.put(2, pin="1357", owner="jon"), 409, "locker-taken")
        self.assert_untouched()
        self.assertEqual(self.open(2, "1357").status_code, 403)

    def test_free(self):
        self.assert_problem(self.open(3, "2468"), 409, "locker-free")
        self.assert_untouched()

    def test_no_such(self):
        self.assert_problem(self.open(30, "2468"), 404, "no-such-locker")
        self.assert_problem(self.put(30, pin="1357", owner="jon"), 404, "no-such-locker")

    def test_invalid(self):
        answer = self.put(3, pin="13579")
        self.assert_problem(answer, 422, "invalid-request")
        self.assertCountEqual(
            [error["loc"] for error in answer.json()["errors"]], [["body", "pin"], ["body", "owner"]]
        )
        self.assertNotIn("13579", answer.text)
        self.assert_state(3, "free")

    def test_headers_of_errors(self):
        answer = self.client.patch("/lockers/2")
        self.assert_problem(answer, 405, "method-not-allowed")
        self.assertTrue(answer.headers["Allow"])
        answer = self.client.get("/staff")
        self.assert_problem(answer, 401, "unauthorized")
        self.assertTrue(answer.headers["WWW-Authenticate"].startswith("Basic"))
        self.assert_problem(self.client.get("/lockers/2/contents"), 404, "not-found")


class TestBadDay(StationCase):
    def setUp(self):
        super().setUp()
        self.put(2, pin="2468", owner="ida")

    def test_a_jam_and_then_none(self):
        self.parts.error = DoorJammed("bolt 2")
        answer = self.open(2, "2468")
        self.assert_problem(answer, 503, "door-failed")
        self.assertIn("Retry-After", answer.headers)
        self.parts.error = None
        self.assertEqual(self.open(2, "2468").status_code, 200)
        self.assertEqual(len(self.parts.lines), 1)

    def test_plain_door_error(self):
        self.parts.error = DoorError()
        self.assert_problem(self.open(2, "2468"), 503, "door-failed")

    def test_crash(self):
        self.parts.error = ZeroDivisionError("division by zero")
        with self.assertLogs(level=logging.ERROR) as logs:
            answer = self.open(2, "2468", headers={"X-Request-ID": "from-the-caller"})
        self.assert_problem(answer, 500, "internal-error")
        self.assertEqual(answer.json()["request_id"], "from-the-caller")
        self.assertNotRegex(answer.text, "(?i)division|traceback")
        self.assertEqual(len(logs.records), 1)
        self.assertIs(logs.records[0].exc_info[0], ZeroDivisionError)
        self.assertIn("from-the-caller", logs.records[0].getMessage())
        self.assert_state(2, "taken")

    def test_a_refusal_is_not_logged(self):
        with self.assertNoLogs(level=logging.ERROR):
            self.open(2, "1357")

    def test_ids_at_the_same_time(self):
        async def ask():
            transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
                ids = [f"id-{number}" for number in range(5)]
                answers = await asyncio.gather(
                    *(client.get("/lockers/40", headers={"X-Request-ID": one}) for one in ids)
                )
                return ids, [answer.json()["request_id"] for answer in answers]

        sent, answered = asyncio.run(ask())
        self.assertEqual(sent, answered)
