"""Grade a class: each submission is taken in when its turn comes, and each verdict kept when it is there."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from checker.course.lessons import Lesson
from checker.course.suite import Suite
from checker.engine.run import Runner
from checker.grading.gradebook import Gradebook
from checker.grading.intake import Source, Sources, take_in
from checker.grading.model import Learner, Submission, Unit
from checker.grading.units import Grader, Subject, key_of, print_of


@dataclass
class Tally:
    """How far a grading is."""

    submissions: int
    read: int = 0
    """Submissions that have been looked into, so that it is known what there is to grade."""
    taken_in: int = 0
    graded: int = 0
    kept: int = 0
    """Verdicts that were there already, and depend on nothing that has changed."""
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Learner and lesson of each unit that ended in ``harness_error``."""
    undecided: list[tuple[str, str]] = field(default_factory=list)
    """And of each in which a run was lost by chance."""


@dataclass(frozen=True)
class Settings:
    """How a class is graded."""

    open_box: Callable[[], AbstractContextManager[Runner]]
    """Opens what carries the runs out: a sandbox, or a plain runner of one worker."""
    sandboxed: bool
    limit: float
    workers: int
    again: bool = False
    """Whether verdicts that are there already are had again."""
    only: Lesson | None = None


@dataclass(frozen=True)
class _Job:
    learners: tuple[Learner, ...]
    subject: Subject
    suite: Suite
    key: str


def grade_class(
    sources: Sources,
    subjects: Mapping[str, Subject],
    book: Gradebook,
    settings: Settings,
    progress: Callable[[Tally], None],
) -> Tally:
    """Grade every suite of every source, and put what comes of it into `book` as it comes.

    `subjects` are the lessons to be graded, by name. `progress` is told after each step. Raises what `book` does.
    """
    tally = Tally(len(sources.chosen))
    book.put_lessons((subject.sheet, print_of(subject.starter).shapes) for subject in subjects.values())
    book.begin(map(_by_name_alone, sources.chosen), sources.absent, subjects)
    to_grade = [
        source for source in sources.chosen if _record(source, subjects, book, settings, tally, progress)
    ]
    tally.taken_in = tally.submissions - len(to_grade)
    with _workers(settings) as grade:
        waiting: dict[Future[Unit], _Job] = {}
        for job in _jobs(to_grade, subjects, book, settings, tally, progress):
            waiting[grade(job)] = job
            if (
                len(waiting) == 2 * settings.workers
            ):  # enough to keep all busy; more would only fill the memory
                _keep_finished(waiting, book, tally, progress)
        while waiting:
            _keep_finished(waiting, book, tally, progress)
    return tally


def _by_name_alone(source: Source) -> Submission:
    return Submission(source.learners, source.name, flags=source.flags, notes=source.notes)


def _record(
    source: Source,
    subjects: Mapping[str, Subject],
    book: Gradebook,
    settings: Settings,
    tally: Tally,
    progress: Callable[[Tally], None],
) -> bool:
    """Read a submission and put into the book what was handed in; whether anything of it is to be graded.

    All of them are recorded before the first is graded: whenever a grading ends, the book knows what is missing.
    """
    submission = _taken_in(source, subjects, settings)
    jobs = list(_to_grade(submission, subjects, book, settings))
    book.put_submission(submission, subjects, [job.subject.lesson.name for job in jobs])
    tally.kept += len(submission.suites) - len(jobs)
    tally.read += 1
    progress(tally)
    return bool(jobs)


def _jobs(
    sources: Iterable[Source],
    subjects: Mapping[str, Subject],
    book: Gradebook,
    settings: Settings,
    tally: Tally,
    progress: Callable[[Tally], None],
) -> Iterator[_Job]:
    """What has to be graded, read from disk one submission after the other: a class does not fit into memory."""
    for source in sources:
        yield from _to_grade(_taken_in(source, subjects, settings), subjects, book, settings)
        tally.taken_in += 1
        progress(tally)


def _taken_in(source: Source, subjects: Mapping[str, Subject], settings: Settings) -> Submission:
    return take_in(source, [subject.lesson for subject in subjects.values()], settings.only)


def _to_grade(
    submission: Submission, subjects: Mapping[str, Subject], book: Gradebook, settings: Settings
) -> Iterator[_Job]:
    """The suites without a verdict that still holds."""
    known = {} if settings.again else book.keys_of(submission.learners)
    for name, suite in submission.suites.items():
        job = _Job(submission.learners, subjects[name], suite, key_of(subjects[name], suite))
        if any(known.get((learner.id, name)) != job.key for learner in job.learners):
            yield job


@contextmanager
def _workers(settings: Settings) -> Iterator[Callable[[_Job], Future[Unit]]]:
    """Threads that each grade one unit at a time, in a sandbox of its own; all end with the block."""
    graders = [Grader(settings.open_box, settings.sandboxed, settings.limit) for _ in range(settings.workers)]
    idle: queue.SimpleQueue[Grader] = queue.SimpleQueue()
    for grader in graders:
        idle.put(grader)

    def grade(job: _Job) -> Unit:
        grader = idle.get()
        try:
            return grader.grade(job.subject, job.suite)
        finally:
            idle.put(grader)

    pool = ThreadPoolExecutor(settings.workers)
    try:
        yield lambda job: pool.submit(grade, job)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for grader in graders:  # where grading ends early, a run under way ends with its sandbox
            grader.stop()
        pool.shutdown()
        for grader in graders:
            grader.close()


def _keep_finished(
    waiting: dict[Future[Unit], _Job], book: Gradebook, tally: Tally, progress: Callable[[Tally], None]
) -> None:
    """Wait until a verdict is there, and put all that are there into the book."""
    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
        job = waiting.pop(future)
        unit = future.result()
        book.put_unit(job.learners, unit, job.key, print_of(job.suite), job.suite.files)
        tally.graded += 1
        if unit.status == "harness_error":
            tally.failed += [(learner.id, unit.lesson) for learner in job.learners]
        if unit.is_undecided:
            tally.undecided += [(learner.id, unit.lesson) for learner in job.learners]
        progress(tally)
