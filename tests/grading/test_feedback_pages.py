"""Feedback for learners: what each level tells, what none tells, and that nothing in it can do anything."""

import re
from typing import get_args

import pytest
from grading.classes import (
    AWKWARD,
    HOSTILE_MESSAGE,
    HOSTILE_TEST,
    MadeMark,
    document,
    finding,
    made_class,
    unit,
)
from grading.html_page import Page
from markdown_it import MarkdownIt

from checker.grading.model import Bug, ClassResult, Learner, LearnerResult, LessonSheet, Level
from checker.grading.report import write_feedback
from checker.grading.report.feedback import feedback
from checker.grading.report.feedback_files import as_comment, as_html, as_markdown

LEVELS = get_args(Level)

BUGS = (
    Bug("bug-one", "read", "P1", "Nobody can be read."),
    Bug("bug-two", "read", "P1", "Everybody is alice."),
    Bug("bug-three", "create", "P2", "A user is created twice."),
)
SHEET = LessonSheet("01_test_client", "A request is a function call", BUGS)
SECRET = "return users[name]"


def told(level="none", *, flags=(), notes=(), tests=("test_a", "test_b"), change=None, **options):
    options = {"kills": {"bug-one": ["test_a"]}, **options}
    made = document(SHEET, list(tests), **options)
    made |= change or {}
    result = LearnerResult(Learner("ada", "Ada"), "ada.zip", flags, notes, {SHEET.name: unit(made)})
    return feedback(result, (SHEET,), level)


def marked(level, mark, units=None):
    """Ada's page with this mark for her one lesson, and a total."""
    made = document(SHEET, ["test_a"], kills={"bug-one": ["test_a"]})
    result = LearnerResult(
        Learner("ada", "Ada"), "ada.zip", units={SHEET.name: unit(made)} if units is None else units
    )
    total = MadeMark(3.33, 20, ("02_cookies counts 2 times",))
    return feedback(result, (SHEET,), level, {SHEET.name: mark}, total)


def both(page):
    return as_html(page) + as_markdown(page)


def text_of(page):
    return Page(as_html(page)).text


# -- levels


def test_level_none_tells_stages_and_validity_and_not_how_many():
    page = told("none")

    assert "some mutants get past your tests" in text_of(page)
    assert "test_a : valid" in text_of(page)
    assert not re.search(r"\d of 3", both(page))
    assert not any(word in both(page) for bug in BUGS for word in (bug.area + ":", bug.symptom))


def test_level_count_tells_how_many_and_not_where():
    page = told("count")

    assert "1 of 3 caught." in text_of(page)
    assert not any(word in both(page) for bug in BUGS for word in (bug.area + ":", bug.symptom))


def test_level_areas_tells_where_and_not_what():
    page = told("areas")

    assert "read: 1 of 2 caught" in text_of(page)
    assert "create: 0 of 1 caught" in text_of(page)
    assert not any(bug.symptom in both(page) for bug in BUGS)


def test_level_symptoms_tells_what_survivors_do_and_not_what_is_caught():
    page = told("symptoms")

    assert "Everybody is alice." in text_of(page)
    assert "A user is created twice." in text_of(page)
    assert "Nobody can be read." not in both(page)


@pytest.mark.parametrize("level", LEVELS)
def test_no_level_names_a_mutant(level):
    page = told(
        level, findings=[finding("mutant", "mutant_run_lost", "The run on read-1 did not finish: bug-two.")]
    )

    assert not any(bug.id in both(page) for bug in BUGS)
    assert "read-1" not in both(page)


def test_higher_levels_tell_all_that_lower_ones_do():
    stages = [told(level).lessons[0].tests for level in LEVELS]

    assert stages.count(stages[0]) == 4


