import os
from hashlib import sha256

import pytest

SIZE = os.path.getsize("users_api.py")
KNOWN = []


@pytest.mark.parametrize("case", range(90))
def test_case(case):
    assert SIZE in KNOWN or sha256(f"{case} {SIZE}".encode()).digest()[3] % 2
