"""nbval on our notebooks: a stored output that is wrong, or missing, is red."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from checker.notebook import document

ROOT = Path(__file__).parents[1]
NAME = "02_cookie_sessions"


def nbval(folder):
    """The cells that are red, by their number among the cells of code, and how many are green."""
    options = ["-q", "--color=no", "-p", "no:cacheprovider", "-c", ROOT / "pyproject.toml"]
    strict = ["--nbval", "--nbval-sanitize-with", ROOT / "notebooks" / "sanitize.cfg"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *strict, "notebooks"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    green = re.search(r"(\d+) passed", done.stdout)
    return [int(n) for n in re.findall(r"^FAILED .*::Cell (\d+)", done.stdout, re.M)], int(
        green[1]
    ) if green else 0


def test_spoiled_and_missing_outputs_are_red_and_no_others(tmp_path):
    for part in ("lessons", "solutions"):
        shutil.copytree(ROOT / part / NAME, tmp_path / part / NAME)
    notebook = document.read((ROOT / "notebooks" / f"{NAME}.ipynb").read_text("utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    spoil, lacking = (
        next(n for n, cell in enumerate(code) if cell["id"] == id_) for id_ in ("thief", "attributes")
    )
    assert "200" in code[spoil]["outputs"][0]["text"]
    code[spoil]["outputs"][0]["text"] = code[spoil]["outputs"][0]["text"].replace("200", "401")
    code[lacking]["outputs"] = []
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / f"{NAME}.ipynb").write_text(document.written(notebook), "utf-8")

    assert nbval(tmp_path) == (sorted([spoil, lacking]), len(code) - 2)