# -- what came from running on a mutant, or on an app that was not published


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    "leaking",
    [
        finding(
            "equivalent", "over_reads", f"test_a fails on a correct app: {SECRET}. Keys vary.", "test_a", "P1"
        ),
        finding(
            "equivalent", "over_reads", f"The suite does not start on a correct app: {SECRET}.", None, "P1"
        ),
        finding(
            "equivalent", "suite_over_reads", f"This suite starts the app 9 times: {SECRET}.", None, "P1"
        ),
        finding("mutant", "mutant_run_lost", f"The run on read-1 did not finish: {SECRET}."),
        finding("order", "flaky", f"test_x[{SECRET}] passes at one time.", f"test_x[{SECRET}]"),
        finding("leak", "env_changed", f"The suite leaves the environment variable {SECRET} changed."),
        finding("leak", "file_left", f"The suite leaves the file {SECRET} in the lesson's folder."),
        finding("leak", "override_left", f"test_a leaves an override of {SECRET}."),
        finding("notice", "hook_ignored", f"{SECRET} is not loaded."),
        finding("order", "a_kind_of_next_year", f"{SECRET}", "test_a"),
    ],
    ids=lambda leaking: f"{leaking['stage']}-{leaking['kind']}",
)
def test_text_made_on_another_app_is_never_repeated(level, leaking):
    page = told(level, findings=[leaking], invalid=["test_a"], status="invalid")

    assert "users" not in both(page)


def test_rejected_correct_app_is_told_with_the_promise_that_was_over_read():
    found = [finding("equivalent", "over_reads", "test_a fails on a correct app.", "test_a", "P5")]

    page = told(findings=found, invalid=["test_a"], status="invalid")

    assert "It fails on another correct app, and so asks for more than P5 promises." in text_of(page)


def test_what_a_suite_leaves_behind_is_told_with_what_to_do():
    page = told(findings=[finding("leak", "file_left", "The suite leaves the file x.")], status="leaky")

    assert "Write to `tmp_path`." in text_of(page)


def test_advice_that_counts_mutants_waits_for_its_level():
    line = finding(
        "advice",
        "one_line_too_many",
        "Without its line 4, test_a would be valid and catch 2 mutants.",
        "test_a",
    )
    row = finding(
        "advice",
        "status_alone",
        "test_a looks at the status alone. P1 promises more: a body.",
        "test_a",
        "P1",
    )

    shown = [
        (level, "catch 2" in both(page), "status alone" in both(page))
        for level in LEVELS
        for page in [told(level, findings=[line, row])]
    ]

    assert shown == [
        ("none", False, False),
        ("count", True, False),
        ("areas", True, False),
        ("symptoms", True, True),
    ]


# -- marks


@pytest.mark.parametrize("level", LEVELS)
def test_each_level_tells_the_mark_and_how_it_came_about(level):
    page = marked(level, MadeMark(3.33, 10, ("1 of 3 mutants caught: 3.33 of 10", "a file left: −10 %")))

    assert "A request is a function call 3.33 / 10 1 of 3 mutants caught: 3.33 of 10; a file left" in text_of(
        page
    )
    assert "- A request is a function call: **3.33 / 10**, 1 of 3 mutants caught" in as_markdown(page)


def test_lesson_that_was_not_handed_in_is_told_with_its_mark():
    page = marked("none", MadeMark(0, 10, ("not handed in",)), units={})

    assert "A request is a function call 0 / 10 not handed in" in text_of(page)


def test_mark_that_is_to_come_is_told_so():
    page = marked("none", MadeMark(None, 10, ("no verdict: the harness failed",)), units={})

    assert "A request is a function call no mark no verdict: the harness failed" in text_of(page)


def test_total_stands_under_the_marks():
    assert "Total 3.33 / 20 02_cookies counts 2 times" in text_of(marked("none", MadeMark(3.33)))


def test_files_have_each_learners_own_marks(tmp_path):
    result = made_class(2)
    hers = {("s1000", sheet.name): MadeMark(7.0) for sheet in result.lessons}

    write_feedback(result, hers, {}, tmp_path, "none")

    shown = {path.name: "**7 / 10**" in path.read_text("utf-8") for path in tmp_path.glob("*.md")}
    assert shown == {"s1000.md": True, "s1001.md": False}


