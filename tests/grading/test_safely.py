"""Names and ids that learners chose: inert in a spreadsheet, one line in a terminal, a folder on any disk."""

import pytest

from checker.grading.safely import folder_names, inert, one_line


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
    assert one_line("a\r\nb\x1b[2J\u202ec\udcff") == "a b [2J c"


def test_folder_names_are_safe_and_no_two_are_the_same():
    ids = [
        "alice",
        "Alice",
        "ALICE",
        "../../etc",
        "a/b",
        "a\\b",
        "..",
        "",
        "con",
        "NUL.txt",
        "x" * 300,
        "josé",
        "a\x00b",
    ]

    names = folder_names(ids)

    assert names["alice"] == "alice~3"
    assert names["josé"] == "josé"
    assert names["../../etc"] == "etc"
    assert len({name.casefold() for name in names.values()}) == len(ids)
    for name in names.values():
        assert name
        assert len(name) < 100
        assert not set(name) & set("/\\:\x00")
        assert not name.startswith(".")
        assert name.casefold() not in ("con", "nul.txt")


def test_folder_names_do_not_depend_on_the_order_of_a_class():
    assert folder_names(["b/", "b\\"]) == folder_names(["b\\", "b/"])
