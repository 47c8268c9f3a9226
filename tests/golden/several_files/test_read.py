def test_bob(client):
    assert client.get("/users/bob").json() == {"username": "bob", "job": "Designer"}
