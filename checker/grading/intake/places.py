"""Where in a hand-in the lessons are: ``lessons/NN_topic/…``, ``NN_topic/…`` under any wrapping, or bare files. Pure."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from checker.course.lessons import Lesson
from checker.grading.intake.archives import Tree
from checker.grading.intake.found import Found
from checker.source import is_test_file

_WRAPPERS = 6
_OF_THE_COURSE = {"solutions", "notebooks", "checker", "tests", "bench"}
"""What lies beside lessons/ in a working copy or a clone of the workbook, and is nobody's work."""


@dataclass(frozen=True)
class Place:
    """A folder of a hand-in that holds the files of one lesson."""

    lesson: Lesson
    tree: Tree
    root: str
    """The folder in the tree, with a slash at its end; empty for the tree itself."""
    files: Mapping[str, Found]
    """By their paths below the root."""
    is_named: bool
    """Whether the folder has the lesson's name; else it was told by the files in it."""

    @property
    def shown(self) -> str:
        """The folder as a person is told it."""
        return self.tree.full(self.root.rstrip("/")) or "the top folder"

    def rank(self) -> tuple[object, ...]:
        """What comes first is taken: a folder of the lesson's name, what was handed in last, what lies highest."""
        newest = max((found.modified for found in self.files.values()), default=0)
        above = self.root.rstrip("/").rpartition("/")[0].rpartition("/")[2]
        later = tuple(-number for number in self.tree.stamp)
        return (not self.is_named, later, self.root.count("/"), above != "lessons", -newest, self.root)


@dataclass(frozen=True)
class Loose:
    """A file that is in no place."""

    tree: Tree
    path: str
    found: Found


def find_places(
    trees: Sequence[Tree], lessons: Sequence[Lesson], only: Lesson | None
) -> tuple[list[Place], list[Loose]]:
    """The places of all lessons, or of `only`, and the files that belong to none, but for the course's own."""
    places: list[Place] = []
    loose: list[Loose] = []
    for tree in trees:
        named, rest = _named(tree, lessons)
        places += [place for place in named if only is None or place.lesson == only]
        bare = list(_bare_of_one(tree, rest, only)) if only else _bare(tree, rest, lessons)
        places += bare
        placed = {place.root + path for place in bare for path in place.files}
        loose += [Loose(tree, path, rest[path]) for path in rest if path not in placed]
    return places, loose


def _named(tree: Tree, lessons: Sequence[Lesson]) -> tuple[list[Place], dict[str, Found]]:
    """The folders that have a lesson's name, and what lies outside them."""
    by_name = {lesson.name.casefold(): lesson for lesson in lessons}
    inside: defaultdict[tuple[str, str], dict[str, Found]] = defaultdict(dict)
    rest: dict[str, Found] = {}
    for path, found in tree.files.items():
        folders = path.split("/")[:-1]
        at = next((i for i, name in enumerate(folders[:_WRAPPERS]) if name.casefold() in by_name), None)
        if at is None:
            rest[path] = found
        elif "solutions" not in folders[:at]:
            root = "/".join(folders[: at + 1]) + "/"
            inside[folders[at].casefold(), root][path.removeprefix(root)] = found
    places = [Place(by_name[name], tree, root, files, True) for (name, root), files in inside.items()]
    return places, _without_the_course(rest, places)


def _without_the_course(rest: dict[str, Found], places: Iterable[Place]) -> dict[str, Found]:
    """Without the folders beside ``lessons/``, which came with the course."""
    courses = {
        place.root[: -len(f"lessons/{place.lesson.name}/")]
        for place in places
        if f"/{place.root.casefold()}".endswith(f"/lessons/{place.lesson.name.casefold()}/")
    }
    own = tuple(f"{course}{folder}/" for course in courses for folder in _OF_THE_COURSE)
    return {path: found for path, found in rest.items() if not path.startswith(own)} if own else rest


def _bare_of_one(tree: Tree, rest: dict[str, Found], lesson: Lesson) -> Iterator[Place]:
    """All Python files that are in no lesson's folder, from the folder down that they share."""
    folders = [posixpath.dirname(path) for path in rest if path.endswith(".py") and not _is_solution(path)]
    if not folders:
        return
    root = posixpath.commonpath(folders) + "/" if all(folders) else ""
    root = root.lstrip("/")
    files = {
        path.removeprefix(root): found
        for path, found in rest.items()
        if path.startswith(root) and not _is_solution(path)
    }
    yield Place(lesson, tree, root, files, False)


def _is_solution(path: str) -> bool:
    return "solutions" in path.split("/")[:-1]


def _bare(tree: Tree, rest: dict[str, Found], lessons: Sequence[Lesson]) -> list[Place]:
    """The folders that hold a test file by the name of a lesson's starter, which no other lesson has."""
    starters = {name: lesson for lesson in lessons for name in lesson.starter_files if is_test_file(name)}
    homes: defaultdict[str, dict[str, Lesson]] = defaultdict(dict)
    for path in rest:
        folder, name = posixpath.split(path)
        if name in starters and not _is_solution(path):
            homes[folder][name] = starters[name]
    files: defaultdict[tuple[str, str], dict[str, Found]] = defaultdict(dict)
    by_name = {lesson.name: lesson for lesson in lessons}
    for path, found in rest.items():
        home = _nearest(posixpath.dirname(path), homes)
        if home is None:
            continue
        below = path[len(home) :].lstrip("/")
        there = homes[home]
        # With several lessons in one folder, a helper or a conftest in it is nobody can say whose.
        whose = there.get(below) or (next(iter(there.values())) if len(there) == 1 else None)
        if whose:
            files[home, whose.name][below] = found
    return [
        Place(by_name[name], tree, f"{home}/" if home else "", inside, False)
        for (home, name), inside in files.items()
    ]


def _nearest(folder: str, homes: Mapping[str, object]) -> str | None:
    while folder and folder not in homes:
        folder = posixpath.dirname(folder)
    return folder if folder in homes else None
