"""The table of traps in CONTRIBUTING.md names places that are there."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"^\| (.+) \| (\d\d) \| (mutant|equivalent|task|readme|debrief):? (.+) \|$", re.MULTILINE)
TABLE = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("## The traps")[1]
ROWS = ROW.findall(TABLE)


def test_every_row_of_the_table_is_read():
    assert len(ROWS) == len(re.findall(r"^\| ", TABLE, re.MULTILINE)) - 2
    assert len(ROWS) >= 40


@pytest.mark.parametrize(("trap", "number", "kind", "place"), ROWS, ids=[row[0] for row in ROWS])
def test_trap_is_where_the_table_says(trap, number, kind, place):
    (lesson,) = (ROOT / "lessons").glob(f"{number}_*")
    solution = ROOT / "solutions" / lesson.name

    if kind in ("mutant", "equivalent"):
        variants = tomllib.loads((solution / "variants.toml").read_text("utf-8"))
        assert place in [variant["id"] for variant in variants[kind]]
    elif kind == "task":
        assert f"def {place}(" in "".join(path.read_text("utf-8") for path in lesson.glob("test_*.py"))
    else:
        folder = lesson if kind == "readme" else solution
        text = " ".join((folder / "README.md").read_text("utf-8").split())
        assert text.count(place.strip('"')) == 1, "a quotation is long enough to be the place"
