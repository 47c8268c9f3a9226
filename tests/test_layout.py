"""Who may import whom: the folder list reads as the design, and stays so."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "checker"

GROUND = {"errors", "files", "text", "source"}
COURSE = {"course", "engine.variant", *GROUND}
VERDICTS = {"judging", "check", *COURSE}
DESKS = {"doctor", "grading", "notebook", "verify", "watch"}
DESK = {"showing", "copies", "engine", *VERDICTS}

MAY_IMPORT = {
    "errors": GROUND,
    "files": GROUND,
    "text": GROUND,
    "source": GROUND,
    "engine": GROUND,
    "course": {"engine.variant", *GROUND},
    "judging": {"engine.events", "engine.run", "engine.variant", *GROUND},
    "check": {"engine", "judging", *COURSE},
    "showing": {"copies", *VERDICTS},
    "copies": {"showing", *VERDICTS},
    "verify": {"notebook", *DESK},  # a lesson's notebook is part of what is verified
    **dict.fromkeys(sorted(DESKS - {"verify"}), DESK),
    "cli": {*DESKS, *DESK},
    "pytest_plugin": {"showing", "copies", *VERDICTS},
    "hunt": {"engine", "judging", *GROUND},
    "__init__": {"notebook"},  # what %load_ext calls
    "__main__": {"cli"},
}
"""A module, or everything in a folder: what it may import of the package, beside what lies in the same folder."""


def imports_of(source):
    """The package's modules that a file imports, as ``engine.run``: names without the package's own."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.removeprefix("checker.") for name in names if name.startswith("checker."))


def wing_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def forbidden(wing, source):
    """The imports of a file in `wing` that the table does not allow."""
    allowed = {wing, "__version__", *MAY_IMPORT[wing]}
    return [name for name in imports_of(source) if not any(f"{name}.".startswith(f"{a}.") for a in allowed)]


MODULES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if not {"skeleton", "shipped"} & set(path.relative_to(PACKAGE).parts)
)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_module_imports_what_its_place_allows(path):
    assert forbidden(wing_of(path), path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("wing", "line"),
    [
        ("engine", "from checker.course.lessons import Lesson"),
        ("engine", "from checker.judging import verdict"),
        ("judging", "from checker.engine.forking import ForkingRunner"),
        ("judging", "import checker.course.suite"),
        ("course", "from checker.check import check"),
        ("hunt", "from checker.course.lessons import Lesson"),
        ("watch", "from checker.grading.grade import grade"),
        ("text", "def f():\n    from checker.cli import app"),
    ],
)
def test_planted_arrow_is_found(wing, line):
    assert len(forbidden(wing, line)) == 1


def test_every_folder_says_what_it_is():
    silent = [
        folder.name
        for folder in PACKAGE.iterdir()
        if (folder / "__init__.py").is_file()
        and not ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")))
    ]

    assert silent == []
