"""`checker solution`: ours beside yours, after completion."""

from conftest import count_of_mutants

from checker.engine.variant import Variant
from checker.judging.comparison import differences, earnings, suite_diff
from checker.judging.verdict import Kill, MutantVerdict, TestVerdict, Verdict

NAME = "41_test_client/test_test_client.py"


def verdict(**kills):
    """Three mutants, each with the tests that kill it."""
    tests = tuple(TestVerdict(name, "passed", True, "") for name in ("test_a", "test_b", "test_c"))
    mutants = tuple(
        MutantVerdict(Variant(name, "mutant", {}), name, tuple(Kill(test, "assertion") for test in by), ())
        for name, by in kills.items()
    )
    return Verdict("", tests, mutants)


def test_each_test_is_told_what_it_earns():
    lines = list(earnings(verdict(m1=["test_a"], m2=["test_a", "test_b"], m3=[])))

    assert lines == [
        "  - test_a alone catches m1",
        "  - test_b catches 1, each of which another test catches too",
        "  - test_c catches nothing",
    ]


def test_what_one_suite_catches_and_the_other_does_not_is_named():
    lines = list(differences(verdict(m1=["test_a"], m2=[]), verdict(m1=[], m2=["test_b", "test_c"])))

    assert lines == [
        "Ours catch, yours do not:",
        "  - m2, by test_b, test_c",
        "Yours catch, ours do not:",
        "  - m1, by test_a",
    ]


def test_suites_that_catch_the_same_are_said_to():
    assert list(differences(verdict(m1=["test_a"]), verdict(m1=["test_b"]))) == [
        "Both catch the same mutants: 1."
    ]


def test_diff_goes_from_yours_to_ours():
    lines = list(suite_diff({"test_x.py": b"a\nb\n"}, {"test_x.py": b"a\nc\n"}))

    assert lines[:2] == ["--- yours/test_x.py", "+++ ours/test_x.py"]
    assert lines[-2:] == ["-b", "+c"]


# -- the command


def test_solution_is_for_afterwards(in_course):
    done = in_course("solution", "41")

    assert done.returncode == 1
    assert "To see it now: checker solution 41 --anyway" in done.stdout
    assert "def test_" not in done.stdout


def test_solution_shows_earnings_matrix_differences_diff_and_debrief(in_course, course):
    text = (course / "solutions" / NAME).read_text("utf-8")
    (course / "lessons" / NAME).write_text(text.replace("carol", "zoe"), "utf-8")

    done = in_course("solution", "41")

    assert done.returncode == 0
    assert "test_alice_can_be_read catches nothing" in done.stdout
    assert "test_unknown_user" in done.stdout
    assert f"Both catch the same mutants: {count_of_mutants('01')}." in done.stdout
    assert '-    response = create("zoe", "Pilot")' in done.stdout
    assert '+    response = create("carol", "Pilot")' in done.stdout
    assert "# 01 · Debrief" in done.stdout


def test_solution_can_be_seen_before(in_course):
    done = in_course("solution", "41", "--anyway")

    assert done.returncode == 0
    assert "Ours catch, yours do not:" in done.stdout
    assert "-    pytest.fail(" in done.stdout
