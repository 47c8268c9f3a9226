"""Somebody else's CSV: read exactly, changed where it is asked, and everywhere else the same bytes."""

import csv
import io
import random

import pytest

from checker.errors import UsageError
from checker.grading.exports.exact_csv import read_exactly


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,2\n",
        b"a,b\r\n1,2\r\n",
        b"a,b\r1,2\r",
        b"a,b\n1,2",
        b'\xef\xbb\xbfa;b\n1;"2"\n',
        b'"a","b"\n"say ""hi""","two\nlines, and a comma"\n',
        b"a\tb\n\t\n",
        b"a,b\n\n1,2\n\n",
        b'a,b\n"",""\n',
        b'a,b\nhe said "hi",2\n',
        "Grüße,名前\nJosé,👩‍🏫\n".encode(),
    ],
)
def test_nothing_changed_is_the_same_bytes(content):
    assert read_exactly(content, "x.csv").changed({}) == content


@pytest.mark.parametrize(
    ("content", "changes", "after"),
    [
        (b"a,b\r\n1,2\r\n", {(1, 1): "7.5"}, b"a,b\r\n1,7.5\r\n"),
        (b'a,b\n"1","2"\n', {(1, 1): "7.5"}, b'a,b\n"1","7.5"\n'),
        (b"a,b\n1,2\n", {(1, 1): "7,5"}, b'a,b\n1,"7,5"\n'),
        (b"a;b\n1;2\n", {(1, 1): "7,5"}, b"a;b\n1;7,5\n"),
        (b"a;b\n1;2\n", {(1, 1): "x,=1"}, b'a;b\n1;"x,=1"\n'),
        (b"a,b\n1,2\n", {(1, 1): "x;=1"}, b'a,b\n1,"x;=1"\n'),
        (b"a,b\n1,\n", {(1, 1): 'say "hi"'}, b'a,b\n1,"say ""hi"""\n'),
        (b"a,b\n1,\n", {(1, 1): "two\nlines"}, b'a,b\n1,"two\nlines"\n'),
        (b"a,b\n1,2", {(1, 1): ""}, b"a,b\n1,"),
        (b"a,b\n1,2", {(1, 1): " x"}, b'a,b\n1," x"'),
        (b"a,b,c,d\n1\n2,3\n", {(1, 2): "x"}, b"a,b,c,d\n1,,x\n2,3\n"),
        (b"a,b,c,d\n1\n2,3\n", {(1, 1): "x", (1, 3): "y"}, b"a,b,c,d\n1,x,,y\n2,3\n"),
        (b"a,b,c,d\n1\n2,3\n", {(1, 0): "x", (1, 2): "y"}, b"a,b,c,d\nx,,y\n2,3\n"),
        (b"\xef\xbb\xbfa,b\n1,2\n", {(0, 0): "A"}, b"\xef\xbb\xbfA,b\n1,2\n"),
    ],
)
def test_cell_changes_and_its_neighbours_do_not(content, changes, after):
    assert read_exactly(content, "x.csv").changed(changes) == after


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_cells_are_those_that_the_standard_library_reads(delimiter):
    chance = random.Random(7)
    pieces = ["a", "é", '"', delimiter, ",", ";", "\n", "\r\n", " ", ""]
    rows = [["".join(chance.choices(pieces, k=4)) for _ in range(5)] for _ in range(200)]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([["h1", "h2", "h3", "h4", "h5"], *rows])

    read = read_exactly(text.getvalue().encode(), "x.csv")

    assert read.delimiter == delimiter
    assert [read.values(row) for row in range(1, len(read.rows))] == rows


@pytest.mark.parametrize("first", ["Student", '"Student"', '"Student, or; not"', ""])
def test_delimiter_is_what_ends_the_first_cell(first):
    read = read_exactly(f'{first};"a,b,c";d,e\n'.encode(), "x.csv")

    assert read.header[1:] == ["a,b,c", "d,e"]


def test_byte_order_mark_is_no_part_of_the_header():
    assert read_exactly(b"\xef\xbb\xbfStudent,ID\n", "x.csv").header == ["Student", "ID"]


def test_row_knows_its_line_below_a_cell_of_two_lines():
    read = read_exactly(b'a,b\r\n"x\r\ny",1\r\nz,2\r\n', "x.csv")

    assert [read.line(row) for row in range(3)] == [1, 2, 4]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "x.csv is empty"),
        (b"\xef\xbb\xbf", "x.csv is empty"),
        (b'a,b\n1,"2\n', "the quote on line 2 is never closed"),
        (b'a,b\n"1"x,2\n', "on line 2 a quote closes in the middle of a cell"),
        ("a,b\n1,é\n".encode("latin-1"), "x.csv is not UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), "x.csv is not UTF-8"),
    ],
)
def test_what_is_no_csv_is_one_line(content, told):
    with pytest.raises(UsageError) as caught:
        read_exactly(content, "x.csv")

    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
