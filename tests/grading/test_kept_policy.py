"""The policy of a grading: named once, it gives the marks of every later command, and each says so."""

import pytest
from marked_class import ONE, unit

from checker.cli.instructor import export, report
from checker.errors import UsageError
from checker.grading.likeness import Print
from checker.grading.model import Learner, LessonSheet, Submission
from checker.grading.opening import open_gradebook

SHEET = LessonSheet(ONE, "A request is a function call", ())


@pytest.fixture
def out(tmp_path):
    """The folder of a grading: one learner, 9 of 12 mutants caught."""
    folder = tmp_path / "out"
    folder.mkdir()
    with open_gradebook(folder / "gradebook.db", new=True) as book:
        book.put_lessons([(SHEET, frozenset())])
        book.put_submission(Submission((Learner("ada"),), "ada.zip"), [ONE], ())
        book.put_unit([Learner("ada")], unit(9, 12), "key", Print(frozenset(), "hash"))
    return folder


@pytest.fixture
def twenty(tmp_path):
    policy = tmp_path / "mine.toml"
    policy.write_text("points = 20\n")
    return policy


def exported(out):
    """The mark that an export gives when no policy is named."""
    export(out, format="csv")
    return (out / "export" / "grades.csv").read_text("utf-8").splitlines()[1]


def test_policy_of_the_report_gives_the_marks_of_a_later_export(out, twenty, capsys):
    report(out, policy=twenty)
    capsys.readouterr()

    assert exported(out) == "ada,,,15,15,20"
    assert "Marks by" in capsys.readouterr().out


def test_report_goes_on_with_the_policy_it_was_last_made_with(out, twenty):
    report(out, policy=twenty)
    report(out)

    assert (out / "grades.csv").read_text("utf-8").splitlines()[1] == "ada,,,15,15,20"


def test_policy_that_is_named_replaces_the_one_that_was_kept(out, twenty, tmp_path):
    report(out, policy=twenty)
    other = tmp_path / "other.toml"
    other.write_text("points = 40\n")
    report(out, policy=other)

    assert exported(out) == "ada,,,30,30,40"


def test_policy_named_for_an_export_holds_for_that_export_alone(out, twenty):
    export(out, format="csv", policy=twenty)

    assert exported(out) == "ada,,,7.5,7.5,10"


def test_default_is_told_by_an_export_and_nothing_is_kept(out, capsys):
    report(out)
    export(out, format="csv")

    assert "Marks by the default policy." in capsys.readouterr().out
    assert not (out / "policy.toml").exists()


def test_where_the_policy_is_kept_is_told_once(out, twenty, capsys):
    report(out, policy=twenty)
    first = capsys.readouterr().out
    report(out)
    second = capsys.readouterr().out

    assert "for commands that name no --policy" in " ".join(first.split())
    assert "for commands that name no --policy" not in " ".join(second.split())


def test_policy_that_was_kept_and_damaged_is_one_line_with_what_to_do(out):
    (out / "policy.toml").write_bytes(b"\xff")

    with pytest.raises(UsageError) as caught:
        report(out)

    assert str(out / "policy.toml") in str(caught.value)
    assert "give that again" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_policy_under_which_nothing_counts_is_not_kept(out, tmp_path):
    nothing = tmp_path / "nothing.toml"
    nothing.write_text('lessons = ["09"]\n')

    with pytest.raises(UsageError, match="No lesson of this class counts"):
        report(out, policy=nothing)

    assert not (out / "policy.toml").exists()
