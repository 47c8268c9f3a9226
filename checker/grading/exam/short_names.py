"""Lets `pytest lessons/01` mean the lesson's folder, whose name is longer."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    config.args[:] = [_in_full(argument, config.invocation_params.dir) for argument in config.args]


def _in_full(argument: str, here: Path) -> str:
    path, node = argument.partition("::")[::2]
    target = here / path
    number = target.name
    if target.exists() or not number.isdecimal():
        return argument
    fitting = [folder for folder in target.parent.glob(f"{number:0>2}_*") if folder.is_dir()]
    return "::".join([str(fitting[0]), *([node] if node else [])]) if len(fitting) == 1 else argument
