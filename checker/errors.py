"""The errors a person is meant to read: one line saying what, where and what to do next."""


class UsageError(Exception):
    """A wrong command, or a file that cannot be used. The command exits 2 with this one line."""


class HarnessError(Exception):
    """The checker itself failed, not the suite: never a grade. The command exits 3."""


def told(error: Exception) -> str:
    """What to tell a person of an error that ended a command, or a check: one line."""
    match error:
        case UsageError():
            return str(error)
        case HarnessError():
            return f"{error} This says nothing about the tests."
        case OSError() | UnicodeError():
            return f"A file cannot be used: {error}"
        case _:
            what = f"{type(error).__name__}: {error}".replace("\n", " ")
            return f"A bug in the checker: {what}. Set CHECKER_TRACEBACK=1 to see where, and report it."
