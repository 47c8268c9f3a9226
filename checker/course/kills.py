"""What each test of a lesson's solution catches, as it is recorded beside it: the measure for a learner's test of that name."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

from checker.course.lessons import Lesson

FILE = "kills.toml"


def kills_by_test(lesson: Lesson) -> Mapping[str, frozenset[str]]:
    """The ids of the mutants that each test function catches, all its cases together; nothing where there is no record."""
    try:
        record = tomllib.loads((lesson.solution / FILE).read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return {}
    found: dict[str, frozenset[str]] = {}
    for test, ways in record.items():
        name = test.partition("[")[0]
        found[name] = found.get(name, frozenset()).union(*ways.values())
    return found
