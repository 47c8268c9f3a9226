"""Checks of what a lesson's files say, without running anything."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from checker.course.kills import FILE as KILLS
from checker.course.lessons import Lesson, is_hidden
from checker.course.tasks import lesson_cells, lesson_promises, tasks, worked_examples
from checker.verify import Check, Subject
from checker.verify.clauses import clauses, excuses, named, without_teeth

TASKS = range(5, 9)
EQUIVALENTS = 2
_RUNGS = range(3, 6)

_FIRST_LINE = re.compile(r"# (\d\d) · \S.*")
_HINT = re.compile(r"^## (.+?)\s*$", re.MULTILINE)
_RUNG = re.compile(r"^\d+\. ", re.MULTILINE)


def readme_is_whole(subject: Subject) -> Iterator[str]:
    """Title, promise table, what is not promised."""
    first = subject.readme.partition("\n")[0]
    match = _FIRST_LINE.fullmatch(first)
    if not match or int(match[1]) != subject.lesson.number:
        yield f"README.md should begin `# {subject.lesson.number:02} · Title`, and begins {first!r}"
    if not lesson_promises(subject.lesson):
        yield "README.md has no promise table: rows such as `| P1 | …`"
    if "*Not promised*" not in subject.readme:
        yield "README.md lacks the line *Not promised*"


def hints_are_whole(subject: Subject) -> Iterator[str]:
    """A ladder for every task, none for what is no task."""
    headings = _hints(subject.lesson)
    names = [task.name for task in tasks(subject.lesson)]
    yield from (f"hints.md has no heading `## {name}`" for name in names if name not in headings)
    yield from (f"hints.md has `## {name}`, which is no task" for name in headings if name not in names)
    for name, ladder in headings.items():
        if len(_RUNG.findall(ladder)) not in _RUNGS:
            yield f"hints.md: the ladder of {name} should have 3 to 5 rungs"


def hints_do_not_spoil(subject: Subject) -> Iterator[str]:
    """No assertion of the solution stands in the hints."""
    hints = " ".join("\n".join(_hints(subject.lesson).values()).split())
    for assertion in sorted(_assertions(subject.lesson.solution)):
        if assertion in hints:
            yield f"hints.md gives away `{assertion}`"


def tasks_are_right(subject: Subject) -> Iterator[str]:
    """The tasks name promises that exist, and the solution has each of them."""
    found, rows = tasks(subject.lesson), lesson_promises(subject.lesson)
    if not subject.is_draft and len(found) not in TASKS:
        yield f"{len(found)} tasks; {_between(TASKS)} make a lesson"
    for task in found:
        if not task.promises:
            yield f"{task.name}: its docstring names no row, such as (P1)"
        yield from (
            f"{task.name} names {row}, which is not in the table" for row in task.promises if row not in rows
        )
    files = {
        path: (subject.lesson.solution / path).read_bytes()
        for path in subject.lesson.starter_files
        if (subject.lesson.solution / path).is_file()
    }
    yield from (f"the solution lacks {task.name}" for task in tasks(subject.lesson, files) if not task.done)


def equivalents_are_enough(subject: Subject) -> Iterator[str]:
    """At least one that is built otherwise, and one that takes liberties."""
    count = len(subject.shipped_variants.equivalents)
    if count < EQUIVALENTS and not subject.is_draft:
        yield f"{count} equivalents; a lesson has at least {EQUIVALENTS}"


def variants_name_promises(subject: Subject) -> Iterator[str]:
    """Every variant is about a row that exists, and every row has a mutant or says why not."""
    rows = lesson_promises(subject.lesson)
    for variant in (*subject.variants.mutants, *subject.variants.equivalents):
        if variant.promise not in rows:
            yield f"{variant.id} names {variant.promise}, which is not in the table"
    broken = {mutant.promise for mutant in subject.shipped_variants.mutants}
    for row in rows:
        if row not in broken and not _is_explained(subject, row):
            yield f"{row} has no mutant, and variants.toml does not say `# {row} has no mutant: why`"


def _is_explained(subject: Subject, row: str) -> bool:
    """Whether comments excuse the whole row, at once or clause by clause."""
    every = [clause for clause in clauses(lesson_cells(subject.lesson)) if clause.row == row]
    mine = [excuse for excuse in excuses(_toml(subject)) if excuse.row == row]
    forgiven = {clause for excuse in mine for clause in named(every, row, excuse.words)}
    return any(not excuse.words for excuse in mine) or (bool(every) and forgiven >= set(every))


def clauses_have_teeth(subject: Subject) -> Iterator[str]:
    """Every clause of the promise table is broken by a mutant, or a comment says why not and is true."""
    if not subject.is_draft:
        mutants = subject.shipped_variants.mutants
        yield from without_teeth(lesson_cells(subject.lesson), mutants, excuses(_toml(subject)))


def freedoms_are_told(subject: Subject) -> Iterator[str]:
    """What an equivalent does otherwise stands in the README, word for word as its `freedom`."""
    told = " ".join(subject.readme.split())
    for equivalent in subject.variants.equivalents:
        if not equivalent.freedom:
            yield f"{equivalent.id} does not quote its `freedom` from README.md"
        elif equivalent.freedom not in told:
            yield f"{equivalent.id}: its freedom does not stand in README.md: {equivalent.freedom!r}"


def examples_are_the_starters(subject: Subject) -> Iterator[str]:
    """A worked example stands in the solution as it does in the starter, but for its docstring: no run would tell."""
    ours = _bodies(subject.solution.files)
    theirs = _bodies({path: text.encode() for path, text in subject.lesson.starter_files.items()})
    for name in sorted(worked_examples(subject.lesson) & theirs.keys()):
        if name.rpartition("::")[2].startswith("test") and ours.get(name) != theirs[name]:
            yield f"the worked example {name} is another in the solution than in the starter"


def names_are_unique(subject: Subject) -> Iterator[str]:
    """Modules and test files have names of their own: pytest puts every lesson's folder on one path."""
    mine = _top_names(subject.lesson)
    for name in sorted(mine & sys.stdlib_module_names):
        yield f"{name} is the name of a standard module"
    for other in subject.course.lessons:
        if other.name != subject.lesson.name:
            yield from (f"{name} is in {other.name} too" for name in sorted(mine & _top_names(other)))


