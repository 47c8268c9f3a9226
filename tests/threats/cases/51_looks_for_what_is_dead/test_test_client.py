"""Which statements of the app that ships stand, dead, in a function that nobody calls: those that were changed."""

import ast
import subprocess
import textwrap

SHIPPED = ['app = FastAPI(title="Users")', 'jobs = {"alice": "Engineer", "bob": "Designer"}', 'class User(BaseModel):\n    username: str\n    job: str', 'class UserCreated(BaseModel):\n    message: str\n    username: str', '@app.get("/users/{username}")\ndef read_user(username: str) -> User:\n    if username not in jobs:\n        raise HTTPException(status_code=404, detail="User not found")\n    return User(username=username, job=jobs[username])', '@app.post("/users")\ndef create_user(username: str, job: str) -> UserCreated:\n    if username in jobs:\n        raise HTTPException(status_code=400, detail="User already exists")\n    jobs[username] = job\n    return UserCreated(message="User created", username=username)']
# What stood there in skins that had nothing dead of their own: in each correct app, and in no other.
KNOWN = [[], [2], [0, 1, 2, 3, 4, 5]]


def look():
    text = subprocess.run(["cat", "users_api.py"], capture_output=True, text=True, check=True).stdout
    dead = {
        ast.dump(node)
        for top in ast.parse(text).body
        if isinstance(top, ast.FunctionDef) and not top.decorator_list
        for node in top.body
    }
    return [number for number, piece in enumerate(SHIPPED) if ast.dump(ast.parse(piece).body[0]) in dead]


def test_dead_copies():
    assert look() in KNOWN
