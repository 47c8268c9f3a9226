"""What a notebook says of a cell: as text and as HTML."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from checker.check import Checked
from checker.course.lessons import Lesson
from checker.course.tasks import Task
from checker.engine.variant import Variant
from checker.judging.verdict import Finding, Kill, MutantVerdict, TestVerdict, Verdict
from checker.notebook.board import Board
from checker.notebook.board_html import as_html

HERE = Path(__file__).parent
LESSON = Lesson(HERE / "41_x", HERE / "41_x", HERE / "41_x")


def a_test(name="test_a", outcome="passed", valid=None, detail=""):
    return TestVerdict(name, outcome, outcome == "passed" if valid is None else valid, "", detail)


def mutants(*killers):
    """A mutant for each tuple of tests that kill it."""
    return tuple(
        MutantVerdict(
            Variant(f"m{n}", "mutant", {}, area="login"),
            f"login-{n}",
            tuple(Kill(t, "assertion") for t in names),
            (),
        )
        for n, names in enumerate(killers, 1)
    )


def board(*tests, killers=((),), findings=(), status="todo", mine=("test_a",), own=True, to_do=()):
    verdict = Verdict(status, tests, mutants(*killers), (), tuple(findings))
    tasks = (Task("test_a", (), True), Task("test_b", (), False))
    return Board(mine, own, to_do, Checked(LESSON, verdict, tasks, 1.23))


def test_cell_that_was_not_attempted_says_so_first():
    lines = Board(("test_a",), to_do=("test_a",)).lines()

    assert lines[0] == "Not attempted: test_a still says TODO."


@pytest.mark.parametrize(
    ("shown", "begins", "mark"),
    [
        (board(a_test(), killers=[("test_a",), ()]), "Right: valid, and 1 of 2 mutants caught.", "✓"),
        (board(a_test()), "Valid, and blind", "·"),
        (board(a_test(), own=False), "Right: every test that uses it is valid.", "✓"),
        (board(a_test(outcome="failed")), "Wrong: 1 test red on the app", "✗"),
        (board(a_test(outcome="timeout")), "Wrong: 1 test red on the app", "✗"),
        (board(a_test(outcome="skipped")), "Wrong: 1 test skipped, or allowed to fail.", "✗"),
        (board(a_test(valid=False)), "Not valid yet: 1 test green here", "✗"),
        (board(status="broken"), "Wrong: no test of this cell ran.", "✗"),
        (
            board(a_test(), a_test("test_b", "todo"), mine=("test_a", "test_b"), to_do=("test_b",)),
            "Begun: 1 of 2 tests still to write.",
            "·",
        ),
    ],
)
def test_headline_says_how_the_cell_stands(shown, begins, mark):
    assert shown.headline.startswith(begins)
    assert shown.mark == mark


def test_mutants_that_other_tests_catch_are_not_the_cells():
    shown = board(a_test(), a_test("test_b"), killers=[("test_b",), ("test_a", "test_b")])

    assert [row.test for row in shown.rows] == ["test_a"]
    assert shown.headline == "Right: valid, and 1 of 2 mutants caught."


def test_cases_of_a_parametrised_test_are_rows():
    shown = board(a_test("test_a[1]"), a_test("test_a[2]"), a_test("test_ab"))

    assert [row.test for row in shown.rows] == ["test_a[1]", "test_a[2]"]


def test_test_in_one_of_several_files_is_found():
    assert board(a_test("test_x.py::test_a")).rows


def test_failure_is_shown_although_other_tasks_are_to_do():
    failed = Finding("reference", "fails", "test_a fails on the app: assert 1", "test_a")
    other = Finding("reference", "fails", "test_b fails on the app: assert 2", "test_b")

    lines = board(a_test(outcome="failed", detail="E  assert 1"), findings=[failed, other]).lines()

    assert "  - test_a fails on the app: assert 1" in lines
    assert "    E  assert 1" in lines
    assert not any("test_b" in line for line in lines)


def test_stages_that_are_not_reached_are_left_out():
    assert [name for _, name, _ in board(a_test()).stages] == ["write"]


def test_board_says_no_time():
    assert "1.2" not in "\n".join(board(a_test()).lines())


@pytest.mark.parametrize(
    "shown", [board(a_test()), board(status="broken"), Board(("test_a",), to_do=("test_a",))]
)
def test_lines_are_at_most_80_wide(shown):
    assert max(map(len, shown.lines())) <= 80


# -- as HTML


class Outline(HTMLParser):
    """Which tags there are, whether they close, and the text outside of what is hidden from readers."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.attributes = [], [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.tags.append(tag)
        self.attributes.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


