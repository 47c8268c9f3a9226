"""Every clause of a promise table has a mutant, or a comment that says why not and is true."""

import pytest

from checker.course.tasks import promised_cells
from checker.engine.variant import Variant
from checker.verify.clauses import clauses, excuses, without_teeth

TABLE = promised_cells("""
| | request | when | status | body | effect |
| --- | --- | --- | --- | --- | --- |
| P1 | `GET /` | always | 200, else 404 | `{"a": …, "b": …}` and nothing besides | none |
| P2 | `POST /` | always | 201 | any | one mail; the name is in it, and the password is not |
""")
ALL = [
    ("P1", "status", "200"),
    ("P1", "status", "404"),
    ("P1", "body", '`{"a": …, "b": …}`'),
    ("P1", "body", "nothing besides"),
    ("P1", "effect", "none"),
    ("P2", "status", "201"),
    ("P2", "effect", "one mail"),
    ("P2", "effect", "the name is in it"),
    ("P2", "effect", "the password is not"),
]


def mutant(row, clause, name="broken"):
    return Variant(name, "mutant", {}, promise=row, clause=clause)


def whole(*left_out):
    """A mutant for each clause but those left out."""
    return [mutant(row, f"{column}: {text}") for row, column, text in ALL if text not in left_out]


def test_cell_divides_into_clauses_and_code_stays_whole():
    assert [(clause.row, clause.column, clause.text) for clause in clauses(TABLE)] == ALL


def test_table_whose_clauses_all_have_mutants_is_whole():
    assert list(without_teeth(TABLE, whole(), [])) == []


@pytest.mark.parametrize("text", [text for _, _, text in ALL])
def test_clause_without_a_mutant_is_found(text):
    (problem,) = without_teeth(TABLE, whole(text), [])

    assert repr(text) in problem
    assert "no mutant breaks it" in problem


def test_comment_excuses_a_clause():
    comments = excuses('# P2 "one mail" has no mutant: nobody can send two.\n')

    assert list(without_teeth(TABLE, whole("one mail"), comments)) == []


def test_one_comment_excuses_the_same_words_in_several_rows():
    assert [(e.row, e.words) for e in excuses('# P1, P2 "effect: none" have no mutant: reads.\n')] == [
        ("P1", "effect: none"),
        ("P2", "effect: none"),
    ]


def test_comment_about_a_row_excuses_all_of_it():
    comments = excuses("# P1 has no mutant: it is given.\n")
    mutants = [m for m in whole() if m.promise == "P2"]

    assert list(without_teeth(TABLE, mutants, comments)) == []


def test_comment_that_excuses_a_clause_which_has_a_mutant_is_found():
    (problem,) = without_teeth(TABLE, whole(), excuses('# P2 "one mail" has no mutant: really.\n'))

    assert 'variants.toml says that P2 "one mail" has no mutant, and broken breaks it' in problem


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        ("", "its `clause` is missing"),
        ("two mails", "'two mails' does not stand in P2"),
        ("is", "'is' stands in 2 clauses of P2"),
    ],
)
def test_clause_that_is_not_one_place_in_its_row_is_found(clause, words):
    problems = list(without_teeth(TABLE, [*whole(), mutant("P2", clause, "vague")], []))

    assert len(problems) == 1
    assert problems[0].startswith(f"vague: {words}")


def test_comment_about_words_that_do_not_stand_there_is_found():
    (problem,) = without_teeth(TABLE, whole(), excuses('# P2 "two mails" has no mutant: really.\n'))

    assert "does not stand in P2" in problem
