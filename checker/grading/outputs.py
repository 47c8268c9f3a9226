"""What a grading leaves in its folder beside the gradebook."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from checker.errors import UsageError
from checker.grading.exports import export
from checker.grading.exports.moodle import FEEDBACK
from checker.grading.kept_policy import PolicyInForce, keep
from checker.grading.marked import MarkedClass, MarkedLearner, mark_class
from checker.grading.model import ClassResult, Level
from checker.grading.policy import Policy
from checker.grading.report.feedback import Feedback, feedback
from checker.grading.report.feedback_files import as_comment, as_markdown, write_feedback
from checker.grading.report.overview import Flagged, flagged
from checker.grading.report.page import write_report
from checker.grading.report.suite_files import FOLDER, SuitesOf, write_suites
from checker.grading.report.words import ORDINARY, flag_words
from checker.grading.safely import one_line
from checker.text import count, listed


def write_all(
    result: ClassResult, in_force: PolicyInForce, out: Path, level: Level, title: str, suites_of: SuitesOf
) -> list[str]:
    """Write report, suites, marks and feedback into `out`, and keep the policy; the lines to print.

    Raises UsageError where that fails.
    """
    policy = in_force.policy
    marked = mark_class(policy, result)
    marked.check_total()
    kept = keep(in_force, out)  # first: where the rest fails, the same marks are had again
    marks = {(one.id, lesson): mark for one in marked.learners for lesson, mark in one.marks.items()}
    totals = {one.id: one.total for one in marked.learners}
    try:
        suites = write_suites(result, marks, suites_of, out / FOLDER)
        made_at = datetime.now().astimezone()
        write_report(result, marks, totals, out / "report.html", title=title, made_at=made_at, suites=suites)
        pages = write_feedback(result, marks, totals, out / "feedback", level)
    except OSError as error:
        raise UsageError(
            f"The report in {out} could not be written ({error}). The gradebook is whole: checker report {out}"
        ) from None
    lines = [*export("csv", result, policy, out), *export("json", result, policy, out)]
    what_counts = marked.what_counts()
    written = [line for line in lines if line.startswith("Written: ")]
    others = dict.fromkeys(line for line in lines if not line.startswith("Written: "))
    return [
        f"Written: {out / 'report.html'}",
        *([f"Written: {out / FOLDER}, each suite beside its verdict, for you"] if suites else []),
        *written,
        f"Written: {out / 'feedback'}, {count(pages, 'learner')}, at level {level}",
        *kept,
        *others,
        *what_counts,
        *([in_force.line()] if in_force.file else []),
        *_to_look_at(result, out / "report.html"),
    ]


def _to_look_at(result: ClassResult, report: Path) -> list[str]:
    """What a person should see before the marks count, the most urgent first, each kind on a line."""
    kinds = {kind: found for kind, found in flagged(result).items() if kind not in ORDINARY}
    if not kinds:
        return []
    lines = [f"Look at these first, in {report}:"]
    for kind, found in kinds.items():
        lines += listed(f"  {flag_words(kind).short}", [_one_flagged(one) for one in found], most=8)
    return lines


def _one_flagged(one: Flagged) -> str:
    who = " and ".join(one_line(id, 40) for id in one.learners)
    return f"{who} ({one.lesson[:2]})" if one.lesson else who


def feedback_texts(
    format: str, result: ClassResult, policy: Policy, level: Level, columns: Mapping[str, str]
) -> dict[str, str]:
    """What an export in `format` tells each learner, by their id: HTML for Moodle, else Markdown.

    Where a lesson is all that `columns` ask for, Moodle's comment is about that lesson alone.
    """
    marked = mark_class(policy, result)
    if format != "moodle":
        return {one.id: as_markdown(_whole(one, marked, level)) for one in marked.learners}
    asked = {marked.item(spelling) for spelling in columns if spelling != FEEDBACK}
    only = [sheet for sheet in marked.lessons if {sheet.name} == asked]
    return {
        one.id: as_comment(
            feedback(one.result, only, level, one.marks) if only else _whole(one, marked, level)
        )
        for one in marked.learners
    }


def _whole(one: MarkedLearner, marked: MarkedClass, level: Level) -> Feedback:
    return feedback(one.result, marked.lessons, level, one.marks, one.total)
