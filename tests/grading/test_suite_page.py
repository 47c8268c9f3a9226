"""The page of a learner's suites: each test beside what came of it, for whoever marks it."""

from dataclasses import replace

import pytest
from html_page import Page
from marked_class import ONE, class_of, learner, unit

from checker.grading.model import Bug, LessonSheet
from checker.grading.report.page import report_page
from checker.grading.report.suite_files import as_html, write_suites
from checker.grading.report.suite_page import lesson_suite

SHEET = LessonSheet(
    ONE,
    "A request is a function call",
    (Bug("no-404", "read", "P1", "Nobody is found."), Bug("forgets", "create", "P3", "It is not kept.")),
)
SUITE = """\
import pytest


def helper():
    return 1


class TestRead:
    @pytest.mark.parametrize("n", [1, 2])
    def test_each(self, n):
        assert helper() == n


def test_alone():
    assert True
"""


def graded(tests, kills=(), findings=(), status="survivors"):
    """A verdict on tests given as (name, valid), with mutants killed by (mutant, test, how)."""
    mutants = [
        {
            "id": bug.id,
            "area": bug.area,
            "promise": bug.promise,
            "killed": any(id == bug.id for id, _, _ in kills),
            "killed_by": [{"test": test, "how": how} for id, test, how in kills if id == bug.id],
            "muted_by": [],
        }
        for bug in SHEET.bugs
    ]
    made = unit(status=status)
    document = {
        **made.document,
        "mutants": mutants,
        "tests": [
            {"name": name, "outcome": "passed", "valid": valid, "message": ""} for name, valid in tests
        ],
        "findings": [
            {"stage": "order", "kind": kind, "test": test, "promise": None, "text": text}
            for kind, test, text in findings
        ],
    }
    return replace(made, document=document)


def blocks(verdict, text=SUITE, path="test_it.py"):
    """Of one file: state and first line of each block."""
    [file] = lesson_suite(verdict, SHEET, {path: text}, None).files
    return [(block.told and block.told.state, block.lines[0][0]) for block in file.blocks]


def test_each_test_has_its_lines_from_its_decorators_on_and_nothing_is_left_out():
    verdict = graded(
        [("TestRead::test_each[1]", True), ("TestRead::test_each[2]", True), ("test_alone", True)]
    )

    [file] = lesson_suite(verdict, SHEET, {"test_it.py": SUITE}, None).files

    assert [(block.told and block.told.text, block.lines[0][0]) for block in file.blocks] == [
        (None, 1),
        ("valid, 2 cases", 9),
        (None, 12),
        ("valid", 14),
    ]
    lines = [line for block in file.blocks for line in block.lines]
    assert lines == list(enumerate(SUITE.splitlines(), 1))


def test_a_table_of_which_some_cases_count_says_how_many_and_why_the_others_do_not():
    verdict = graded(
        [("TestRead::test_each[1]", True), ("TestRead::test_each[2]", False), ("test_alone", True)],
        kills=[("no-404", "TestRead::test_each[1]", "assertion"), ("forgets", "test_alone", "exception")],
        findings=[("fails", "TestRead::test_each[2]", "test_each[2] fails on the app: 1 == 2")],
    )

    [file] = lesson_suite(verdict, SHEET, {"test_it.py": SUITE}, None).files
    table, alone = (block.told for block in file.blocks if block.told)

    assert (table.state, table.text) == ("part", "1 of 2 cases valid")
    assert table.reasons == ("test_each[2] fails on the app: 1 == 2",)
    assert table.kills == ("no-404",)
    assert alone.kills == ("forgets (by an exception)",)


def test_what_escaped_is_named_and_what_no_test_is_blamed_for_is_said_of_the_suite():
    verdict = graded(
        [("test_alone", True)],
        kills=[("no-404", "test_alone", "assertion")],
        findings=[("file_left", None, "The suite leaves a.txt.")],
    )

    page = lesson_suite(verdict, SHEET, {"test_it.py": SUITE}, None)

    assert [bug.id for bug in page.escaped] == ["forgets"]
    assert (page.caught, page.found) == ("1 of 2 mutants caught", ("order: The suite leaves a.txt.",))


