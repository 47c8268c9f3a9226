"""The errors a person is meant to read: one line saying what, where and what to do next."""


class UsageError(Exception):
    """A wrong command, or a file that cannot be used. The command exits 2 with this one line."""


class HarnessError(Exception):
    """The checker itself failed, not the suite: never a grade. The command exits 3."""
