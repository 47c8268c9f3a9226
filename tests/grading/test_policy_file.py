"""The policy's file: what it may say, and one line on what it may not."""

from fractions import Fraction

import pytest

from checker.errors import UsageError
from checker.grading import policy_file
from checker.grading.policy import Costs, Policy, Threshold
from checker.grading.policy_file import content_of, parsed


def read(tmp_path, text):
    path = tmp_path / "policy.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return parsed(content_of(path), path)


def test_empty_file_is_the_default(tmp_path):
    assert read(tmp_path, "") == Policy()


def test_example_of_the_documentation_is_one_that_is_read(tmp_path):
    example = policy_file.__doc__.split("\n\n", 1)[1].replace('award = "score" ', 'award = "thresholds" ')

    policy = read(tmp_path, example)

    assert policy == Policy(
        lessons=("01", "02_cookie_sessions"),
        weights={"01": Fraction(2)},
        award="thresholds",
        thresholds=(Threshold(Fraction(75), Fraction(100)),),
        costs=Costs(Fraction(10), Fraction(10), Fraction(0)),
    )


def test_thresholds_may_stand_in_any_order(tmp_path):
    rows = "".join(f"[[threshold]]\ncaught = {c}\nearns = {e}\n" for c, e in [(90, 100), (50, 60.5)])

    policy = read(tmp_path, f'award = "thresholds"\n{rows}')

    assert [float(one.earns) for one in policy.thresholds] == [60.5, 100]


def test_byte_order_mark_of_an_editor_is_no_error(tmp_path):
    assert read(tmp_path, b"\xef\xbb\xbfpoints = 20\r\n").points == 20


def test_decimals_are_what_is_written(tmp_path):
    assert read(tmp_path, "round_to = 0.1").round_to == Fraction(1, 10)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('award = "scores"', "award cannot be 'scores': it is one of score, complete, thresholds."),
        ("award = [1]", "award cannot be"),
        ("points = 0", "points cannot be 0: it is a number from 1 to 1000."),
        ("points = true", "points cannot be True: it is a number"),
        ('points = "10"', "points cannot be '10'"),
        ("round_to = 0.001", "round_to cannot be 1/1000: it is a number from 0.01 to 10."),
        ("round_to = inf", "is no TOML"),
        ("pionts = 10", "there is no pionts. There are: lessons, points, award"),
        ("lessons = 1", "lessons cannot be 1: it is a list such as"),
        ("lessons = [1]", 'lessons cannot be 1: a lesson is "01" or its full name'),
        ('lessons = ["test_client"]', "lessons cannot be 'test_client'"),
        ('lessons = ["01", "01_test_client"]', "lessons names lesson 01 twice"),
        ("weights = 2", "weights cannot be 2: it is a table such as 01 = 2."),
        ("[weights]\n01 = -1", "weights.01 cannot be -1: it is a number from 0 to 1000."),
        ("[weights]\nfirst = 1", "weights cannot be 'first'"),
        ("[cost]\nlate = 10", "there is no cost.late. There are: order, leak, invalid."),
        ("[cost]\nleak = 101", "cost.leak cannot be 101: it is a number from 0 to 100."),
        ("cost = 3", "cost cannot be 3: it is a table with order, leak, invalid."),
        ('award = "thresholds"', "go together; one is missing"),
        ("[[threshold]]\ncaught = 1\nearns = 1", "go together; one is missing"),
        (
            'award = "thresholds"\n[[threshold]]\ncaught = 1',
            "a [[threshold]] has no earns. It has caught and earns.",
        ),
        ('award = "thresholds"\n[threshold]\ncaught = 1', "each is a [[threshold]]"),
        ("lessons = []", "lessons cannot be []: no lesson would count; leave the line out, and all count."),
        ("round_to = 3", "round_to cannot be 3: full marks, 10 points, are to be a multiple of it."),
        (
            'award = "thresholds"\n[[threshold]]\ncaught = 75\nearns = 50\n[[threshold]]\ncaught = 50\nearns = 100',
            "who catches 75 % would earn 50 %, and who catches 50 % 100 %.",
        ),
        ("points = ", "is no TOML"),
        (b"\xff", "is no TOML"),
    ],
)
def test_slip_is_one_line_with_the_file_the_key_and_what_is_allowed(tmp_path, text, told):
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)

    assert told in str(caught.value)
    assert "policy.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_weight_of_a_lesson_that_does_not_count_is_one_line(tmp_path):
    with pytest.raises(UsageError) as caught:
        read(tmp_path, 'lessons = ["1", "2"]\nweights = {03 = 2}\n')

    assert "policy.toml: weights names lesson 03, which does not count" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_weight_may_spell_a_lesson_otherwise_than_the_lessons_do(tmp_path):
    policy = read(tmp_path, 'lessons = ["1", "02_cookie_sessions"]\nweights = {01 = 2, 2 = 3}\n')

    assert (policy.weight("01_test_client"), policy.weight("02_cookie_sessions")) == (2, 3)


def test_two_thresholds_of_one_height_are_refused(tmp_path):
    rows = "[[threshold]]\ncaught = 50\nearns = 60\n" * 2

    with pytest.raises(UsageError, match=r"threshold\.caught has one value twice"):
        read(tmp_path, f'award = "thresholds"\n{rows}')


def test_policy_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.toml cannot be read: No such file"):
        content_of(tmp_path / "nowhere.toml")
