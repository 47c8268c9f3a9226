"""The report of a class, and feedback for its learners: from the gradebook to pages that need nothing else."""

from checker.grading.report.feedback_files import write_feedback
from checker.grading.report.marks import MarkView
from checker.grading.report.page import write_report
from checker.grading.report.suite_files import write_suites

__all__ = ["MarkView", "write_feedback", "write_report", "write_suites"]
