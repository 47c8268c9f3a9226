def test_unknown_user(client):
    assert client.get("/users/nobody").json() == {"detail": "User not found"}
