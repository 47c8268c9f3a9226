NAME = "café"


def test_a():
    assert NAME
