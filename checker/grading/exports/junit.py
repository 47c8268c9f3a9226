"""``junit.xml``: a test suite for each learner, a test case for each lesson. Pure."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from checker.grading.marked import MarkedClass, MarkedLearner
from checker.grading.policy import plain

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(marked: MarkedClass) -> bytes:
    """The document. Complete passes; not handed in is skipped; to be graded again is an error; all else a failure."""
    root = ElementTree.Element("testsuites", name="checker")
    for learner in marked.learners:
        _suite(root, learner, marked)
    ElementTree.indent(root)
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _suite(root: ElementTree.Element, learner: MarkedLearner, marked: MarkedClass) -> None:
    outcomes = {sheet.name: _outcome(learner, sheet.name) for sheet in marked.counting}
    ended = list(outcomes.values())
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        name=_text(learner.id),
        tests=str(len(ended)),
        failures=str(ended.count("failure")),
        errors=str(ended.count("error")),
        skipped=str(ended.count("skipped")),
    )
    for name, outcome in outcomes.items():
        case = ElementTree.SubElement(suite, "testcase", classname=_text(learner.id), name=name)
        mark = learner.marks[name]
        if outcome:
            ElementTree.SubElement(case, outcome, message=_text("; ".join(mark.reasons)))
        if mark.points is not None:
            ElementTree.SubElement(case, "system-out").text = f"{plain(mark.points)} of {plain(mark.out_of)}"


def _outcome(learner: MarkedLearner, lesson: str) -> str:
    unit = learner.result.units.get(lesson)
    if unit is None:
        return "skipped"
    if learner.marks[lesson].points is None:
        return "error"
    return "" if unit.status == "complete" else "failure"


def _text(text: str) -> str:
    """The text without the characters that XML cannot hold, not even escaped."""
    return _NOT_IN_XML.sub("\ufffd", text)
