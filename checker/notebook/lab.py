"""JupyterLab, opened at a lesson's notebook."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from checker.errors import UsageError

COMMAND = (sys.executable, "-m", "jupyterlab")


def open_lab(root: Path, notebook: Path, options: Sequence[str]) -> None:
    """Run JupyterLab on the course in `root` until it is stopped; `options` are its own.

    Raises UsageError where it is not installed, or ends by itself with an error.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise UsageError(
            "JupyterLab is not installed. In the workbook's folder: pip install -c constraints.txt '.[notebooks]'"
        )
    # Without root_dir it would show notebooks/ alone, and no link to a lesson would lead anywhere.
    served = [f"--ServerApp.root_dir={root}", str(notebook.relative_to(root))]
    lab = subprocess.Popen([*COMMAND, *served, *options], cwd=root)
    left = False
    while lab.poll() is None:
        try:
            lab.wait()
        except KeyboardInterrupt:  # it hears Ctrl-C too, asks whether it is meant, and closes its kernels
            left = True
    if lab.returncode and not left:
        raise UsageError(
            f"JupyterLab ended with exit code {lab.returncode}; what it says about it stands above."
        )
