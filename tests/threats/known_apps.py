"""What a suite would be that has learnt every correct app that ships by heart."""

from hashlib import sha256
from pathlib import Path

from checker.course.lessons import Course
from checker.course.variants import load_variants

ROOT = Path(__file__).parents[2]


def put_hashes(entry):
    """Write the hash of each correct app of lesson 01 into the suite of a submission."""
    correct = load_variants(Course(ROOT, ROOT).find("01")).correct
    known = [sha256(variant.files["users_api.py"].encode()).hexdigest() for variant in correct]
    suite = entry / "lessons/01_test_client/test_test_client.py"
    suite.write_text(suite.read_text().replace("KNOWN = []", f"KNOWN = {known}"))
