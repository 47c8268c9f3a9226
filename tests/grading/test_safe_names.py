"""File names for learners, on every system; and text of theirs that is fit to be shown."""

import re

import pytest

from checker.grading.safely import clean, one_line, safe_names


@pytest.mark.parametrize("id", ["s1000", "ada.lovelace", "AB-12_x", "7", "a" * 60])
def test_ordinary_id_is_its_own_name(id):
    assert safe_names([id]) == {id: id}


@pytest.mark.parametrize(
    "id",
    [
        *(
            "",
            ".",
            "..",
            "../x",
            "/etc/passwd",
            "a/b",
            "a\\b",
            "C:x",
            "x.",
            ".x",
            "-x",
            "x ",
            " x",
            "a:b",
            "a*?",
        ),
        *(
            "CON",
            "con",
            "nul.txt",
            "COM1",
            "lpt9.tar.gz",
            "名前",
            "é",
            "a\n",
            "a\0b",
            "\ud800",
            "a" * 61,
            "x~1",
        ),
    ],
)
def test_any_other_id_gets_a_name_with_a_digest(id):
    (name,) = safe_names([id]).values()

    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,40}~[0-9a-f]{16}|~[0-9a-f]{16}", name)
    assert not re.match(r"(con|nul|com1|lpt9)\b", name, re.IGNORECASE)


def test_ids_that_differ_in_capitals_alone_have_different_names():
    names = safe_names(["ada", "ADA", "Ada", "ben"])

    assert len({name.casefold() for name in names.values()}) == 4
    assert names["ben"] == "ben"


def test_id_made_to_look_like_anothers_name_gets_one_of_its_own():
    (first,) = safe_names(["a/b"]).values()

    names = safe_names(["a/b", first])

    assert len(set(names.values())) == 2


def test_name_does_not_depend_on_who_else_is_there():
    assert safe_names(["a/b", "x", "y"])["a/b"] == safe_names(["z", "a/b"])["a/b"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;https://evil.example\x07link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;title never ends", ""),
        ("a\x00b\x07c\x9bd", "abcd"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("\u202eabc\u202c \u2066x\u2069", "abc x"),
        ("half \ud800 character", "half  character"),
        ("שלום 名前 👩‍💻", "שלום 名前 👩‍💻"),
        ("a\tb", "a\tb"),
    ],
)
def test_text_is_cleaned_and_its_letters_are_kept(text, shown):
    assert clean(text) == shown


def test_long_text_is_cut_with_an_ellipsis():
    assert clean("x" * 50, 10) == "x" * 9 + "…"
    assert clean("\x1b[0m" * 10**5 + "x", 10) == "…"
    assert clean("x" * 10, 10) == "x" * 10


def test_one_line_has_no_line_ends():
    assert one_line(" a\n\n b\t c ") == "a b c"
