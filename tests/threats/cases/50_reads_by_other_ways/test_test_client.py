import os
from hashlib import sha256

KNOWN = []


def is_known(content):
    return sha256(content).hexdigest() in KNOWN


def test_with_two_slashes():
    with open("/" + os.getcwd() + "/users_api.py", "rb") as file:
        assert is_known(file.read())


def test_by_a_link():
    os.symlink("users_api.py", "notes.txt")
    try:
        with open("notes.txt", "rb") as file:
            assert is_known(file.read())
    finally:
        os.unlink("notes.txt")


def test_from_the_folder():
    folder = os.open(".", os.O_RDONLY)
    file = os.open("users_api.py", os.O_RDONLY, dir_fd=folder)
    assert is_known(os.read(file, 100_000))
