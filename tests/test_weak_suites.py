"""Suites that look complete and are not: each lets the mutants escape for which its look is missing, and no others."""

import tomllib
from pathlib import Path

import pytest

WEAK = Path(__file__).with_name("golden_weak")
CASES = sorted(path.parent for path in WEAK.glob("*/expected.toml"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_weak_suite_misses_what_it_does_not_look_at(case, checker):
    expected = tomllib.loads((case / "expected.toml").read_text("utf-8"))

    verdict = checker.verdict(case.name[:2], "--suite", case, "--reveal", "--time-limit", "60")

    found = [[finding["kind"], finding["test"]] for finding in verdict["findings"]]
    assert (verdict["status"], found) == ("survivors", expected.get("findings", []))
    assert _missed(verdict) == expected["missed"]


def test_every_weak_suite_is_expected_of_something():
    assert sorted(path for path in WEAK.iterdir() if path.is_dir()) == CASES


def _missed(verdict):
    """The mutants that escaped, by area."""
    escaped = [mutant for mutant in verdict["mutants"] if not mutant["killed"]]
    return {
        area: sorted(mutant["id"] for mutant in escaped if mutant["area"] == area)
        for area in sorted({mutant["area"] for mutant in escaped})
    }
