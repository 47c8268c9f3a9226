import unittest

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


class UnknownUser(unittest.TestCase):
    def test_answer(self):
        response = client.get("/users/nobody")
        with self.subTest("status"):
            self.assertEqual(response.status_code, 404)
        with self.subTest("body"):
            self.assertEqual(response.json(), {"detail": "User not found"})