def files_belong(subject: Subject) -> Iterator[str]:
    """No file that belongs to nothing."""
    lesson = subject.lesson
    for path in _files(lesson.shipped):
        if path not in {"README.md", "hints.md", *lesson.app_files, *lesson.starter_files} or (
            path in lesson.app_files and not path.endswith(".py") and path not in subject.readme
        ):
            yield f"lessons/{lesson.name}/{path} belongs to nothing"
    toml = _toml(subject)
    for path in _files(lesson.solution):
        known = path in {"README.md", "variants.toml", KILLS, *lesson.starter_files}
        if not known and f'"{path}"' not in toml and f'"{path.split("/")[0]}"' not in toml:
            yield f"solutions/{lesson.name}/{path} belongs to nothing"
    yield from (
        f"solutions/{lesson.name}/{name} is missing"
        for name in ("README.md",)
        if not (lesson.solution / name).is_file()
    )


CHECKS = [
    Check("the README has a title, a promise table and what is not promised", readme_is_whole),
    Check("the tasks name promises, and the solution has them", tasks_are_right),
    Check("the worked examples of the solution are the starter's", examples_are_the_starters),
    Check("every task has a ladder of hints", hints_are_whole),
    Check("no hint gives an assertion away", hints_do_not_spoil),
    Check("there are enough equivalents", equivalents_are_enough),
    Check("every variant names a promise, every promise has a mutant", variants_name_promises),
    Check("every clause of a promise has a mutant", clauses_have_teeth),
    Check("every freedom of an equivalent is told", freedoms_are_told),
    Check("names are unique across the course", names_are_unique),
    Check("no file belongs to nothing", files_belong),
]


def _hints(lesson: Lesson) -> dict[str, str]:
    """Each heading of the hints, and what stands under it."""
    path = lesson.shipped / "hints.md"
    text = path.read_text("utf-8") if path.is_file() else ""
    _, *parts = _HINT.split(text)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _assertions(folder: Path) -> set[str]:
    """The solution's assertions, each in one line."""
    trees = [ast.parse(path.read_bytes()) for path in sorted(folder.glob("test_*.py"))]
    found = [ast.unparse(node) for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    return set(found) | {text.replace("'", '"') for text in found}


def _bodies(files: Mapping[str, bytes]) -> dict[str, str]:
    """Of each function of these files, those of classes too, what it does, without its docstring."""
    bodies = {}
    for node in (
        node for path, text in files.items() if path.endswith(".py") for node in ast.parse(text).body
    ):
        prefix, inside = (f"{node.name}::", node.body) if isinstance(node, ast.ClassDef) else ("", [node])
        for function in (
            inner for inner in inside if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)
        ):
            body = function.body[ast.get_docstring(function) is not None :]
            around = [function.args, *function.decorator_list]
            bodies[prefix + function.name] = "\n".join(map(ast.unparse, [*around, *body]))
    return bodies


def _toml(subject: Subject) -> str:
    return (subject.lesson.solution / "variants.toml").read_text("utf-8")


def _top_names(lesson: Lesson) -> set[str]:
    return {path.split("/")[0].removesuffix(".py") for path in (*lesson.app_files, *lesson.starter_files)} - {
        "conftest"
    }


def _files(folder: Path) -> list[str]:
    paths = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in paths if not is_hidden(path)]


def _between(numbers: range) -> str:
    return f"{numbers[0]} to {numbers[-1]}"
