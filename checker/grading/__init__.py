"""Grading a class: submissions in, a gradebook out; reports, exports and feedback from the gradebook."""

from importlib.util import find_spec

from checker.errors import UsageError

_LIBRARIES = ("jinja2", "yaml", "httpx2")


def require_libraries() -> None:
    """Raises UsageError where the extra that grading needs is not installed."""
    if not all(map(find_spec, _LIBRARIES)):
        raise UsageError(
            "Grading needs more than the lessons do. In the workbook's folder: pip install -c constraints.txt '.[grade]'"
        )