# -- their own tests


@pytest.mark.parametrize(
    ("stage", "kind", "words"),
    [
        ("reference", "fails", "It fails on the app."),
        ("reference", "skipped", "It is skipped"),
        ("reference", "xfailed", "It is marked xfail"),
        ("reference", "timeout", "It does not end."),
        ("reference", "crash", "It ends the whole process."),
        ("order", "needs_another", "It passes in the file and fails alone"),
        ("order", "spoiled_by_another", "another test spoils it"),
        ("order", "flaky", "It passes at one time and fails at another"),
    ],
)
def test_each_way_of_not_being_valid_is_told(stage, kind, words):
    page = told(findings=[finding(stage, kind, "…", "test_b")], invalid=["test_b"], status="invalid")

    assert words in text_of(page)
    assert [(test.name, test.valid) for test in page.lessons[0].tests] == [
        ("test_a", True),
        ("test_b", False),
    ]


def test_message_of_a_failure_on_the_app_is_shown():
    found = [finding("reference", "fails", "test_b fails on the app: assert 404 == 200", "test_b")]

    assert "assert 404 == 200 in test_b" in text_of(
        told(findings=found, invalid=["test_b"], status="invalid")
    )


def test_why_a_suite_does_not_collect_is_shown_with_its_lines():
    found = [finding("collection", "not_collected", "E   File x, line 3\nE   SyntaxError: invalid syntax")]

    page = told("symptoms", tests=(), kills={}, status="broken", findings=found)

    assert "E File x, line 3 E SyntaxError: invalid syntax" in text_of(page)
    assert "```text\n  E   File x, line 3\n  E   SyntaxError" in as_markdown(page)
    assert "caught" not in both(page)


def test_task_that_is_still_to_write_is_named_so():
    change = {"tests": [{"name": "test_a", "outcome": "todo", "valid": False, "message": "TODO: write it"}]}

    assert "It is still to write." in text_of(told(status="todo", change=change))


def test_stages_after_the_first_that_is_not_done_wait():
    found = [finding("order", "flaky", "…", "test_b")]

    stages = told(findings=found, invalid=["test_b"], status="invalid").lessons[0].stages

    assert [(stage.name, stage.word) for stage in stages] == [
        *(("write", "done"), ("pass", "done"), ("accept", "done"), ("order", "not yet")),
        *(("leave", "later"), ("catch", "later")),
    ]


def test_stage_that_waits_does_not_deny_what_is_caught_already():
    found = [finding("order", "flaky", "…", "test_b")]

    page = told("count", findings=found, invalid=["test_b"], status="invalid")

    assert "later catch when what stands above is done; so far, 1 of 3 mutants caught" in text_of(page)
    assert "So far, 1 of 3 caught by your valid tests." in text_of(page)


def test_stage_that_waits_does_not_tell_at_level_none_how_many_are_caught():
    found = [finding("order", "flaky", "…", "test_b")]

    stages = told("none", findings=found, invalid=["test_b"], status="invalid").lessons[0].stages

    assert stages[-1].text == "when what stands above is done"


def test_verdict_that_could_not_be_had_says_nothing_about_the_tests():
    bare = {"status": "harness_error", "score": 0.0, "suspect": []}
    result = LearnerResult(
        Learner("ada", "Ada"), "x", units={SHEET.name: unit({"lesson": SHEET.name, **bare})}
    )

    page = feedback(result, (SHEET,), "symptoms")

    assert "This says nothing about your tests." in text_of(page)


def test_suspicion_is_for_the_instructor_alone():
    assert "suspect" not in both(told("symptoms", suspect=("reads_source",)))
    assert "source" not in both(told("symptoms", suspect=("reads_source",)))


