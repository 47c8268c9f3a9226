from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)


def test_tidy(tmp_path, monkeypatch):
    monkeypatch.setenv("USERS_MODE", "test")
    (tmp_path / "users.db").write_text("alice")
    app.dependency_overrides[print] = lambda: None
    with client:
        pass
    app.dependency_overrides.clear()
