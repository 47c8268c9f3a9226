# café
def test_a(): pass
