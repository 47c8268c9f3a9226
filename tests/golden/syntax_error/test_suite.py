def test_unknown_user(:
    pass
