import os


def build(entry):
    os.mkfifo(entry / "lessons/01_test_client/conftest.py")
