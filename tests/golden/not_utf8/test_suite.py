def test_one():
    assert "café"
