import os

import users_api

KNOWN = []


def test_size():
    assert os.path.getsize(users_api.__file__) in KNOWN
