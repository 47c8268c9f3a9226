import os

from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_1():
    os._exit(1)


def test_2():
    os._exit(1)


def test_3():
    os._exit(1)


def test_4():
    os._exit(1)
