"""The report of a class as HTML: what it says, and that nothing in it can do anything."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from grading.classes import (
    AWKWARD,
    HOSTILE_TEST,
    MADE_AT,
    MadeMark,
    document,
    finding,
    made_class,
    made_marks,
    sheets,
    unit,
)
from grading.html_page import Page

from checker.grading.model import Alike, Bug, ClassResult, Learner, LearnerResult, LessonSheet
from checker.grading.report import overview, write_report
from checker.grading.report.cells import class_row, rows_of_tests
from checker.grading.report.marks import points_text
from checker.grading.report.page import report_page

BUGS = tuple(Bug(f"bug-{n}", "read", f"P{n}", f"Symptom {n}.") for n in range(1, 5))
SHEET = LessonSheet("01_test_client", "A request is a function call", BUGS)


def page_of(result, marks=None, totals=None):
    return report_page(result, marks or {}, totals or {}, title="A class", made_at=MADE_AT)


def one_class(*learners, alike=()):
    return ClassResult((SHEET,), learners, alike)


def learner(id="ada", *, kills=None, flags=(), sandboxed=True, source="x", **options):
    made = document(SHEET, ["test_a", "test_b"], kills=kills or {}, **options)
    return LearnerResult(
        Learner(id, id.title()), source, flags, (), {SHEET.name: unit(made, sandboxed=sandboxed)}
    )


@pytest.fixture(scope="module")
def awkward():
    result = made_class(6, awkward=True)
    return page_of(result, *made_marks(result))


# -- nothing in it can do anything


def test_hostile_names_make_no_element_and_no_attribute(awkward):
    page = Page(awkward)

    assert page.tags.count("script") == 2
    assert not {"img", "iframe", "link", "object", "base"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not [value for name, value in page.attributes if name in ("src", "style")]
    assert all(value.startswith("#") for name, value in page.attributes if name == "href")


def test_data_cannot_end_its_script_and_reads_back(awkward):
    data = json.loads(Page(awkward).scripts[0])

    assert "<" not in Page(awkward).scripts[0]
    assert {one["who"][0] for one in data["learners"]} >= {AWKWARD[0][0], AWKWARD[1][0], "__proto__"}
    assert HOSTILE_TEST in data["texts"]


def test_policy_of_the_page_allows_its_own_script_and_style_alone(awkward):
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', awkward)

    assert policy.startswith("default-src &#39;none&#39;;")
    assert policy.count("sha256-") == 2
    assert "unsafe" not in policy
    assert "http" not in policy


def test_control_characters_and_turned_text_are_taken_out(awkward):
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", awkward)
    assert "[31m" not in awkward


def test_half_characters_can_be_written(tmp_path):
    result = made_class(0, awkward=True)

    write_report(result, {}, {}, tmp_path / "out" / "report.html", title="\ud800", made_at=MADE_AT)

    assert "half a character" in (tmp_path / "out" / "report.html").read_text("utf-8")


# -- what it says


def test_page_says_when_it_was_made_and_for_whom():
    page = report_page(one_class(), {}, {}, title="Autumn", made_at=datetime(2026, 3, 1, 8, 5, tzinfo=UTC))

    assert "<title>Autumn</title>" in page
    assert "Made 2026-03-01 08:05 UTC. For instructors" in page


def test_verdicts_without_a_sandbox_are_told_loudly():
    page = Page(page_of(one_class(learner(sandboxed=False), learner("ben")))).text

    assert "Not sandboxed: 1 of 2 verdicts." in page
    assert "no sandbox" in page


def test_sandboxed_class_says_nothing_of_sandboxes():
    assert 'id="no-sandbox"' not in page_of(one_class(learner()))


def test_cells_say_the_score_and_the_status_in_words():
    page = page_of(one_class(learner(kills={"bug-1": ["test_a"], "bug-2": ["test_a"]})))

    assert re.search(r'<td class="cell h3 s-survivors"[^>]*><b>2/4</b><span>survivors</span>', page)


def test_lesson_that_was_not_handed_in_is_told_apart_from_one_without_a_catch():
    result = one_class(learner(), LearnerResult(Learner("ben")))

    page = page_of(result)

    assert "<b>0/4</b><span>survivors</span>" in page
    assert "<span>not handed in</span>" in page


def test_total_marks_are_shown():
    page = page_of(one_class(learner()), totals={"ada": MadeMark(7.5)})

    assert "7.5 / 10" in Page(page).text


def test_reasons_of_a_mark_are_in_the_data():
    page = page_of(
        one_class(learner()), {("ada", SHEET.name): MadeMark(5.0, 10.0, ("An order problem costs 1 point.",))}
    )

    assert "An order problem costs 1 point." in Page(page).scripts[0]


def test_tables_have_captions_and_headers_with_scope(awkward):
    tables = re.findall(r"<table.*?</table>", awkward, re.DOTALL)

    assert len(tables) > 10
    assert all("<caption>" in table for table in tables)
    assert all(
        re.fullmatch(r".* scope=.*", head) for table in tables for head in re.findall(r"<th\b[^>]*>", table)
    )


def test_learners_and_mutants_can_be_read_without_scripts():
    page = page_of(one_class(learner(kills={"bug-2": ["test_a"]})))

    inside = re.search(r"<noscript>\s*<div.*?</noscript>", page, re.DOTALL).group()
    assert re.findall(r"<td[^>]*>(\S)", inside)[-5:] == [".", ".", ".", "A", "1"]  # most missed first


# -- bugs the class misses


def test_bugs_that_most_suites_miss_come_first():
    kills = {"bug-1": ["test_a"], "bug-3": ["test_a"]}
    result = one_class(learner(kills=kills), learner("ben", kills={"bug-3": ["test_b"]}), learner("cem"))

    (tally,) = overview.lesson_tallies(result)

    assert [(bug.bug.id, bug.missed) for bug in tally.bugs] == [
        ("bug-2", 3),
        ("bug-4", 3),
        ("bug-1", 2),
        ("bug-3", 1),
    ]
    assert tally.rows == ((0, "..AA"), (1, "...A"), (2, "...."))


def test_suites_that_never_met_the_mutants_miss_none():
    result = one_class(
        learner(status="broken"), learner("ben", status="empty"), learner("cem", status="harness_error")
    )

    (tally,) = overview.lesson_tallies(result)

    assert [(bug.judged, bug.missed) for bug in tally.bugs] == [(0, 0)] * 4


def test_bug_noticed_by_crashes_alone_is_counted_apart():
    kills = {"bug-1": ["test_a"]}
    understood = [learner("ben", kills=kills), learner("cem", kills=kills)]

    (tally,) = overview.lesson_tallies(one_class(learner(kills=kills, how="exception"), *understood))

    (bug,) = [bug for bug in tally.bugs if bug.bug.id == "bug-1"]
    assert (bug.caught, bug.crashed) == (3, 1)


def test_muted_bug_is_missed_and_counted_as_muted():
    result = one_class(learner(kills={"bug-1": ["test_a"]}, invalid=["test_a"], status="invalid"))

    (bug,) = [bug for bug in overview.lesson_tallies(result)[0].bugs if bug.bug.id == "bug-1"]

    assert (bug.caught, bug.muted, bug.missed) == (0, 1, 1)


# -- letters


@pytest.mark.parametrize(
    ("how", "letter"),
    [
        ("assertion", "A"),
        ("exception", "E"),
        ("setup", "S"),
        ("teardown", "T"),
        ("a word of the suite's own", "E"),
    ],
)
def test_each_way_of_noticing_has_its_letter(how, letter):
    made = learner(kills={"bug-1": ["test_a"]}, how=how).units[SHEET.name]

    assert class_row(made, BUGS) == f"{letter}..."


def test_rows_of_tests_tell_invalid_and_muted():
    kills = {"bug-1": ["test_a"], "bug-2": ["test_a", "test_b"]}
    made = learner(kills=kills, invalid=["test_b"], status="invalid").units[SHEET.name]

    assert [row for _, row in rows_of_tests(made, BUGS)] == ["AA..", "----"]

    made = learner(kills={"bug-1": ["test_b"]}, invalid=["test_b"], status="invalid").units[SHEET.name]
    assert [row for _, row in rows_of_tests(made, BUGS)] == ["....", "m---"]


def test_mutant_that_the_verdict_does_not_know_is_a_question_mark():
    made = learner(kills={"bug-1": ["test_a"]}).units[SHEET.name]

    assert class_row(made, (*BUGS, Bug("newer", "read", "P9", "New."))) == "A...?"


# -- what to look at first


def test_flags_come_with_the_most_urgent_first():
    result = one_class(
        learner(flags=("late", "several_attempts")),
        learner("ben", suspect=("report_missing",)),
        learner("cem", status="harness_error"),
        learner("dia", flags=("refused", "unmatched")),
        LearnerResult(Learner("eli")),
        alike=(Alike(SHEET.name, "ada", "ben", 1.0, True),),
    )

    assert list(overview.flagged(result)) == [
        *("harness_error", "suspect", "identical", "refused", "unmatched"),
        *("several_attempts", "late", "nothing"),
    ]
    assert overview.flagged(result)["suspect"][0].detail == "a run ended without its report"


def test_being_late_alone_needs_no_look():
    assert not overview.needs_a_look(["late", "nothing"])
    assert overview.needs_a_look(["late", "suspect"])


def test_flag_without_words_of_ours_is_shown_as_it_is():
    assert (
        "handed in twice by two" in Page(page_of(one_class(learner(flags=("handed_in_twice_by_two",))))).text
    )


def test_identical_suites_are_one_group_however_the_pairs_come():
    pairs = [("c", "d"), ("a", "b"), ("b", "c"), ("x", "y")]
    alike = [Alike("01", one, other, 1.0, True) for one, other in pairs]

    groups = overview.alike_groups([Alike("01", "a", "z", 0.7), *alike, Alike("01", "a", "q", 0.9)])

    assert [group.learners for group in groups] == [("a", "b", "c", "d"), ("x", "y"), ("a", "q", "z")]
    assert groups[-1].likeness == 0.7


def test_suites_alike_are_no_accusation():
    page = Page(
        page_of(one_class(learner(), learner("ben"), alike=(Alike(SHEET.name, "ada", "ben", 0.83),)))
    ).text

    assert "83 %" in page
    assert "a reason to look, and no accusation" in page


# -- numbers, and size


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (MadeMark(7.0), "7 / 10"),
        (MadeMark(7.25), "7.25 / 10"),
        (MadeMark(7.375, 100), "7.375 / 100"),
        (MadeMark(0.0, 3.5), "0 / 3.5"),
        (MadeMark(None), "no mark"),
        (None, ""),
    ],
)
def test_marks_are_written_without_needless_zeros(mark, words):
    assert points_text(mark) == words


def test_texts_that_learners_share_are_there_once():
    result = made_class(120)
    name = next(sheets())[1][0]

    script = Page(page_of(result, *made_marks(result))).scripts[0]

    assert script.count(f'"{name}"') == 1
    letters = sum(len(sheet.bugs) * len(tests) for sheet, tests in sheets()) * 120
    assert len(script) < 2 * letters  # a letter for each learner, test and mutant, and little besides


def test_same_class_gives_the_same_page():
    result = made_class(5, awkward=True)
    backwards = replace(result, learners=result.learners[::-1])

    assert page_of(result) == page_of(backwards)


def test_findings_of_a_learner_are_in_the_data():
    made = learner(
        findings=[finding("order", "flaky", "test_a passes at one time and fails at another.", "test_a")]
    )

    assert "test_a passes at one time" in Page(page_of(one_class(made))).scripts[0]


def test_two_of_one_name_are_told_apart_where_something_is_to_be_looked_at():
    smiths = [
        replace(learner(id, flags=("refused",)), learner=Learner(id, "John Smith")) for id in ("12", "13")
    ]
    ann = replace(learner("7", flags=("refused",)), learner=Learner("7", "Ann Lee"))

    page = Page(page_of(one_class(*smiths, ann)))

    assert "John Smith (12)" in page.text
    assert "John Smith (13)" in page.text
    assert "Ann Lee (7)" not in page.text
