"""Lets `pytest lessons/01` mean the lesson's folder, whose name is longer."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    config.args[:] = [_in_full(argument, config.invocation_params.dir) for argument in config.args]


def _in_full(argument: str, here: Path) -> str:
    path, separator, node = argument.partition("::")
    target = here / path
    if target.exists() or not target.name.isdecimal():
        return argument
    folders = [folder for folder in target.parent.glob(f"{target.name:0>2}_*") if folder.is_dir()]
    if len(folders) != 1:
        return argument
    files = list(folders[0].glob("test_*.py"))
    return f"{files[0]}::{node}" if separator and len(files) == 1 else str(folders[0])
