"""Somebody else's tests of contract 07 (validation): classes, in the manner of unittest."""

import unittest

from fastapi.testclient import TestClient
from guesthouse_api import app, create_app


def form(**over):
    return {
        "guest": {"name": "Ben Okri", "email": "ben.o@mail.example.com"},
        "room": "attic",
        "arrival": "2029-12-30",
        "departure": "2030-01-02",
        "persons": 3,
        "passphrase": "quiet-please",
        **over,
    }


class GuesthouseCase(unittest.TestCase):
    def setUp(self):
        self.client = TestClient(create_app())

    def make(self, **over):
        response = self.client.post("/bookings", json=form(**over))
        assert response.status_code == 201, response.text
        return response.json()

    def assert_problem(self, response, *loc, kind=None):
        assert response.status_code == 422
        (problem,) = response.json()["detail"]
        assert tuple(problem["loc"]) == loc
        assert isinstance(problem["msg"], str)
        if kind:
            assert problem["type"] == kind


class MakingCase(GuesthouseCase):
    def test_body(self):
        made = self.make(wishes=["a cot", "no feathers"])
        assert set(made) == {"id", "guest", "room", "arrival", "departure", "persons", "wishes"}
        assert made["guest"] == {"name": "Ben Okri", "email": "ben.o@mail.example.com"}
        assert (made["arrival"], made["departure"]) == ("2029-12-30", "2030-01-02")
        assert made["wishes"] == ["a cot", "no feathers"]

    def test_ids_differ(self):
        assert self.make()["id"] != self.make()["id"]

    def test_apps_start_empty(self):
        self.make()
        assert TestClient(create_app()).get("/bookings").json() == []

    def test_the_exported_app_is_one(self):
        assert TestClient(app).get("/bookings").status_code == 200

    def test_every_room(self):
        for room in ("attic", "garden", "tower"):
            assert self.make(room=room)["room"] == room

    def test_several_problems_are_told_together(self):
        response = self.client.post("/bookings", json=form(persons=0, room="roof", wishes=["", "x", ""]))
        found = sorted(tuple(map(str, problem["loc"])) for problem in response.json()["detail"])
        assert found == [
            ("body", "persons"),
            ("body", "room"),
            ("body", "wishes", "0"),
            ("body", "wishes", "2"),
        ]

    def test_name_is_missing(self):
        response = self.client.post("/bookings", json=form(guest={"email": "b@c.de"}))
        self.assert_problem(response, "body", "guest", "name", kind="missing")

    def test_thirteenth_month(self):
        self.assert_problem(
            self.client.post("/bookings", json=form(departure="2030-13-01")), "body", "departure"
        )

    def test_stay_is_over_the_end_of_a_year(self):
        self.make(departure="2030-01-13")
        response = self.client.post("/bookings", json=form(departure="2030-01-14"))
        assert response.status_code == 422
        assert len(self.client.get("/bookings").json()) == 1


class ChangingCase(GuesthouseCase):
    def setUp(self):
        super().setUp()
        self.made = self.make(wishes=["tea"])
        self.url = f"/bookings/{self.made['id']}"

    def test_both_dates_move(self):
        change = {"arrival": "2031-01-01", "departure": "2031-01-15"}
        assert self.client.patch(self.url, json=change).json() == {**self.made, **change}

    def test_arrival_alone_is_too_early(self):
        assert self.client.patch(self.url, json={"arrival": "2029-12-01"}).status_code == 422
        assert self.client.get(self.url).json() == self.made

    def test_nothing_of_a_half_wrong_change_is_taken(self):
        response = self.client.patch(self.url, json={"room": "tower", "persons": 5})
        self.assert_problem(response, "body", "persons", kind="less_than_equal")
        assert self.client.get(self.url).json() == self.made

    def test_null(self):
        for field in ("room", "arrival", "departure", "persons", "wishes"):
            with self.subTest(field):
                self.assert_problem(self.client.patch(self.url, json={field: None}), "body", field)

    def test_others_stay_as_they_are(self):
        other = self.make(room="garden")
        self.client.patch(self.url, json={"persons": 1})
        assert self.client.get(f"/bookings/{other['id']}").json() == other

    def test_cancelled_bookings_are_gone(self):
        other = self.make(passphrase="another phrase")
        refused = self.client.request("DELETE", self.url, json={"passphrase": "another phrase"})
        assert refused.status_code == 403
        done = self.client.request("DELETE", self.url, json={"passphrase": "quiet-please"})
        assert done.status_code == 204
        assert self.client.get(self.url).status_code == 404
        assert self.client.get("/bookings").json() == [other]
        self.make()
        assert len(self.client.get("/bookings").json()) == 2

    def test_short_passphrase_cancels_nothing(self):
        response = self.client.request("DELETE", self.url, json={"passphrase": "short"})
        assert response.status_code in (403, 422)
        assert self.client.get(self.url).status_code == 200


class SecretCase(GuesthouseCase):
    def test_refusals_keep_it(self):
        for wrong in ({"persons": "2"}, {"room": None}, {"guest": None}, {"wishes": "x"}, {"pets": 1}):
            with self.subTest(wrong):
                response = self.client.post("/bookings", json=form(**wrong))
                assert response.status_code == 422
                assert "quiet-please" not in response.text

    def test_a_short_one_is_not_told_either(self):
        response = self.client.post("/bookings", json=form(passphrase="pst-pst"))
        self.assert_problem(response, "body", "passphrase", kind="string_too_short")
        assert "pst-pst" not in response.text
