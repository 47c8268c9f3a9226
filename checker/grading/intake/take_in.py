"""Read and unpack one source: which files of it are a suite, of which lesson."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache

from checker.copies.working_copy import TEMPLATE
from checker.course.lessons import SHIPPED_COURSE, Lesson
from checker.course.suite import Suite
from checker.grading.intake.archives import Tree, is_worth_opening, read_tree
from checker.grading.intake.attempts import Part
from checker.grading.intake.folders import read_regular
from checker.grading.intake.found import Found, Wanted, is_passed_over
from checker.grading.intake.limits import LIMITS, Budget, Limits, Refused
from checker.grading.intake.names import clean, is_archive
from checker.grading.intake.notebooks import cells_of, notebooks_in, suite_from
from checker.grading.intake.notes import Notes
from checker.grading.intake.places import Place, find_places
from checker.grading.intake.sources import Source
from checker.grading.intake.taking import (
    CONFIGURATION,
    is_work,
    no_suite,
    suite_in,
    tell_of_loose,
    text_of,
    wanted_names,
)
from checker.grading.model import Submission
from checker.source import is_test_file

_LONGEST_ERROR = 120
_SHOWN = 5


def take_in(
    source: Source, lessons: Sequence[Lesson], only: Lesson | None = None, *, limits: Limits = LIMITS
) -> Submission:
    """The submission in a source: of each lesson the learner-owned files, and a note for what was left aside.

    `lessons` are all of the course; with `only`, the class has that one lesson, and files may lie bare. Raises nothing
    for what a learner handed in: what cannot be taken in is a submission without suites, with the flags ``refused`` and
    ``unusable`` and one note that says why. A starter as it was shipped is not handed in.
    """
    known = list(lessons) if only is None or only in lessons else [*lessons, only]
    shipped = _shipped_configuration()
    try:
        trees = _trees(source, _wanted(known), Budget(limits))
        return _submission(source, trees, known, only, shipped, limits)
    except Refused as refused:
        why = str(refused)
    except Exception as error:
        # A bug of ours that this hand-in found: the rest of the class is still to be graded.
        if os.environ.get("CHECKER_TRACEBACK"):
            raise
        what = clean(f"{type(error).__name__}: {error}"[:_LONGEST_ERROR])
        why = f"the checker failed to read it ({what}). CHECKER_TRACEBACK=1 shows where; report it"
    note = f"{source.name} is refused: {why}."
    return Submission(source.learners, source.name, {}, (*source.flags, "refused", "unusable"), (note,))


def _submission(
    source: Source,
    trees: Sequence[Tree],
    known: Sequence[Lesson],
    only: Lesson | None,
    shipped: Mapping[str, set[str]],
    limits: Limits,
) -> Submission:
    notes = Notes()
    for note in source.notes:
        notes.add(note)
    places, loose = find_places(trees, known, only)
    taken = _suites(places, notes, shipped, only is not None, limits)
    untouched = {name for name, suite in taken.items() if _is_as_shipped(suite, _lesson(name, known))}
    suites = {name: suite for name, suite in taken.items() if name not in untouched}
    from_notebooks, broken = _from_notebooks(trees, known, only, suites, notes)
    suites |= from_notebooks
    untouched -= suites.keys()
    unusable = {place.lesson.name for place in places if is_work(place)} - taken.keys() | broken
    is_suite_missed = tell_of_loose(loose, notes, shipped)
    if untouched:
        numbers = ", ".join(sorted(name[:2] for name in untouched))
        notes.add(f"The starter as it was shipped, so not handed in: {numbers}.")
    flags = {
        "left_aside": is_suite_missed,
        "untouched": bool(untouched) and not suites,
        "unusable": not suites and not untouched,
    }
    if flags["unusable"]:
        for file in loose[:_SHOWN]:
            notes.add(f"{file.tree.full(file.path)}: {no_suite(file, shipped)}")
        notes.add("No lesson's files were found in it.")
    return Submission(
        source.learners,
        source.name,
        dict(sorted(suites.items())),
        (*source.flags, *(flag for flag, holds in flags.items() if holds)),
        notes.lines(),
        frozenset(unusable - suites.keys()),
    )


def _lesson(name: str, known: Sequence[Lesson]) -> Lesson:
    return next(lesson for lesson in known if lesson.name == name)


def _is_as_shipped(suite: Suite, lesson: Lesson) -> bool:
    shipped = {path: text_of(text.encode()) for path, text in lesson.starter_files.items()}
    return {path: text_of(content) for path, content in suite.files.items()} == shipped


def _from_notebooks(
    trees: Sequence[Tree],
    known: Sequence[Lesson],
    only: Lesson | None,
    suites: Mapping[str, Suite],
    notes: Notes,
) -> tuple[dict[str, Suite], set[str]]:
    """The suites that notebooks have for lessons without one, and the lessons of notebooks that are of no use."""
    found: dict[str, Suite] = {}
    broken: set[str] = set()
    notebooks = notebooks_in(trees, known, only, _shipped_cells(tuple(known)))
    for notebook in sorted(notebooks, key=lambda one: one.stamp, reverse=True):
        name = notebook.lesson.name
        if name in suites or name in found:
            notes.add(
                f"{notebook.shown}: not taken: lesson {name[:2]} is graded from what else was handed in"
            )
        elif notebook.problem:
            notes.add(f"{notebook.shown}: not taken: {notebook.problem}")
            broken.add(name)
        elif suite := suite_from(notebook, notes):
            found[name] = suite
        else:
            broken.add(name)
    return found, broken - found.keys()


@cache
def _shipped_cells(lessons: tuple[Lesson, ...]) -> Mapping[str, frozenset[str]]:
    """The code cells of the notebooks that came with the course, by lesson."""
    files = {lesson.name: SHIPPED_COURSE / "notebooks" / f"{lesson.name}.ipynb" for lesson in lessons}
    return {name: frozenset(cells_of(file.read_bytes())) for name, file in files.items() if file.is_file()}


def _suites(
    places: Sequence[Place], notes: Notes, shipped: Mapping[str, set[str]], is_only: bool, limits: Limits
) -> dict[str, Suite]:
    """One suite a lesson, from the best of its places."""
    taken: dict[str, tuple[Place, Suite]] = {}
    for place in sorted(places, key=Place.rank):
        name = place.lesson.name
        if name not in taken:
            if suite := suite_in(place, notes, shipped, is_only, limits):
                taken[name] = place, suite
        elif any(map(is_test_file, place.files)):
            notes.add(f"{place.shown}: not taken: lesson {name[:2]} is graded from {taken[name][0].shown}")
    return {name: suite for name, (_, suite) in sorted(taken.items())}


def _trees(source: Source, wanted: Wanted, budget: Budget) -> list[Tree]:
    """The files of all parts: a tree for each folder or archive, and one for all bare files. Raises Refused."""
    bare = Tree()
    trees = []
    for part in source.parts:
        if part.path.is_dir() or is_archive(part.path.name):
            name = part.name if len(source.parts) > 1 else ""
            for tree in read_tree(part.path, wanted, budget, name):
                tree.stamp = part.attempt
                trees.append(tree)
        else:
            bare.files[part.name] = _bare(part, wanted, budget)
            bare.stamp = max(bare.stamp, part.attempt)
    return [bare, *trees] if bare.files else trees


def _bare(part: Part, wanted: Wanted, budget: Budget) -> Found:
    if not wanted(part.name):
        return Found(part.name)
    most = budget.limits.most_of(part.name)
    content = read_regular(part.path, most + 1)
    if len(content) > most:
        return Found(part.name, problem=f"larger than {most:,} bytes")
    budget.take(len(content))
    return Found(part.name, content)


def _wanted(lessons: Sequence[Lesson]) -> Wanted:
    names = wanted_names(lessons)

    def wanted(path: str) -> bool:
        name = path.rpartition("/")[2]
        return not is_passed_over(path) and (
            name.endswith((".py", ".ipynb")) or name in names or is_worth_opening(path)
        )

    return wanted


@cache
def _shipped_configuration() -> Mapping[str, set[str]]:
    """The configuration that a working copy or a clone of the workbook has at its root."""
    return {
        name: {
            text_of((folder / name).read_bytes())
            for folder in (SHIPPED_COURSE, TEMPLATE)
            if (folder / name).is_file()
        }
        for name in CONFIGURATION
    }