def test_with_several_files_each_test_is_found_in_its_own():
    verdict = graded([("test_a.py::test_alone", True), ("test_b.py::test_alone", False)])

    files = lesson_suite(verdict, SHEET, {"test_a.py": SUITE, "test_b.py": SUITE}, None).files

    assert [[block.told.state for block in file.blocks if block.told] for file in files] == [
        ["valid"],
        ["invalid"],
    ]


def test_a_test_that_no_function_stands_for_is_told_apart():
    verdict = graded([("test_alone", True), ("test_made", True)])

    page = lesson_suite(verdict, SHEET, {"test_it.py": SUITE}, None)

    assert [(name, told.state) for name, told in page.elsewhere] == [("test_made", "valid")]


def test_no_verdict_stands_beside_a_function_of_a_helper_file():
    files = {"old.py": SUITE, "test_it.py": SUITE}

    old, _ = lesson_suite(graded([("test_alone", True)]), SHEET, files, None).files

    assert [block.told for block in old.blocks] == [None]


def test_lines_are_counted_as_python_counts_them():
    text = "a = 'x\u2028y\x0cz'\n\n\ndef test_alone():\r\n    assert True\n"

    assert blocks(graded([("test_alone", True)]), text) == [(None, 1), ("valid", 4)]


@pytest.mark.parametrize("text", ["def test_alone(:\n    pass\n", "x = " + "(" * 5_000, "\0"])
def test_a_file_that_is_no_python_is_shown_all_the_same(text):
    assert blocks(graded([], status="broken"), text) == [(None, 1)]


def test_a_file_without_end_is_cut_and_says_so():
    [file] = lesson_suite(graded([]), SHEET, {"test_it.py": "x = 1\n" * 4_000}, None).files

    assert (len(file.blocks[0].lines), file.left_out) == (3_000, 1_000)


def test_of_a_test_written_twice_the_one_that_runs_has_the_verdict_beside_it():
    twice = "def test_alone():\n    assert 1\n\n\ndef test_alone():\n    assert 2\n"

    assert blocks(graded([("test_alone", True)]), twice) == [(None, 1), ("valid", 5)]


def test_what_a_reader_would_not_see_is_seen():
    text = "allowed = True  # \u202e\u2066 if is_admin\u2069\nname = '\x1b[31m'\n"

    [file] = lesson_suite(graded([]), SHEET, {"test_it.py": text}, None).files

    assert [line for _, line in file.blocks[0].lines] == [
        "allowed = True  # \ufffd\ufffd if is_admin\ufffd",
        "name = '\ufffd[31m'",
    ]


def test_nothing_of_a_learner_is_markup():
    evil = "</pre><script>alert(1)</script><img src=x onerror=alert(1)>"
    one = learner(evil, name=evil)
    text = f"def test_alone():\n    assert {evil!r}\n"
    verdict = graded([(evil, False), ("test_alone", True)], findings=[("fails", evil, evil)])

    page = Page(as_html(one, [lesson_suite(verdict, SHEET, {evil: text}, None)]))

    assert not {"script", "img"} & set(page.tags)
    assert "alert(1)" in page.text


def test_who_has_a_suite_has_a_page_that_the_report_leads_to(tmp_path):
    result = class_of(
        learner("ada", [graded([("test_alone", True)])]), learner("bob", [graded([])]), learner("cleo")
    )
    suites = {"ada": {ONE: {"test_it.py": SUITE}}}

    written = write_suites(result, {}, lambda id: suites.get(id, {}), tmp_path)

    assert written == {"ada"}
    assert [path.name for path in tmp_path.iterdir()] == ["ada.html"]
    page = report_page(
        result, {}, {}, title="class", made_at=result.learners[0].units[ONE].graded_at, suites=written
    )
    assert page.count('"src":1') == 1
    assert "suites/${learner.a}.html" in page
