"""Names and ids that learners chose: inert in a spreadsheet, one line in a terminal."""

import pytest

from checker.grading.safely import inert, one_line


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "＠x"],
)
def test_what_looks_like_a_formula_gets_an_apostrophe(text):
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["alice", "a=b", "O'Neil", "", "12", "José", " alice"])
def test_any_other_text_stays_as_it_is(text):
    assert inert(text) == text


def test_line_has_no_line_break_and_moves_no_cursor():
    assert one_line("a\r\nb\x1b[2J\u202ec\udcff") == "a bc"
