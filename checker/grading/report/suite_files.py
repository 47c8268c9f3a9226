"""The pages of learners' suites, as files: one for each learner with a suite, beside the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from markupsafe import Markup

from checker.files import write_atomically
from checker.grading.model import ClassResult, LearnerResult
from checker.grading.report.payload import Marks
from checker.grading.report.suite_page import LessonSuite, Texts, lesson_suite
from checker.grading.report.templating import environment, source
from checker.grading.safely import one_line, safe_names

FOLDER = "suites"
"""Where they lie, beside the report."""

SuitesOf = Callable[[str], Mapping[str, Texts]]
"""The files of a learner, by id, for each lesson by name."""


def write_suites(result: ClassResult, marks: Marks, suites_of: SuitesOf, destination: Path) -> set[str]:
    """Write a page NAME.html for each learner who has a suite into the folder `destination`; NAME is as for feedback; pages of
    earlier calls go.

    Returns the ids of those who have one; raises OSError where one cannot be written.
    """
    names = safe_names(learner.learner.id for learner in result.learners)
    for page_of_before in destination.glob("*.html"):
        page_of_before.unlink()
    written = set()
    for learner in result.learners:
        if lessons := _lessons(learner, result, marks, suites_of):
            page = as_html(learner, lessons)
            write_atomically(destination / f"{names[learner.learner.id]}.html", page.encode("utf-8"))
            written.add(learner.learner.id)
    return written


def _lessons(
    learner: LearnerResult, result: ClassResult, marks: Marks, suites_of: SuitesOf
) -> list[LessonSuite]:
    id = learner.learner.id
    suites = suites_of(id) if learner.units else {}
    return [
        lesson_suite(learner.units[sheet.name], sheet, suites[sheet.name], marks.get((id, sheet.name)))
        for sheet in result.lessons
        if sheet.name in suites and (unit := learner.units.get(sheet.name)) and unit.graded_at
    ]


def as_html(learner: LearnerResult, lessons: list[LessonSuite]) -> str:
    """The page for a browser: one file, no script, nothing to fetch."""
    style = Markup("\n".join(map(source, ("base.css", "suite.css"))))
    who = one_line(learner.learner.name, 80) or one_line(learner.learner.id, 80)
    made = environment().get_template("suite.html.j2")
    return made.render(who=who, id=one_line(learner.learner.id, 80), lessons=lessons, style=style)
