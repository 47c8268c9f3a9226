from fastapi.testclient import TestClient
from users_api import app

client = TestClient(app)
