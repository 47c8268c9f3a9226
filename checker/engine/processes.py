"""How processes that carry out runs are started."""

from __future__ import annotations

import os
import sys

_PYTHON = (sys.executable, "-P")  # -P: nothing in the current folder can shadow a library


def python_module(name: str, *arguments: str) -> tuple[str, ...]:
    """The command that runs a module of the checker's in a Python like this one."""
    return (*_PYTHON, "-m", name, *arguments)


def environment() -> dict[str, str]:
    """This process's, with one order of sets for all: two checks of one suite say the same."""
    return {**os.environ, "PYTHONHASHSEED": "0"}
