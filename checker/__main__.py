"""The ``checker`` command, and ``python -m checker``."""

import sys

CTRL_C = 130  # what a shell says of a program that Ctrl-C has ended


def main() -> None:
    """Run the command. Ctrl-C ends it without a traceback, also while it is still being imported."""
    try:
        from checker.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(CTRL_C)


if __name__ == "__main__":
    main()
