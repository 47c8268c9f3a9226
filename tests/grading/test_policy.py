"""Marks: what a verdict earns under a policy, and the reasons that are given."""

from fractions import Fraction

import pytest
from marked_class import ONE, TWO, failed_harness, unit

from checker.grading.policy import Costs, Mark, Policy, Threshold, mark, scaled, total

THRESHOLDS = (
    Threshold(Fraction(50), Fraction(40)),
    Threshold(Fraction(75), Fraction(80)),
    Threshold(Fraction(100), Fraction(100)),
)
BY_THRESHOLDS = Policy(award="thresholds", thresholds=THRESHOLDS)
COMPLETE = Policy(award="complete")
ORDER = [("order", "needs_another")]
LEAKS = [("leak", "override_left"), ("leak", "env_changed"), ("leak", "override_left")]


@pytest.mark.parametrize(
    ("policy", "graded", "points", "reason"),
    [
        (Policy(), unit(9, 12), 7.5, "9 of 12 mutants caught: 7.5 of 10"),
        (Policy(), unit(12, 12, "complete"), 10, "12 of 12 mutants caught: 10 of 10"),
        (Policy(), unit(0, 12, "todo"), 0, "0 of 12 mutants caught: 0 of 10"),
        (Policy(), unit(7, 12), 5.83, "7 of 12 mutants caught: 5.83 of 10"),
        (Policy(), unit(0, 12, "broken"), 0, "the tests do not collect: 0 of 10"),
        (Policy(), unit(0, 12, "empty"), 0, "no test ran: 0 of 10"),
        (Policy(points=Fraction(100)), unit(2, 3), 66.67, "2 of 3 mutants caught: 66.67 of 100"),
        (Policy(round_to=Fraction(1, 2)), unit(7, 12), 6, "7 of 12 mutants caught: 6 of 10"),
        (Policy(round_to=Fraction(1)), unit(1, 4), 3, "1 of 4 mutants caught: 3 of 10"),
        (COMPLETE, unit(12, 12, "complete"), 10, "complete: full marks"),
        (COMPLETE, unit(12, 12, "leaky"), 0, "not complete, but leaky: no marks"),
        (COMPLETE, unit(11, 12), 0, "not complete, but survivors: no marks"),
        (BY_THRESHOLDS, unit(5, 12), 0, "5 of 12 mutants caught, below every threshold: 0 of 10"),
        (BY_THRESHOLDS, unit(6, 12), 4, "6 of 12 mutants caught, at least 50 %: 4 of 10"),
        (BY_THRESHOLDS, unit(9, 12), 8, "9 of 12 mutants caught, at least 75 %: 8 of 10"),
        (BY_THRESHOLDS, unit(12, 12, "leaky"), 10, "12 of 12 mutants caught, at least 100 %: 10 of 10"),
        (Policy(), None, 0, "not handed in"),
    ],
)
def test_mark_and_its_reason(policy, graded, points, reason):
    given = mark(policy, ONE, graded)

    assert (given.points, given.reasons) == (points, (reason,))
    assert given.out_of == policy.points


def test_harness_error_is_no_grade():
    given = mark(Policy(award="complete", costs=Costs(order=Fraction(50))), ONE, failed_harness())

    assert given.points is None
    assert given.reasons == (
        "no verdict: the harness failed; to be graded again, and not counted until then",
    )


def test_flags_to_look_at_change_no_mark():
    assert mark(Policy(), ONE, unit(suspect=["equals_the_solution"])) == mark(Policy(), ONE, unit())


