"""What the report's script shows of one learner, as compact JSON: each text is there once, and told by its number. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from checker.grading.model import Bug, ClassResult, LearnerResult, LessonSheet, Unit
from checker.grading.report.cells import KILLS, class_row, is_judged, rows_of_tests
from checker.grading.report.marks import MarkView, points_text
from checker.grading.report.overview import flags_of, needs_a_look
from checker.grading.report.words import MISSING, STAGES, STATUS_MEANS, STATUSES, flag_words, suspect_words
from checker.grading.safely import clean, one_line

Marks = Mapping[tuple[str, str], MarkView]


class _Texts:
    """Texts by number. Thousands of suites share the names of their tests, and most of their messages."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers))

    def all(self) -> list[str]:
        return list(self._numbers)


def payload(
    result: ClassResult,
    marks: Marks,
    totals: Mapping[str, MarkView],
    anchors: Mapping[str, str],
    suites: Collection[str] = (),
) -> dict[str, Any]:
    """The data that the report's scripts read; learners in the order of `result`.

    `suites` are the ids of those who have a page of their suites.
    """
    texts = _Texts()
    learners = [
        {
            **_learner(learner, result.lessons, marks, totals.get(learner.learner.id), anchors, texts),
            "src": int(learner.learner.id in suites),
        }
        for learner in result.learners
    ]
    return {
        "statuses": [[key, words, STATUS_MEANS[key]] for key, words in STATUSES.items()],
        "lessons": [_lesson(sheet) for sheet in result.lessons],
        "learners": learners,
        "texts": texts.all(),
    }


def as_script(data: Mapping[str, Any]) -> Markup:
    """JSON that no text in it can end: a script element knows no escapes, so there must be nothing to escape."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def _lesson(sheet: LessonSheet) -> dict[str, Any]:
    bugs = [[one_line(part) for part in (bug.id, bug.area, bug.promise, bug.symptom)] for bug in sheet.bugs]
    return {"name": one_line(sheet.name), "title": one_line(sheet.title), "bugs": bugs}


def _learner(
    result: LearnerResult,
    lessons: Sequence[LessonSheet],
    marks: Marks,
    total: MarkView | None,
    anchors: Mapping[str, str],
    texts: _Texts,
) -> dict[str, Any]:
    who, flags = result.learner, flags_of(result)
    return {
        "a": anchors[who.id],
        "who": [one_line(text, 80) for text in (who.name, who.id, who.email, who.team, result.source)],
        "flags": [texts.number(flag_words(flag).short) for flag in flags],
        "look": int(needs_a_look(flags)),
        "notes": [texts.number(clean(note)) for note in result.notes],
        "total": _mark(total, texts),
        "units": [
            _unit(result.units.get(sheet.name), sheet.bugs, marks.get((who.id, sheet.name)), texts)
            for sheet in lessons
        ],
    }


def _mark(mark: MarkView | None, texts: _Texts) -> list[Any] | None:
    """Its words, its part of the most there is, for sorting, and its reasons."""
    if mark is None:
        return None
    part = -1.0 if mark.points is None else mark.points / mark.out_of if mark.out_of else 0.0
    return [points_text(mark), round(part, 5), [texts.number(clean(reason)) for reason in mark.reasons]]


def _unit(unit: Unit | None, bugs: Sequence[Bug], mark: MarkView | None, texts: _Texts) -> dict[str, Any]:
    if unit is None or unit.graded_at is None:
        return {"s": status_number(unit.status if unit else MISSING), "m": _mark(mark, texts)}
    row = class_row(unit, bugs)
    return {
        "s": status_number(unit.status),
        "k": sum(letter in KILLS for letter in row),
        "p": round(unit.score, 4),
        "m": _mark(mark, texts),
        "x": [texts.number(suspect_words(flag)) for flag in unit.suspect],
        "j": int(is_judged(unit)),
        "open": int(not unit.sandboxed),
        "at": texts.number(f"{unit.graded_at:%Y-%m-%d %H:%M %Z}".strip()),
        "row": texts.number(row),
        "t": list(_tests(unit, bugs, texts)),
        "f": [
            [texts.number(STAGES.get(found["stage"], found["stage"])), texts.number(clean(found["text"]))]
            for found in unit.document.get("findings", ())
        ],
    }


def _tests(unit: Unit, bugs: Sequence[Bug], texts: _Texts) -> Iterator[list[int]]:
    """Name, outcome, whether it is valid, message and row."""
    for test, row in rows_of_tests(unit, bugs):
        yield [
            texts.number(one_line(test["name"])),
            texts.number(one_line(test["outcome"], 20)),
            int(test["valid"]),
            texts.number(clean(test["message"], 300)),
            texts.number(row),
        ]


def status_number(status: str) -> int:
    """Its place among all, the most urgent first."""
    return list(STATUSES).index(status)
