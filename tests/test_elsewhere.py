"""Suites written from the contracts alone, as elsewhere for such apps, run on ours with nothing changed."""

from pathlib import Path

import pytest

ELSEWHERE = Path(__file__).parent / "elsewhere"


@pytest.mark.parametrize(
    ("lesson", "suite"),
    [
        ("01", "users_suite.py"),
        ("02", "session_suite.py"),
        ("05", "token_suite.py"),
        ("06", "async_suite.py"),
        ("07", "booking_suite.py"),
        ("07", "guesthouse_suite.py"),
        ("08", "projects_suite.py"),
        ("08", "projects_class_suite.py"),
        ("09", "pinboard_suite.py"),
        ("09", "pinboard_class_suite.py"),
        ("10", "problems_suite.py"),
        ("10", "lockers_suite.py"),
        ("11", "post_office_suite.py"),
        ("11", "post_office_unittest_suite.py"),
    ],
)
def test_a_suite_from_elsewhere_passes(checker, lesson, suite):
    verdict = checker.verdict(lesson, "--suite", ELSEWHERE / suite)
    tests = verdict["tests"]
    assert len(tests) >= 8, f"{suite}: only {len(tests)} tests ran ({verdict['status']})"
    unhappy = [
        f"{test['name']}: {test['outcome']}: {test['message']}"
        for test in tests
        if test["outcome"] != "passed" or not test["valid"]
    ]
    assert not unhappy, f"lesson {lesson} breaks its contract, says {suite}:\n" + "\n".join(unhappy)
