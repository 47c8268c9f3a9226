"""A pipeline for a class's repositories: the board of what is pushed, where the learner pushes it."""

from __future__ import annotations

import json
import re
import textwrap
from importlib.resources import files

from checker.errors import UsageError

_PLACES = {"github": ".github/workflows/board.yml", "gitlab": ".gitlab-ci.yml"}
_SCRIPT = re.compile(r"^( *)@SCRIPT@$", re.MULTILINE)


def pipeline(host: str, workbook: str) -> dict[str, bytes]:
    """The file that runs ``checker check`` on what is pushed to `host`, ``github`` or ``gitlab``, by its path.

    `workbook` is what pip installs the workbook from. Raises UsageError for another host, or where nothing is named.
    """
    if host not in _PLACES:
        raise UsageError(f"--ci {host}: there are {' and '.join(_PLACES)}.")
    if not workbook.strip():
        raise UsageError(
            "--ci needs --workbook: what pip installs the workbook from there, such as git+https://… or wheels/….whl."
        )
    script = _text("board.sh").rstrip()
    made = _SCRIPT.sub(lambda found: textwrap.indent(script, found[1]), _text(f"{host}.yml"))
    # A string of JSON is one of YAML.
    return {_PLACES[host]: made.replace("@WORKBOOK@", json.dumps(workbook.strip())).encode()}


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")
