"""Templates: everything that is put into one is escaped, and a name that is not there is an error."""

from __future__ import annotations

import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from checker.grading.safely import clean, one_line


@cache
def environment() -> Environment:
    """The templates beside this module."""
    made = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"clean": clean, "one_line": one_line, "coded": _coded}
    return made


def _coded(text: str) -> Markup:
    """A sentence of ours as HTML: what is between backticks in it is code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def source(name: str) -> str:
    """A file beside the templates, as it is."""
    loader = environment().loader
    assert loader is not None
    return loader.get_source(environment(), name)[0]