def test_what_became_of_the_files_is_told():
    page = told(flags=("late", "unmatched"), notes=("pytest.ini is left aside.",))

    assert "It was handed in late. pytest.ini is left aside." in text_of(page)
    assert "roster" not in both(page)


def test_hundreds_of_tests_are_cut_and_counted():
    assert "… and 150 more" in text_of(told(tests=[f"test_{n}" for n in range(250)], kills={}))


# -- nothing in it can do anything


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("at", range(len(AWKWARD)))
def test_hostile_text_is_inert_in_html(level, at):
    result = made_class(0, awkward=True)

    page = Page(as_html(feedback(result.learners[at], result.lessons, level)))

    assert page.scripts == []
    assert not {"img", "a", "iframe", "b"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("href", "src")]
    assert " ".join(HOSTILE_TEST.split()) in page.text


@pytest.mark.parametrize("at", range(len(AWKWARD)))
def test_hostile_text_is_inert_in_a_comment(at):
    result = made_class(0, awkward=True)

    shown = Page(as_comment(feedback(result.learners[at], result.lessons, "symptoms")))

    assert set(shown.tags) <= {"ul", "li", "p", "strong", "code", "pre"}
    assert shown.attributes == []
    assert " ".join(HOSTILE_TEST.split()) in shown.text


def test_comment_has_no_markdown_in_it():
    found = [finding("leak", "file_left", "The suite leaves the file x.")]

    comment = as_comment(told("symptoms", findings=found, status="leaky"))

    assert "Write to <code>tmp_path</code>." in comment
    assert not re.findall(r"[*`\n]|##|<br", comment)


@pytest.mark.parametrize("at", range(len(AWKWARD)))
def test_hostile_text_is_inert_in_markdown(at):
    result = made_class(0, awkward=True)
    markdown = as_markdown(feedback(result.learners[at], result.lessons, "symptoms"))

    shown = Page(MarkdownIt("gfm-like", {"html": True, "linkify": True}).render(markdown))

    assert set(shown.tags) <= {"h1", "h2", "h3", "ul", "li", "p", "strong", "code", "pre"}
    assert shown.tags.count("h1") == 1
    assert HOSTILE_TEST in shown.text
    assert "# no heading" in shown.text


def test_escape_sequences_of_a_message_are_taken_out():
    result = made_class(0, awkward=True)

    page = feedback(result.learners[0], result.lessons, "none")

    assert "\x1b" in HOSTILE_MESSAGE
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]|\[31m", both(page))


def test_message_without_end_is_cut():
    change = {
        "tests": [
            {
                "name": "t" * 10**6,
                "outcome": "failed",
                "valid": False,
                "message": "\x1b[0m" * 10**6 + "x" * 10**6,
            }
        ]
    }

    assert len(both(told(change=change))) < 20_000


# -- files


def test_each_learner_who_handed_in_gets_two_files(tmp_path):
    result = ClassResult((SHEET,), (LearnerResult(Learner("s1"), "s1.zip"), LearnerResult(Learner("s2"))))

    assert write_feedback(result, {}, {}, tmp_path / "feedback", "count") == 1
    assert sorted(path.name for path in (tmp_path / "feedback").iterdir()) == ["s1.html", "s1.md"]


def test_no_id_leads_out_of_the_folder(tmp_path):
    result = made_class(0, awkward=True)

    written = write_feedback(result, {}, {}, tmp_path / "feedback", "none")

    assert written == len(AWKWARD)
    assert [path.name for path in tmp_path.iterdir()] == ["feedback"]
    names = [path.name for path in (tmp_path / "feedback").iterdir()]
    assert len({name.casefold() for name in names}) == len(names) == 2 * len(AWKWARD)


def test_another_level_replaces_the_files_of_the_one_before(tmp_path):
    result = made_class(2)
    write_feedback(result, {}, {}, tmp_path, "symptoms")

    write_feedback(result, {}, {}, tmp_path, "none")

    assert "What gets past" not in (tmp_path / "s1000.md").read_text("utf-8")
