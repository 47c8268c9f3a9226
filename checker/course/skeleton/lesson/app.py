"""An app that says hello."""

from fastapi import FastAPI

app = FastAPI(title="$title")


@app.get("/hello/{name}")
def hello(name: str) -> dict[str, str]:
    return {"message": f"Hello {name}"}