@pytest.mark.parametrize(
    ("costs", "findings", "points", "told"),
    [
        (Costs(), [*ORDER, *LEAKS], 7.5, ()),
        (Costs(order=Fraction(10)), ORDER, 6.5, ("tests that depend on their order: −10 %",)),
        (Costs(order=Fraction(10)), ORDER * 3, 6.5, ("tests that depend on their order: −10 %",)),
        (
            Costs(leak=Fraction(10)),
            LEAKS,
            6.5,
            ("an override left behind, an environment variable left changed: −10 %",),
        ),
        (Costs(invalid=Fraction(5)), [("equivalent", "over_reads")], 7, ("invalid tests: −5 %",)),
        (Costs(invalid=Fraction(5)), [("reference", "skipped")], 7, ("invalid tests: −5 %",)),
        (Costs(invalid=Fraction(5)), [("advice", "status_alone"), ("notice", "hook_ignored")], 7.5, ()),
        (
            Costs(order=Fraction(50), leak=Fraction(50)),
            [*ORDER, LEAKS[0]],
            0,
            (
                "tests that depend on their order: −50 %",
                "an override left behind: −50 %",
                "no mark is below 0",
            ),
        ),
    ],
)
def test_what_problems_cost(costs, findings, points, told):
    given = mark(Policy(costs=costs), ONE, unit(9, 12, findings=findings))

    assert given.points == points
    assert given.reasons[1:] == told


def test_nothing_is_taken_off_nothing():
    given = mark(Policy(costs=Costs(order=Fraction(10))), ONE, unit(0, 12, "invalid", findings=ORDER))

    assert given.reasons == ("0 of 12 mutants caught: 0 of 10",)


def test_score_counts_mutants_and_is_not_the_rounded_one_of_the_document():
    assert mark(Policy(points=Fraction(1000)), ONE, unit(2, 3)).points == 666.67


# -- totals


def marks(one, two):
    return {ONE: Mark(one, 10.0, ()), TWO: Mark(two, 10.0, ())}


def test_total_adds_up_every_lesson_by_default():
    assert total(Policy(), marks(7.5, 5.83)).points == 13.33
    assert total(Policy(), marks(7.5, 5.83)).out_of == 20


@pytest.mark.parametrize("spelling", ["02", "2", TWO])
def test_weight_counts_a_lesson_more_often(spelling):
    weighted = total(Policy(weights={spelling: Fraction(2)}), marks(1.0, 5.0))

    assert (weighted.points, weighted.out_of) == (11, 30)
    assert weighted.reasons == (f"{TWO} counts 2 times",)


@pytest.mark.parametrize("spelling", ["02", "2", TWO])
def test_lesson_that_does_not_count_is_not_in_the_total_and_says_so(spelling):
    policy = Policy(lessons=(spelling,))

    assert total(policy, marks(None, 5.0)).points == 5
    assert mark(policy, ONE, unit()).reasons[-1] == "not part of the total"
    assert mark(policy, TWO, unit()).reasons == ("9 of 12 mutants caught: 7.5 of 10",)


def test_total_waits_for_what_is_to_be_graded_again():
    waiting = total(Policy(), marks(10.0, None))

    assert waiting.points is None
    assert waiting.out_of == 20
    assert waiting.reasons == (f"without a mark: {TWO}",)


def test_lessons_that_the_class_does_not_have_are_known():
    policy = Policy(lessons=("01", "07"), weights={"09_nowhere": Fraction(2), "07": Fraction(1)})

    assert policy.unknown([ONE, TWO]) == ["07", "09_nowhere"]


def test_what_is_summed_and_scaled_is_rounded_once():
    fifth = mark(Policy(), ONE, unit(5, 12))
    together = total(Policy(), {ONE: fifth, TWO: mark(Policy(), TWO, None)})

    assert (fifth.points, together.points) == (4.17, 4.17)
    assert scaled(Policy(), together, Fraction(10)) == Fraction("2.08")  # of 4.17 it would be 2.09
    thirds = {name: mark(Policy(), name, unit(1, 3, lesson=name)) for name in (ONE, TWO, "03_x")}
    assert total(Policy(), thirds).points == 10


def test_coarser_steps_of_a_policy_are_scaled_as_they_are():
    by_halves = Policy(round_to=Fraction(1, 2))

    assert scaled(by_halves, mark(by_halves, ONE, unit(5, 12)), Fraction(100)) == 40
