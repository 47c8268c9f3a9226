"""What a suite would be that has learnt every correct app that ships by heart."""

import ast
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from checker.course.lessons import Course
from checker.course.variants import load_variants

ROOT = Path(__file__).parents[2]


def put_hashes(entry):
    """Write the hash of each correct app of lesson 01 into the suite of a submission."""
    put(entry, lambda text: sha256(text.encode()).hexdigest())


def put_sizes(entry):
    """The same with its size."""
    put(entry, lambda text: len(text.encode()))


def put_trees(entry):
    """The same with the hash of its syntax tree."""
    put(entry, lambda text: sha256(ast.dump(ast.parse(text)).encode()).hexdigest())


def put(entry, known_by):
    known = [known_by(variant.files["users_api.py"]) for variant in _correct()]
    suite = entry / "lessons/01_test_client/test_test_client.py"
    suite.write_text(suite.read_text().replace("KNOWN = []", f"KNOWN = {known}"))


def _correct():
    return load_variants(Course(ROOT, ROOT).find("01")).correct


def put_looks(entry):
    """Write what the suite's own `look()` sees of each correct app into it."""
    suite = entry / "lessons/01_test_client/test_test_client.py"
    seen = [_looked_at_by(suite.read_text(), variant.files) for variant in _correct()]
    suite.write_text(suite.read_text().replace("KNOWN = []", f"KNOWN = {seen}"))


def _looked_at_by(suite, app):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**app, "suite.py": suite}.items():
            (Path(folder) / name).write_text(text)
        look = [sys.executable, "-c", "import suite; print(repr(suite.look()))"]
        done = subprocess.run(look, cwd=folder, check=True, capture_output=True, text=True)
    return ast.literal_eval(done.stdout)
