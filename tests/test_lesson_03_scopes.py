"""Lesson 03: each mistake of scope gets the finding that names it, and every right scope is complete."""

from pathlib import Path

import pytest

SCOPES = Path(__file__).with_name("golden_scopes")
STARTED = "This suite starts the app"

RIGHT = [
    "right_class_scope",
    "right_module_scope",
    "right_session_scope",
    "right_session_scope_in_a_conftest",
    "setup_method_starts_the_shop",
]
WRONG = [
    ("shop_at_function_scope", "invalid", "suite_over_reads", "by fixture shop (function)"),
    ("shop_at_class_scope_without_a_class", "invalid", "suite_over_reads", "by fixture shop (class)"),
    (
        "visitor_starts_the_shop_again",
        "invalid",
        "lifespan_nested",
        "fixture visitor (function) starts the app again while it runs",
    ),
    ("visitor_at_module_scope", "invalid", "spoiled_by_another", "passes alone"),
    ("visitor_at_session_scope", "invalid", "spoiled_by_another", "passes alone"),
    ("visitor_made_in_setup_class", "invalid", "spoiled_by_another", "another test spoils it"),
    ("visitor_wider_than_the_shop", "invalid", "fails", "ScopeMismatch"),
    (
        "shop_never_stopped",
        "leaky",
        "lifespan_not_stopped",
        "fixture shop (module) starts the app and never stops it.",
    ),
    (
        "class_never_stops",
        "leaky",
        "lifespan_not_stopped",
        "setup_class of TestTakingOut starts the app and never stops it.",
    ),
    ("shop_started_twice", "leaky", "lifespan_nested", "starts the app again while it runs"),
]


def judged(checker, name):
    folder = SCOPES / name
    return checker.verdict(
        "03", "--suite", folder if (folder / "conftest.py").is_file() else folder / "test_fixture_scopes.py"
    )


@pytest.mark.parametrize("name", RIGHT)
def test_right_scope_is_complete(checker, name):
    verdict = judged(checker, name)

    assert (verdict["status"], verdict["findings"]) == ("complete", [])


@pytest.mark.parametrize(("name", "status", "kind", "words"), WRONG, ids=[wrong[0] for wrong in WRONG])
def test_wrong_scope_gets_the_finding_that_names_it(checker, name, status, kind, words):
    verdict = judged(checker, name)

    assert verdict["status"] == status
    assert any(words in finding["text"] for finding in verdict["findings"] if finding["kind"] == kind), (
        verdict["findings"]
    )


@pytest.mark.parametrize("name", ["shop_at_function_scope", "shop_never_stopped", "shop_started_twice"])
def test_scope_of_a_fixture_is_no_fault_of_the_tests(checker, name):
    verdict = judged(checker, name)

    assert verdict["score"] == 1
    assert all(test["valid"] for test in verdict["tests"])


def test_every_case_is_expected_of_something():
    names = {path.name for path in SCOPES.iterdir() if (path / "test_fixture_scopes.py").is_file()}

    assert names == {*RIGHT, *(wrong[0] for wrong in WRONG)}
