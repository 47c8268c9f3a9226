"""The report of a class: one file that opens from disk, offline, and says the same in ten years."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from markupsafe import Markup

from checker.files import write_atomically
from checker.grading.model import NO_VERDICTS, ClassResult, LearnerResult
from checker.grading.report import overview, words
from checker.grading.report.cells import KILLS
from checker.grading.report.marks import MarkView, points_text
from checker.grading.report.payload import Marks, as_script, payload
from checker.grading.report.templating import environment, source
from checker.grading.safely import one_line, safe_names

_SCRIPTS = ("dom.js", "class.js", "grid.js", "learner.js", "start.js")
_STYLES = ("base.css", "report.css")
# With more learners than that, their table scrolls in a frame of its own, under its head.
_BIG_CLASS = 20


@dataclass(frozen=True)
class Cell:
    """One suite in the heat map."""

    status: str
    shade: int
    """0 to 5; 5 is all there is."""
    text: str
    words: str
    marks: tuple[str, ...]
    """What needs a look, in words."""


@dataclass(frozen=True)
class Row:
    """One learner in the heat map."""

    at: int
    anchor: str
    name: str
    id: str
    cells: tuple[Cell, ...]
    complete: int
    score: str
    """The mean over all lessons, in per cent."""
    mark: str
    flags: tuple[str, ...]


def write_report(
    result: ClassResult,
    marks: Marks,
    totals: Mapping[str, MarkView],
    destination: Path,
    *,
    title: str,
    made_at: datetime,
    suites: Collection[str] = (),
) -> None:
    """Write the report of a class to the file `destination`; folders above are made.

    `marks` are by learner id and lesson, `totals` by learner id; where one is missing, none is shown. Those whose ids
    are `suites` have a page of their suites, as `write_suites` writes it beside the report. Raises
    OSError where the file cannot be written.
    """
    page = report_page(result, marks, totals, title=title, made_at=made_at, suites=suites)
    write_atomically(destination, page.encode("utf-8"))


def report_page(
    result: ClassResult,
    marks: Marks,
    totals: Mapping[str, MarkView],
    *,
    title: str,
    made_at: datetime,
    suites: Collection[str] = (),
) -> str:
    """The report's HTML."""
    result = replace(result, learners=tuple(sorted(result.learners, key=_by_name)))
    anchors = safe_names(learner.learner.id for learner in result.learners)
    script, style = (Markup("\n".join(map(source, names))) for names in (_SCRIPTS, _STYLES))
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            title=one_line(title),
            made_at=f"{made_at:%Y-%m-%d %H:%M %Z}".strip(),
            script=script,
            style=style,
            policy=_policy(script, style),
            data=as_script(payload(result, marks, totals, anchors, suites)),
            lessons=(lessons := overview.lesson_tallies(result)),
            there=[key for key in words.STATUSES if any(tally.statuses[key] for tally in lessons)],
            rows=[_row(at, learner, result, totals, anchors) for at, learner in enumerate(result.learners)],
            people=_people(result, anchors),
            flagged=overview.flagged(result),
            alike=overview.alike_groups(result.alike),
            open_verdicts=len(overview.unsandboxed(result)),
            handed_in=sum(bool(learner.source or learner.units) for learner in result.learners),
            verdicts=len(overview.graded(result)),
            to_look_at=sum(overview.needs_a_look(overview.flags_of(learner)) for learner in result.learners),
            statuses=words.STATUSES,
            status_means=words.STATUS_MEANS,
            flag_words=words.flag_words,
            ordinary=words.ORDINARY,
            calm={words.flag_words(flag).short for flag in words.ORDINARY},
            number_of=_lesson_number,
            kills=KILLS,
            big_class=_BIG_CLASS,
        )
    )


def _people(result: ClassResult, anchors: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """For each id where the learner's page is, and who they are: with the id, where somebody else has that name."""
    names = Counter(map(_name, result.learners))
    return {
        (id := one.learner.id): (
            anchors[id],
            _name(one) if names[_name(one)] == 1 else f"{_name(one)} ({one_line(id, 80)})",
        )
        for one in result.learners
    }


def _policy(script: str, style: str) -> str:
    """Nothing may be fetched, and no other script may run than this one, wherever it comes from."""
    return (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


# -- the heat map


def _row(
    at: int,
    learner: LearnerResult,
    result: ClassResult,
    totals: Mapping[str, MarkView],
    anchors: Mapping[str, str],
) -> Row:
    id = learner.learner.id
    return Row(
        at,
        anchors[id],
        _name(learner),
        one_line(id, 80),
        tuple(_cell(learner, sheet.name, len(sheet.bugs)) for sheet in result.lessons),
        sum(unit.status == "complete" for unit in learner.units.values()),
        f"{round(100 * overview.mean_score(learner, result))} %",
        points_text(totals.get(id)),
        tuple(words.flag_words(flag).short for flag in overview.flags_of(learner)),
    )


def _cell(learner: LearnerResult, lesson: str, bugs: int) -> Cell:
    unit = learner.units.get(lesson)
    if unit is None or unit.status in NO_VERDICTS:
        status = unit.status if unit else words.MISSING
        return Cell(status, 0, "–", words.STATUSES[status], ())
    found = (
        *(["suspect"] if unit.suspect else []),
        *(["no sandbox"] if not unit.sandboxed else []),
    )
    shade = int(unit.score * 4) + 1 if 0 < unit.score < 1 else int(unit.score) * 5
    text = f"{round(unit.score * bugs)}/{bugs}"
    return Cell(unit.status, shade, text, words.STATUSES[unit.status], found)


def _name(learner: LearnerResult) -> str:
    who = learner.learner
    return one_line(who.name, 80) or one_line(who.id, 80) or "without a name"


def _by_name(learner: LearnerResult) -> tuple[str, str]:
    return _name(learner).casefold(), learner.learner.id


def _lesson_number(lesson: str) -> str:
    """``03`` of ``03_fixture_scopes``."""
    found = re.match(r"\d+", lesson)
    return found.group() if found else lesson
