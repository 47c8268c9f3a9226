"""The gradebook: every verdict of a class, in a database, committed the moment it is known.

All of it can be had again by grading again, so an old layout is refused with a line and never migrated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from checker.grading.likeness import Print, Shapes, alike
from checker.grading.model import Alike, Bug, ClassResult, HandMark, Learner, LessonSheet, Submission, Unit
from checker.grading.tables import (
    LearnerRow,
    LessonRow,
    MarkRow,
    SuiteRow,
    UnitRow,
    hand_mark,
    learner_result,
    learner_row,
    shapes,
    texts,
    unit_of,
)

_NO_FILES: Mapping[str, bytes] = {}


class Gradebook:
    """Reads and writes one database; for one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # -- writing

    def put_lessons(self, sheets: Iterable[tuple[LessonSheet, Shapes]]) -> None:
        """Lessons as they are graded now, each with the shapes of its starter."""
        with self._session() as session:
            for sheet, starter in sheets:
                bugs = [[bug.id, bug.area, bug.promise, bug.symptom] for bug in sheet.bugs]
                session.merge(
                    LessonRow(name=sheet.name, title=sheet.title, bugs=bugs, starter=texts(starter))
                )

    def begin(
        self, handed_in: Iterable[Submission], absent: Iterable[Learner], lessons: Iterable[str]
    ) -> None:
        """What a grading of these `lessons` finds: who handed in and who did not, before anything is read.

        From here on nothing that was handed in counts as not handed in, or by a verdict on what it was before.
        Learners whom a submission was taken for earlier, before there was a roster, say, are dropped.
        """
        names = sorted(lessons)
        with self._session() as session:
            for submission in handed_in:
                self._drop_others(session, submission)
                for learner in submission.learners:
                    row = learner_row(learner, submission, taken_in=False, waiting=names)
                    self._put_learner(session, row, names)
            for learner in absent:
                if session.get(LearnerRow, learner.id) is None:
                    session.add(learner_row(learner, Submission((learner,), "")))

    def _drop_others(self, session: Session, submission: Submission) -> None:
        others = select(LearnerRow.id).where(
            LearnerRow.source == submission.source,
            LearnerRow.id.not_in([learner.id for learner in submission.learners]),
        )
        gone = list(session.scalars(others))
        for table in (UnitRow, SuiteRow):
            session.execute(delete(table).where(table.learner.in_(gone)))
        session.execute(delete(LearnerRow).where(LearnerRow.id.in_(gone)))

    def put_submission(self, submission: Submission, graded: Iterable[str], waiting: Iterable[str]) -> None:
        """What a submission has turned out to be: of the lessons `graded`, those that are `waiting` for a verdict.

        Verdicts of earlier gradings on lessons that it no longer has are dropped.
        """
        names = set(graded)
        unusable = names if submission.has_nothing_usable else submission.unusable & names
        to_come = sorted(waiting)
        with self._session() as session:
            for learner in submission.learners:
                row = learner_row(learner, submission, waiting=to_come, unusable=sorted(unusable))
                self._put_learner(session, row, names)
                gone = names - submission.suites.keys()
                for table in (UnitRow, SuiteRow):
                    session.execute(delete(table).where(table.learner == learner.id, table.lesson.in_(gone)))

    def _put_learner(self, session: Session, row: LearnerRow, graded: Collection[str]) -> None:
        """Put `row` in, with what an earlier grading of other lessons has left to be said."""
        if old := session.get(LearnerRow, row.id):
            row.waiting = [*row.waiting, *(name for name in old.waiting if name not in graded)]
            row.unusable = [*row.unusable, *(name for name in old.unusable if name not in graded)]
        session.merge(row)

    def put_unit(
        self,
        learners: Iterable[Learner],
        unit: Unit,
        key: str,
        made: Print,
        files: Mapping[str, bytes] = _NO_FILES,
    ) -> None:
        """A verdict, for all whom it counts for, and the suite's `files`; on disk when this returns.

        What is no verdict is graded again.
        """
        written = {path: content.decode("utf-8-sig", "replace") for path, content in files.items()}
        with self._session() as session:
            for learner in learners:
                session.merge(
                    UnitRow(
                        learner=learner.id,
                        lesson=unit.lesson,
                        key=key if unit.has_verdict else "",  # nothing to be kept
                        document=dict(unit.document),
                        shapes=texts(made.shapes),
                        content=made.content,
                        sandboxed=unit.sandboxed,
                        graded_at=unit.graded_at,
                    )
                )
                session.merge(SuiteRow(learner=learner.id, lesson=unit.lesson, files=written))
                if row := session.get(LearnerRow, learner.id):
                    row.waiting = [name for name in row.waiting if name != unit.lesson]

    def set_mark(self, learner: str, lesson: str, mark: HandMark | None) -> None:
        """The mark that an instructor gives, in place of what is graded; None takes it back."""
        with self._session() as session:
            session.execute(delete(MarkRow).where(MarkRow.learner == learner, MarkRow.lesson == lesson))
            if mark:
                points, at = str(mark.points), mark.set_at
                session.add(
                    MarkRow(learner=learner, lesson=lesson, points=points, because=mark.because, set_at=at)
                )

    # -- reading

    def keys_of(self, learners: Iterable[Learner]) -> dict[tuple[str, str], str]:
        """By learner and lesson, the keys of the verdicts that these learners have."""
        ids = [learner.id for learner in learners]
        with self._session() as session:
            rows = session.execute(
                select(UnitRow.learner, UnitRow.lesson, UnitRow.key).where(
                    UnitRow.learner.in_(ids), UnitRow.key != ""
                )
            )
            return {(learner, lesson): key for learner, lesson, key in rows}

    def lessons(self) -> list[str]:
        """The names of all lessons that have been graded, handed in or not."""
        with self._session() as session:
            return sorted(session.scalars(select(LessonRow.name)))

    def handed_in(self) -> dict[str, str]:
        """Who handed in something in this or an earlier grading, by id, and where that came from."""
        with self._session() as session:
            rows = session.execute(select(LearnerRow.id, LearnerRow.source).where(LearnerRow.source != ""))
            return {row.id: row.source for row in rows}

    def suites_of(self, learner: str) -> dict[str, dict[str, str]]:
        """What a learner's verdicts are about: by the lesson's name, each file's text by its path."""
        with self._session() as session:
            rows = session.scalars(select(SuiteRow).where(SuiteRow.learner == learner))
            return {row.lesson: dict(row.files) for row in rows}

    def read(self) -> ClassResult:
        """All of it, lessons and learners by name; not the lessons that nobody has handed in."""
        with self._session() as session:
            # Sorted here: databases differ in what they put first.
            learners = sorted(session.scalars(select(LearnerRow)), key=lambda row: row.id)
            units, prints = _units(session)
            marks = _marks(session)
            seen = {
                lesson for by_learner in (units, marks) for of_one in by_learner.values() for lesson in of_one
            }
            seen |= {lesson for row in learners if row.taken_in for lesson in row.waiting}
            graded = session.scalars(select(LessonRow).order_by(LessonRow.name))
            lessons = [row for row in graded if row.name in seen]
            return ClassResult(
                tuple(
                    LessonSheet(row.name, row.title, tuple(Bug(*bug) for bug in row.bugs)) for row in lessons
                ),
                tuple(
                    learner_result(row, units.get(row.id, {}), marks.get(row.id, {}), seen)
                    for row in learners
                ),
                tuple(_alike(lessons, prints, {row.id: row.team for row in learners})),
            )

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with Session(self._engine) as session, session.begin():
            yield session


