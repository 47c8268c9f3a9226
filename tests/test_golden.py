"""Suites of every kind for lesson 01, each a folder with what is expected of it, run through the command."""

import tomllib
from pathlib import Path

import pytest

GOLDEN = Path(__file__).with_name("golden")
CASES = sorted(path.parent for path in GOLDEN.glob("*/expected.toml"))


def judged(checker, case, *options, **environment):
    return checker.verdict("01", "--suite", case, "--reveal", "--time-limit", "3", *options, **environment)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_suite_gets_the_verdict_expected_of_it(case, checker, tmp_path):
    expected = tomllib.loads((case / "expected.toml").read_text("utf-8"))

    verdict = judged(checker, case, COUNTER=str(tmp_path / "counter"))

    assert verdict["status"] == expected["status"]
    assert sorted(test["name"] for test in verdict["tests"] if test["valid"]) == sorted(
        expected.get("valid", [])
    )
    assert sorted(m["id"] for m in verdict["mutants"] if m["killed"]) == sorted(expected.get("killed", []))
    assert sorted(m["id"] for m in verdict["mutants"] if m["muted_by"]) == sorted(expected.get("muted", []))
    assert verdict["score"] == round(len(expected.get("killed", [])) / len(verdict["mutants"]), 4)
    assert verdict["suspect"] == expected.get("suspect", [])
    assert verdict["tasks"] is None
    if "outcomes" in expected:
        assert {test["name"]: test["outcome"] for test in verdict["tests"]} == expected["outcomes"]
    for mutant, ways in expected.get("how", {}).items():
        killed_by = next(m["killed_by"] for m in verdict["mutants"] if m["id"] == mutant)
        assert sorted({kill["how"] for kill in killed_by}) == ways
    if expected.get("flaky"):  # the test's name changes too
        assert {f["kind"] for f in verdict["findings"]} == {"flaky"}
    else:
        found = sorted([f["kind"], f["test"] or ""] for f in verdict["findings"])
        assert found == sorted(expected.get("findings", []))
    if "promises" in expected:
        assert sorted({f["promise"] for f in verdict["findings"] if f["promise"]}) == expected["promises"]


@pytest.mark.parametrize(
    "name",
    ["classes", "crashing_exit", "leaking_lifespan", "needs_another", "never_ends", "over_fitted_text"],
)
def test_verdict_is_the_same_without_fork(name, checker):
    forked, single_use = (judged(checker, GOLDEN / name, option) for option in ("--fork", "--no-fork"))

    for verdict in (forked, single_use):
        del verdict["seconds"]
    assert single_use == forked
