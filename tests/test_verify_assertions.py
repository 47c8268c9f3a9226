"""Which assertions a suite has, and what its file is without each of them."""

import ast
import textwrap

import pytest

from checker.verify.assertions import assertions, tables


def found(source):
    return assertions({"test_x.py": textwrap.dedent(source).encode()})


def without(source):
    """The file without each of its assertions, in one line each."""
    return [ast.unparse(ast.parse(a.without)).split("\n")[-1].strip() for a in found(source)]


def test_assertion_is_left_out_and_lines_keep_their_numbers():
    (one,) = found("""
        def test_a():
            assert (
                1 == 1
            )
            after = 2
    """)

    assert (one.test, one.line) == ("test_a", 3)
    assert one.without.decode().splitlines()[5].strip() == "after = 2"
    assert b"assert" not in one.without


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("assert a == 1", ["pass"]),
        ("assert a and b", ["pass", "assert b", "assert a"]),
        ("assert 1 < a < 9", ["pass", "assert a < 9", "assert 1 < a"]),
        ("assert (a, b) == (1, 2)", ["pass", "assert b == 2", "assert a == 1"]),
        ("assert {'b': a, 'c': d} == {'b': 1, 'c': 2}", ["pass", "assert d == 2", "assert a == 1"]),
        ("assert {'b': a} == {'c': 1}", ["pass"]),
        ("assert a == {'b': 1, 'c': 2}", ["pass"]),
        ("mock.assert_called_once_with(1)", ["pass"]),
        ("response.raise_for_status()", ["pass"]),
        ("print(a)", []),
    ],
)
def test_what_asserts_can_be_taken_away_and_apart(line, left):
    assert without(f"def test_a():\n    {line}\n") == left


def test_expected_exception_is_let_pass_and_its_words_are_a_part():
    whole, words = found("""
        def test_a():
            with pytest.raises(ValueError, match="no"):
                int("x")
    """)

    assert b"with __import__('contextlib').suppress(ValueError):" in whole.without
    assert b"with pytest.raises(ValueError):" in words.without


@pytest.mark.parametrize("text", ["x", "1"], ids=["raised", "not raised"])
def test_exception_that_is_looked_at_later_is_still_there_to_look_at(text):
    (one,) = found(f"""
        def test_a():
            with pytest.raises(ValueError) as error:
                int({text!r})
            return str(error.value)
    """)
    names = {}

    exec(one.without, names)

    assert ("invalid literal" in names["test_a"]()) == (text == "x")


def test_helper_that_asserts_counts_in_itself_and_where_it_is_called():
    both = found("""
        def check(answer):
            assert answer == 1

        def test_a():
            check(1)
    """)

    assert [(a.test, a.text) for a in both] == [("", "assert answer == 1"), ("test_a", "check(1)")]


HELPERS = """
    def ok(answer):
        assert answer == 1
        return answer

    def fine(answer):
        return ok(answer)

    class TestA:
        def right(self, answer):
            assert answer == 1
            return answer

        def test_a(self):
            {}
"""


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("return ok(2)", "ok(2)"),
        ("fine(2); return 2", "fine(2)"),
        ("answer = fine(2); return answer", "fine(2)"),
        ("self.right(2); return 2", "self.right(2)"),
        ("answer = self.right(2); return answer", "self.right(2)"),
    ],
)
def test_call_of_what_asserts_is_an_assertion_and_without_it_goes_on(line, call):
    (one,) = [a for a in found(HELPERS.format(line)) if a.test]
    names = {}

    exec(one.without, names)

    assert one.text == call
    assert names["TestA"]().test_a() == 2


def test_fixture_that_asserts_is_no_helper():
    source = """
        @pytest.fixture
        def ok():
            assert 1
            return print

        def test_a(ok):
            ok(1)
    """

    assert [a.text for a in found(source)] == ["assert 1"]


def test_assertion_that_the_next_statement_uses_is_asked_about_like_any_other():
    assert [a.text for a in found("def test_a():\n    assert match\n    match.group()\n")] == ["assert match"]


def test_test_of_a_class_has_the_name_that_runs_give_it():
    (one,) = found("class TestA:\n    def test_b(self):\n        assert 1\n")

    assert one.test == "TestA::test_b"


def test_comment_excuses_the_assertion_on_its_line():
    one, two = found("def test_a():\n    assert 1  # not judged: it is given\n    assert 2\n")

    assert (one.excuse.why, two.excuse) == ("it is given", None)


def test_table_of_cases_is_found_with_its_excuse():
    source = (
        b"@pytest.mark.parametrize('n', [1])  # not judged: to show a table\ndef test_a(n):\n    assert n\n"
    )

    (table,) = tables({"test_x.py": source})

    assert (table.test, table.excuse.why) == ("test_a", "to show a table")