def _units(session: Session) -> tuple[dict[str, dict[str, Unit]], dict[str, dict[str, Print]]]:
    """Every verdict, by learner and lesson; and what suites are compared by, by lesson and learner."""
    units: dict[str, dict[str, Unit]] = {}
    prints: dict[str, dict[str, Print]] = {}
    for row in session.scalars(select(UnitRow).order_by(UnitRow.lesson)):
        units.setdefault(row.learner, {})[row.lesson] = unit_of(row)
        prints.setdefault(row.lesson, {})[row.learner] = Print(shapes(row.shapes), row.content)
    return units, prints


def _marks(session: Session) -> dict[str, dict[str, HandMark]]:
    marks: dict[str, dict[str, HandMark]] = {}
    for given in session.scalars(select(MarkRow).order_by(MarkRow.lesson)):
        marks.setdefault(given.learner, {})[given.lesson] = hand_mark(given)
    return marks


def _alike(
    lessons: Iterable[LessonRow], prints: Mapping[str, Mapping[str, Print]], teams: Mapping[str, str]
) -> Iterator[Alike]:
    """Those whose suites are alike, members of one team aside."""
    for lesson in lessons:
        for pair in alike(lesson.name, prints.get(lesson.name, {}), shapes(lesson.starter)):
            if not (teams.get(pair.one) and teams.get(pair.one) == teams.get(pair.other)):
                yield pair
