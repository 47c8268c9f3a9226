"""What a grading leaves in its folder beside the gradebook."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from checker.errors import UsageError
from checker.grading.exports import export
from checker.grading.kept_policy import PolicyInForce, keep
from checker.grading.marked import mark_class
from checker.grading.model import ClassResult
from checker.grading.policy import Policy
from checker.grading.report.feedback import feedback
from checker.grading.report.feedback_files import as_markdown, write_feedback
from checker.grading.report.feedback_words import Level
from checker.grading.report.page import write_report
from checker.text import count


def write_all(result: ClassResult, in_force: PolicyInForce, out: Path, level: Level, title: str) -> list[str]:
    """Write report, marks and feedback into `out`, and keep the policy; the lines to print.

    Raises UsageError where that fails.
    """
    policy = in_force.policy
    marked = mark_class(policy, result)
    marked.check_total()
    keep(in_force, out)  # first: where the rest fails, the same marks are had again
    marks = {(one.id, lesson): mark for one in marked.learners for lesson, mark in one.marks.items()}
    totals = {one.id: one.total for one in marked.learners}
    try:
        write_report(
            result, marks, totals, out / "report.html", title=title, made_at=datetime.now().astimezone()
        )
        pages = write_feedback(result, marks, totals, out / "feedback", level)
    except OSError as error:
        raise UsageError(
            f"The report in {out} could not be written ({error}). The gradebook is whole: checker report {out}"
        ) from None
    lines = [*export("csv", result, policy, out), *export("json", result, policy, out)]
    written = [line for line in lines if line.startswith("Written: ")]
    others = dict.fromkeys(line for line in lines if not line.startswith("Written: "))
    return [
        f"Written: {out / 'report.html'}",
        *written,
        f"Written: {out / 'feedback'}, {count(pages, 'learner')}, at level {level}",
        *others,
        *([in_force.line()] if in_force.file else []),
    ]


def feedback_texts(result: ClassResult, policy: Policy, level: Level) -> dict[str, str]:
    """Each learner's page as Markdown, by their id."""
    return {
        one.id: as_markdown(feedback(one.result, result.lessons, level, one.marks, one.total))
        for one in mark_class(policy, result).learners
    }
