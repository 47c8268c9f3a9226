"""A grading from its command to its gradebook: everything checked first, then everything graded."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from checker.course.lessons import Course, Lesson
from checker.engine.gate import Gate
from checker.engine.libraries import all_modules
from checker.engine.runner import default_workers, open_runner
from checker.errors import UsageError
from checker.grading.grade import Settings, Tally, grade_class
from checker.grading.intake import Sources, columns_left, find_sources, read_roster
from checker.grading.intake.names import clean
from checker.grading.model import ClassResult
from checker.grading.opening import open_gradebook, place
from checker.grading.sandbox import open_sandbox, require_sandbox, require_unseen
from checker.grading.units import subject_of
from checker.text import count, listed

_LOCK = ".grading"


@dataclass(frozen=True)
class Wish:
    """What an instructor asks for."""

    course: Course
    submissions: Path
    out: Path
    gradebook: str = ""
    """A database's URL; empty for the file in `out`."""
    lesson: str | None = None
    roster: Path | None = None
    again: bool = False
    add: bool = False
    """Whether those whom the gradebook has and SUBMISSIONS has not stay in it."""
    sandbox: bool = True
    jobs: int | None = None
    limit: float = 10.0


@dataclass(frozen=True)
class Graded:
    """What came of a grading."""

    result: ClassResult
    tally: Tally
    sources: Sources
    sandboxed: bool
    roster: Path | None = None

    def lines(self) -> Iterator[str]:
        """What to print of it."""
        tally = self.tally
        yield (
            f"{count(self.tally.submissions, 'submission')}: {count(tally.graded, 'suite')} graded, "
            f"{tally.kept} as before."
        )
        if waiting := self.result.not_graded_yet():
            yield waiting
        if self.roster:
            yield from listed("Columns of the roster that are not used", columns_left(self.roster))
        for line in self.sources.unmatched:
            yield f"Unmatched: {line}"
        yield from listed(
            "Matched by name alone",
            [clean(name) for name in self.sources.by_name],
            most=len(self.sources.by_name),
        )
        if self.sources.absent:
            yield f"Nothing from: {', '.join(learner.id for learner in self.sources.absent)}."
        for learner, lesson in tally.failed:
            yield f"No verdict for {learner}, lesson {lesson[:2]}: the harness failed. The same command tries again."
        for learner, lesson in tally.undecided:
            yield (
                f"Undecided: {learner}, lesson {lesson[:2]}: a run was lost, and not in the same way again. The same "
                "command tries again; with --jobs 1 less runs beside it, and --time-limit gives each test more time."
            )
        if not self.sandboxed:
            yield "Graded WITHOUT a sandbox: each submission ran as you. Every verdict says so."


def grade_into(wish: Wish, progress: Callable[[Tally], None]) -> Graded:
    """Grade the class into its gradebook. Raises UsageError where something is missing or does not fit."""
    lessons = [_as_shipped(lesson) for lesson in wish.course.lessons]
    only = _as_shipped(wish.course.find(wish.lesson)) if wish.lesson else None
    chosen = (
        [only] if only else [lesson for lesson in lessons if (lesson.solution / "variants.toml").is_file()]
    )
    subjects = {lesson.name: subject_of(lesson, wish.limit, wish.sandbox) for lesson in chosen}
    sources = find_sources(wish.submissions, read_roster(wish.roster) if wish.roster else ())
    if wish.sandbox:
        require_sandbox()
        require_unseen(_private(wish))
    gate = Gate()  # of all the workers: a run that is repeated alone has nothing of this grading beside it
    open_box = (
        partial(open_sandbox, all_modules(), gate)
        if wish.sandbox
        else partial(open_runner, all_modules(), 1, gate=gate)
    )
    workers = wish.jobs or default_workers()
    settings = Settings(open_box, wish.sandbox, wish.limit, workers, wish.again, only)
    with open_gradebook(place(wish.out, wish.gradebook), new=True) as book:
        if not wish.add:
            require_same_class(book.handed_in(), sources, wish.submissions)
        tally = grade_class(sources, subjects, book, settings, progress)
        return Graded(book.read(), tally, sources, wish.sandbox, wish.roster)


def _private(wish: Wish) -> Iterator[Path]:
    """What no submission may read: the others, what comes of them, and what the suites are judged by."""
    yield from (wish.submissions, wish.out, wish.course.root / "solutions")
    if wish.course.variants:
        yield wish.course.variants
    with contextlib.suppress(ArgumentError):  # told of where it is opened
        url = make_url(wish.gradebook or "sqlite://")
        if url.get_backend_name() == "sqlite" and url.database:
            yield Path(url.database)


def _as_shipped(lesson: Lesson) -> Lesson:
    """Nobody's edited copy: what is compared and judged is what was shipped."""
    return replace(lesson, home=lesson.shipped)


def require_same_class(known: Mapping[str, str], sources: Sources, submissions: Path) -> None:
    """Raises UsageError where the gradebook has people, as ids and sources, of whom there is nothing here."""
    here = {learner.id for source in sources.chosen for learner in source.learners}
    names = {source.name for source in sources.chosen}
    missing = sorted(clean(id) for id, source in known.items() if id not in here and source not in names)
    if missing:
        who = listed(f"In the gradebook, and not in {submissions}", missing)[0]
        raise UsageError(
            f"{who} For another class, choose another --out; where these are to stay beside the others, add --add."
        )


def require_apart(out: Path, submissions: Path) -> None:
    """Raises UsageError where what is written would be taken for submissions the next time."""
    if out.resolve().is_relative_to(submissions.resolve()):
        raise UsageError(f"--out {out} lies among the submissions. Choose a folder outside of {submissions}.")


@contextlib.contextmanager
def locked(out: Path) -> Iterator[None]:
    """Keep a second grading out of the folder. Raises UsageError where one is under way, or none can be made."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        file = (out / _LOCK).open("ab")
    except OSError as error:
        raise UsageError(f"--out {out} cannot be written to: {error.strerror}.") from None
    with file:
        if not _lock(file.fileno()):
            raise UsageError(f"A grading into {out} is under way. Wait for it, or choose another --out.")
        yield


def _lock(descriptor: int) -> bool:
    """Hold the file until its descriptor, or the process, ends; False where somebody else does."""
    try:
        import fcntl
    except ImportError:  # Windows, where nothing is locked: SQLite still keeps every verdict whole
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
