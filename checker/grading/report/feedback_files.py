"""Feedback as a learner can be handed it: a page for a browser, the same as Markdown, or as a comment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup

from checker.files import write_atomically
from checker.grading.model import ClassResult, Level
from checker.grading.report.feedback import Feedback, feedback
from checker.grading.report.marks import MarkView
from checker.grading.report.payload import Marks
from checker.grading.report.templating import environment, source
from checker.grading.safely import safe_names

# All that Markdown, or a site's own additions to it, could take for something else.
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def write_feedback(
    result: ClassResult, marks: Marks, totals: Mapping[str, MarkView], destination: Path, level: Level
) -> int:
    """Write two files for each learner who handed something in, into the folder `destination`: NAME.html and NAME.md.

    NAME is the learner's id, or, where that is no fit name for a file, what can be kept of it and a digest. Files
    of earlier calls are replaced. `marks` and `totals` are as for `write_report`. Returns the number of learners; raises
    OSError where a file cannot be written.
    """
    names = safe_names(learner.learner.id for learner in result.learners)
    told = [learner for learner in result.learners if learner.source or learner.units]
    for learner in told:
        id = learner.learner.id
        own = {sheet.name: mark for sheet in result.lessons if (mark := marks.get((id, sheet.name)))}
        page, name = feedback(learner, result.lessons, level, own, totals.get(id)), names[id]
        write_atomically(destination / f"{name}.html", as_html(page).encode("utf-8"))
        write_atomically(destination / f"{name}.md", as_markdown(page).encode("utf-8"))
    return len(told)


def as_html(page: Feedback) -> str:
    """The page for a browser: one file, no script, nothing to fetch."""
    style = Markup("\n".join(map(source, ("base.css", "feedback.css"))))
    return environment().get_template("feedback.html.j2").render(page=page, style=style)


def as_comment(page: Feedback) -> str:
    """The page as a little HTML for a learning platform's comment: paragraphs, lists, bold and code."""
    made = environment().get_template("comment.html.j2").render(page=page)
    return re.sub(r">\n+<", "><", made).strip()


def as_markdown(page: Feedback) -> str:
    """The page as Markdown. Somebody else's text is in it as code, which is never more than text."""
    told = {"code": _code, "block": _block, "plain": _plain, "ours": _ours}
    return environment().get_template("feedback.md.j2").render(page=page, **told)


def _code(text: str) -> Markup:
    """A code span on one line."""
    line = " ".join(text.split()) or " "
    fence = _fence(line, 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return Markup(f"{fence}{space}{line}{space}{fence}")


def _block(text: str) -> Markup:
    """Code, inside an entry of a list: a span, or, for several lines, a block."""
    if "\n" not in text:
        return _code(text)
    fence = _fence(text, 3)
    return Markup("\n  ".join([f"{fence}text", *text.splitlines(), fence]))


def _fence(text: str, least: int) -> str:
    """Longer than any in the text, so that the text cannot end what it is in."""
    return "`" * max(least, 1 + max(map(len, re.findall("`+", text)), default=0))


def _ours(text: str) -> Markup:
    """Sentences of the course and of this package, which may use Markdown, but no HTML."""
    return Markup(text.replace("&", "&amp;").replace("<", "&lt;"))


def _plain(text: str) -> Markup:
    """Text in which no character means anything but itself."""
    return Markup(
        _PUNCTUATION.sub(lambda sign: _ENTITIES.get(sign[0], f"\\{sign[0]}"), " ".join(text.split()))
    )
