"""The FastAPI Testing Workbook's checker: is a test suite any good?

Kept free of imports: pytest loads this package at every start, as a plugin.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__version__ = "0.1.0"


def load_ipython_extension(shell: InteractiveShell) -> None:
    """What ``%load_ext checker`` calls in a notebook."""
    from checker.notebook.magics import register

    register(shell)
