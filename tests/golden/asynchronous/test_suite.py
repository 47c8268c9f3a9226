import httpx2
import pytest
from users_api import app


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.asyncio
async def test_unknown_user():
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as client:
        assert (await client.get("/users/nobody")).json() == {"detail": "User not found"}


@pytest.mark.anyio
async def test_unknown_user_anyio():
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as client:
        assert (await client.get("/users/nobody")).status_code == 404
