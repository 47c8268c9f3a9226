"""Our solution with other names for its tests and what is in them."""

import re
from pathlib import Path

SOLUTION = Path(__file__).parents[4] / "solutions/01_test_client/test_test_client.py"


def build(entry):
    text = SOLUTION.read_text("utf-8")
    text = re.sub(r"\bclient\b", "browser", text)
    text = re.sub(r"\bresponse\b", "answer", text)
    text = re.sub(r"def test_(\w+)", r"def test_case_\1", text)
    (entry / "lessons/01_test_client/test_test_client.py").write_text(text)
