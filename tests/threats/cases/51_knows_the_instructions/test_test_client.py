import dis
from hashlib import sha256

import users_api

KNOWN = []


def look():
    seen = [
        (one.opname, one.argrepr)
        for function in vars(users_api).values()
        if getattr(function, "__module__", "") == "users_api" and hasattr(function, "__code__")
        for one in dis.get_instructions(function)
    ]
    return sha256(repr(seen).encode()).hexdigest()


def test_instructions():
    assert look() in KNOWN
