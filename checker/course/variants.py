"""A lesson's variants, read from its ``variants.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checker.course.lessons import Lesson
from checker.engine.variant import Variant, VariantSet
from checker.errors import UsageError

_FILE = "variants.toml"

_MUTANT_KEYS = {"id", "area", "promise", "symptom", "expose", "replace", "with"}
_EQUIVALENT_KEYS = {"id", "promise", "says"}
_OPTIONAL_KEYS = {
    "mutant": {"clause", "file"},
    "equivalent": {"file", "replace", "with", "of", "blame", "freedom"},
}


def load_variants(lesson: Lesson) -> VariantSet:
    """The variants of `lesson`, unpublished ones after those it ships.

    Raises UsageError, naming file and entry, where one cannot be made.
    """
    folders = [lesson.solution]
    if lesson.unpublished and (lesson.unpublished / _FILE).is_file():
        folders.append(lesson.unpublished)
    entries = [
        (folder / _FILE, kind, entry) for folder in folders for kind, entry in _entries(folder / _FILE)
    ]
    mutants = tuple(_mutant(lesson, path, entry) for path, kind, entry in entries if kind == "mutant")
    equivalents = tuple(
        _equivalent(lesson, path, entry) for path, kind, entry in entries if kind == "equivalent"
    )
    _refuse_twins(folders[-1] / _FILE, (*mutants, *equivalents))
    return VariantSet(Variant("reference", "reference", lesson.app_files), equivalents, mutants)


def _entries(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each table of the file, with its kind."""
    return ((kind, entry) for kind, tables in _read(path).items() for entry in tables)


def _read(path: Path) -> dict[str, list[dict[str, Any]]]:
    try:
        entries = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{path} is missing: without it nothing can be judged.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}.") from None
    unknown = entries.keys() - {"mutant", "equivalent"}
    if unknown:
        raise UsageError(
            f"{path}: unknown table {_listed(unknown)}; known are [[mutant]] and [[equivalent]]."
        )
    for kind, tables in entries.items():
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise UsageError(f"{path}: write [[{kind}]] with double brackets, one table for each.")
    return entries


def _mutant(lesson: Lesson, path: Path, entry: dict[str, Any]) -> Variant:
    where = _check_keys(path, "mutant", entry, _MUTANT_KEYS)
    return Variant(
        entry["id"],
        "mutant",
        _replaced(lesson, where, entry),
        promise=entry["promise"],
        clause=entry.get("clause", ""),
        area=entry["area"],
        symptom=entry["symptom"],
        expose=entry["expose"],
    )


def _equivalent(lesson: Lesson, path: Path, entry: dict[str, Any]) -> Variant:
    where = _check_keys(path, "equivalent", entry, _EQUIVALENT_KEYS)
    if ("replace" in entry) != ("with" in entry):
        raise UsageError(f"{where}: `replace` and `with` go together.")
    if "replace" in entry and "of" in entry:
        raise UsageError(f"{where}: `of` goes with a whole replacement; with `replace`, say `file`.")
    if entry.get("blame", "suite") != "suite":
        raise UsageError(f'{where}: `blame` can only be "suite".')
    is_piece = "replace" in entry
    files = _replaced(lesson, where, entry) if is_piece else _overlaid(lesson, path.parent, where, entry)
    return Variant(
        entry["id"],
        "equivalent",
        files,
        promise=entry["promise"],
        says=entry["says"],
        freedom=" ".join(entry.get("freedom", "").split()),
        blames_suite="blame" in entry,
    )


def _check_keys(path: Path, kind: str, entry: dict[str, Any], required: set[str]) -> str:
    """Where the entry stands, for messages. Raises UsageError on a missing, unknown or non-text key."""
    where = f"{path}: {kind} {entry.get('id', '(without id)')!r}"
    if missing := required - entry.keys():
        raise UsageError(f"{where} lacks {_listed(missing)}.")
    if unknown := entry.keys() - required - _OPTIONAL_KEYS[kind]:
        raise UsageError(f"{where} has an unknown key {_listed(unknown)}.")
    if wrong := {key for key, value in entry.items() if not isinstance(value, str)}:
        raise UsageError(f"{where}: {_listed(wrong)} must be text in quotes.")
    return where


def _replaced(lesson: Lesson, where: str, entry: dict[str, Any]) -> dict[str, str]:
    """The app with one piece of one file replaced; the piece must occur exactly once."""
    target = _app_file(lesson, where, entry.get("file"))
    text = lesson.app_files[target]
    found = text.count(entry["replace"])
    if found != 1:
        times = "not at all" if not found else f"{found} times"
        raise UsageError(f"{where}: `replace` occurs {times} in {target}; it must occur exactly once.")
    return _compiled(where, {**lesson.app_files, target: text.replace(entry["replace"], entry["with"])})


def _overlaid(lesson: Lesson, folder: Path, where: str, entry: dict[str, Any]) -> dict[str, str]:
    """The app with one file, or a folder's files, in place of the reference's."""
    if "file" not in entry:
        raise UsageError(f"{where} needs `file`, or `replace` and `with`.")
    source = folder / entry["file"]
    if source.is_dir():
        overlay = {
            p.relative_to(source).as_posix(): p.read_text("utf-8") for p in sorted(source.rglob("*.py"))
        }
    elif source.is_file():
        overlay = {_app_file(lesson, where, entry.get("of")): source.read_text("utf-8")}
    else:
        raise UsageError(f"{where}: there is no {source}.")
    return _compiled(where, {**lesson.app_files, **overlay})


def _app_file(lesson: Lesson, where: str, named: str | None) -> str:
    """The app file an entry is about: the one it names, or the only one there is."""
    sources = [path for path in lesson.app_files if path.endswith(".py")]
    if named is None and len(sources) == 1:
        return sources[0]
    if named in sources:
        return named
    problem = "does not say which file it changes" if named is None else f"names {named}, which is not there"
    raise UsageError(f"{where} {problem}. The app's files: {_listed(sources)}.")


def _compiled(where: str, files: dict[str, str]) -> dict[str, str]:
    for path, text in files.items():
        try:
            if path.endswith(".py"):
                compile(text, path, "exec", dont_inherit=True)
        except SyntaxError as error:
            raise UsageError(f"{where} does not compile: {path}, line {error.lineno}: {error.msg}.") from None
    return files


def _refuse_twins(path: Path, variants: tuple[Variant, ...]) -> None:
    seen: set[str] = set()
    for variant in variants:
        if variant.id in seen or variant.id == "reference":
            raise UsageError(f"{path}: the id {variant.id!r} is taken twice.")
        seen.add(variant.id)


def _listed(names: set[str] | list[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