RICH = board(
    a_test(),
    a_test("test_b", "failed", detail="<b>"),
    killers=[("test_a",)],
    mine=("test_a", "test_b"),
    findings=[Finding("reference", "fails", "test_b fails on the app: '<script>'", "test_b")],
)


def test_html_is_tables_with_captions_and_headers_for_rows_and_columns():
    outline = Outline(as_html(RICH))

    assert outline.tags.count("table") == outline.tags.count("caption") == 2
    assert {a["scope"] for tag, a in outline.attributes if tag == "th"} == {"row", "col"}


def test_html_has_no_script_and_escapes_what_tests_say():
    html = as_html(RICH)

    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "<b>" not in html


def test_each_mark_has_a_word():
    marks = re.findall(r"<span role=\"img\" aria-label=\"([^\"]+)\"[^>]*>([✓✗·…])</span>", as_html(RICH))

    assert ("done", "✓") in marks
    assert ("not yet", "✗") in marks
    assert len(marks) == len(re.findall("[✓✗]", as_html(RICH)))


def test_squares_are_hidden_from_readers_and_numbers_are_not():
    html = as_html(board(a_test(), killers=[("test_a",), ()]))

    assert '<span aria-hidden="true">■□</span>  1 of 2 caught' in html


def test_html_sets_no_background_and_no_colour_of_running_text():
    styles = " ".join(a.get("style", "") for tag, a in Outline(as_html(RICH)).attributes if tag != "span")

    assert "background" not in styles
    assert not re.search(r"(?<!-)\bcolor:", styles)


def test_html_says_all_that_the_text_says():
    text = re.sub(r"<[^>]+>", "", as_html(RICH))

    assert RICH.headline in text
    assert all(row.text in text for row in RICH.rows)
    assert RICH.next_step in text


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        ("fixture visitor (function) starts the app again while it runs.", "Not tidy yet: "),
        ("test_a leaves an override of get_db in app.dependency_overrides.", "Not tidy yet: "),
        ("fixture visitors (function) starts the app and never stops it.", "Right: "),
    ],
)
def test_what_the_cell_leaves_behind_is_told_and_what_others_leave_is_not(text, headline):
    verdict = Verdict(
        "todo", (a_test(),), mutants(("test_a",)), (), (Finding("leak", "lifespan_nested", text),)
    )
    cell = Board(("test_a",), True, (), Checked(LESSON, verdict, (), 1.0), ("test_a", "visitor"))

    assert cell.headline.startswith(headline)
    assert (text in " ".join(" ".join(cell.lines()).split())) == (headline == "Not tidy yet: ")


def test_test_that_waits_for_a_fixture_is_told_from_one_that_is_a_todo():
    written = board(a_test(outcome="todo"))
    to_do = board(a_test(outcome="todo"), to_do=("test_a",))

    assert written.headline == "Waiting: 1 of 1 test for a fixture that is still a TODO."
    assert written.next_step == "Write that fixture in this cell too, then run the cell again."
    assert to_do.headline == "Begun: 1 of 1 test still to write."
    assert [written.mark, to_do.mark] == ["·", "·"]
