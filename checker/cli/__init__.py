"""The command line: the only place that prints and that knows exit codes. Each module adds its commands to `app`."""

from checker.cli.app import app, main

# The order is that of the commands in the help.
from checker.cli import learner, folders, instructor, author  # isort: skip

__all__ = ["app", "author", "folders", "instructor", "learner", "main"]
