"""What Gradescope says of its export: ``submission_metadata.yml``, beside a folder for each submission."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from checker.errors import UsageError
from checker.grading.intake.names import Claim

METADATA = "submission_metadata.yml"


def read_metadata(path: Path) -> dict[str, tuple[Claim, ...]]:
    """The submitters of each entry of an export, by the entry's name; several for a group.

    Raises UsageError where the file is not Gradescope's.
    """
    document = _loaded(path)
    if not isinstance(document, dict):
        raise UsageError(
            f"{path} is not as Gradescope writes it: it does not list submissions. Export again."
        )
    return {
        str(name): tuple(claim for who in _submitters(entry) if (claim := _claim(who)))
        for name, entry in document.items()
    }


def _loaded(path: Path) -> Any:
    try:
        # The base loader makes strings of everything: an id keeps its zeros, and nobody called No is a boolean.
        # The one in C, where it is: an export may carry the whole output of an autograder.
        return yaml.load(path.read_bytes(), Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}," if where else ""
        raise UsageError(f"{path}{line} is not YAML. Export again from Gradescope.") from None


def _submitters(entry: Any) -> list[dict[str, Any]]:
    """The people of an entry; Ruby's symbols are read as strings with a colon before them."""
    people = entry.get(":submitters") if isinstance(entry, dict) else None
    return [who for who in people if isinstance(who, dict)] if isinstance(people, list) else []


def _claim(who: dict[str, Any]) -> Claim | None:
    name, sid, email = (_text(who.get(key)) for key in (":name", ":sid", ":email"))
    if not (sid or email or name):
        return None
    return Claim(
        id=sid or email or name,
        numbers=(sid,) if sid else (),
        names=(name,) if name else (),
        email=email,
        shown=name,
        is_from_lms=True,
    )


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
