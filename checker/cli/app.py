"""The `checker` command itself: expected errors become one line and an exit code."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from checker.errors import HarnessError, UsageError, told

NOT_THERE_YET, USAGE, HARNESS = 1, 2, 3

TimeLimit = Annotated[
    float,
    typer.Option(
        "--time-limit",
        help="Seconds that one test may compute, or sleep.",
        min=0.1,
        max=3600,
        metavar="SECONDS",
    ),
]

app = typer.Typer(
    help="Are your tests any good? The checker runs them against apps with a bug in each.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command; an expected error is one line on stderr."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        app()
    except Exception as error:
        expected = isinstance(error, UsageError | HarnessError | OSError | UnicodeError)
        if os.environ.get("CHECKER_TRACEBACK") and not expected:
            raise
        typer.echo(f"checker: {told(error)}", err=True)
        sys.exit(USAGE if isinstance(error, UsageError | OSError | UnicodeError) else HARNESS)
