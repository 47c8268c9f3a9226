"""The pure core: from runs to a verdict, without a process."""

from dataclasses import replace

import pytest

from checker.engine.variant import Variant, VariantSet
from checker.judging.judge import doubtful, judge
from checker.judging.verdict import Finding, Leak, Outcome, Run

VARIANTS = VariantSet(
    Variant("reference", "reference", {}),
    (
        Variant("rewritten", "equivalent", {}, promise="P1", says="The order is not promised."),
        Variant("licence", "equivalent", {}, promise="P2", says="Two starts are allowed.", blames_suite=True),
    ),
    (
        Variant("any-password", "mutant", {}, promise="P3", area="login"),
        Variant("no-cookie", "mutant", {}, promise="P4", area="login"),
    ),
)


def run(variant="reference", *outcomes, order="file", only="", **more):
    """A run of the tests a, b, … with these outcomes, such as ``"a passed"``."""
    tests = tuple(Outcome(*outcome.split()) for outcome in outcomes)
    return Run(variant, order, only, tests, planned=tuple(test.test for test in tests), **more)


def everything(*first, reversed_=None, rewritten=None, licence=None, mutants=(None, None), alone=()):
    """All the runs of a suite; each passes as the first one does, unless it is given."""
    on_reference = run("reference", *first)
    return [
        on_reference,
        run("reference", *(reversed_ or first), order="reversed"),
        run("rewritten", *(rewritten or first)),
        run("licence", *(licence or first)),
        *(run(m.id, *(given or first)) for m, given in zip(VARIANTS.mutants, mutants, strict=True)),
        *(run("reference", outcome, order="alone", only=outcome.split()[0]) for outcome in alone),
    ]


def judged(*first, **more):
    return judge(VARIANTS, everything(*first, **more))


def kinds(verdict):
    return [(finding.kind, finding.test) for finding in verdict.findings]


BOTH = (["a failed assertion"], ["a failed assertion"])


def test_suite_that_kills_every_mutant_is_complete():
    verdict = judged("a passed", mutants=BOTH)

    assert (verdict.status, verdict.score, verdict.findings) == ("complete", 1.0, ())


def test_survivor_keeps_the_suite_from_being_complete():
    verdict = judged("a passed", mutants=(["a failed assertion"], None))

    assert (verdict.status, verdict.score) == ("survivors", 0.5)
    assert [mutant.stand_in for mutant in verdict.mutants] == ["login-1", "login-2"]


def test_every_phase_counts_as_a_kill_and_says_how():
    verdict = judged("a passed", mutants=(["a error setup"], ["a failed exception"]))

    assert [mutant.killed_by[0].how for mutant in verdict.mutants] == ["setup", "exception"]
    assert not any(mutant.understood for mutant in verdict.mutants)


def test_todo_comes_before_everything_else():
    verdict = judged("a failed", "b todo", "c passed", rewritten=["a failed", "b todo", "c failed"])

    assert verdict.status == "todo"


def test_valid_tests_count_while_others_are_still_to_do():
    verdict = judged("a passed", "b todo", mutants=(["a failed assertion", "b todo"], None))

    assert (verdict.status, verdict.score) == ("todo", 0.5)


def test_suite_without_a_test_that_ran_is_empty():
    assert judge(VARIANTS, [run()]).status == "empty"
    assert judge(VARIANTS, [run("reference", "a skipped", "b xfailed")]).status == "empty"


@pytest.mark.parametrize("ended", ["broken", "timeout", "crash"])
def test_suite_that_does_not_collect_is_broken(ended):
    verdict = judge(VARIANTS, [Run("reference", ended=ended, message="no module named x")])

    assert (verdict.status, verdict.score, len(verdict.mutants)) == ("broken", 0, 2)
    assert verdict.findings[0].text == "no module named x"


def test_test_that_fails_on_the_reference_is_invalid_and_kills_nothing():
    verdict = judged("a failed", "b passed", mutants=(["a failed", "b passed"], ["a failed", "b passed"]))

    assert (verdict.status, verdict.score, kinds(verdict)) == ("invalid", 0, [("fails", "a")])
    assert [test.valid for test in verdict.tests] == [False, True]
    assert not any(mutant.muted_by for mutant in verdict.mutants)


def test_test_that_fails_on_an_equivalent_over_reads_its_promise():
    verdict = judged("a passed", rewritten=["a failed"])

    (finding,) = verdict.findings
    assert (finding.kind, finding.test, finding.promise) == ("over_reads", "a", "P1")
    assert "The order is not promised." in finding.text
    assert [(e.variant.id, e.passed, e.failed_tests) for e in verdict.equivalents] == [
        ("rewritten", False, ("a",)),
        ("licence", True, ()),
    ]


def test_mutant_that_only_an_invalid_test_notices_is_muted():
    verdict = judged(
        "a passed", "b passed", rewritten=["a failed", "b passed"], mutants=(["a failed", "b passed"], None)
    )

    assert [(mutant.killed, mutant.muted, mutant.muted_by) for mutant in verdict.mutants] == [
        (False, True, ("a",)),
        (False, False, ()),
    ]


def test_mutant_killed_by_a_valid_test_is_not_muted_by_another():
    verdict = judged(
        "a passed", "b passed", rewritten=["a failed", "b passed"], mutants=(["a failed", "b failed"], None)
    )

    assert (verdict.mutants[0].killed, verdict.mutants[0].muted) == (True, False)


def test_suite_that_does_not_start_on_an_equivalent_has_no_valid_test():
    runs = everything("a passed", mutants=BOTH)
    runs[2] = Run("rewritten", ended="broken", message="ImportError: jobs")

    verdict = judge(VARIANTS, runs)

    assert (verdict.status, kinds(verdict)) == ("invalid", [("over_reads", None)])
    assert not any(test.valid for test in verdict.tests)


def test_equivalent_that_blames_the_suite_leaves_its_tests_valid():
    runs = everything("a passed", licence=["a error setup"], mutants=BOTH)
    starts = (
        Leak("lifespan_started", "fixture shop (function)", "a"),
        Leak("lifespan_started", "test_b", "b"),
    )
    runs[0] = replace(runs[0], leaks=(*starts, starts[0]))

    verdict = judge(VARIANTS, runs)

    assert (verdict.status, verdict.score, verdict.tests[0].valid) == ("invalid", 1.0, True)
    assert kinds(verdict) == [("suite_over_reads", None)]
    assert verdict.findings[0].text == (
        "Two starts are allowed. This suite starts the app 3 times: 2 by fixture shop (function), 1 by test_b."
    )


def test_test_that_fails_alone_needs_another():
    verdict = judged(
        "a passed", "b passed", reversed_=["b failed", "a passed"], alone=["a passed", "b failed"]
    )

    assert kinds(verdict) == [("needs_another", "b")]


def test_test_that_fails_only_backwards_is_spoiled_by_another():
    verdict = judged(
        "a passed", "b passed", reversed_=["b passed", "a failed"], alone=["a passed", "b passed"]
    )

    assert kinds(verdict) == [("spoiled_by_another", "a")]


def test_test_that_fails_in_the_file_and_passes_alone_is_spoiled_by_another():
    verdict = judged("a passed", "b failed", alone=["a passed", "b passed"])

    assert (verdict.status, kinds(verdict)) == ("invalid", [("spoiled_by_another", "b")])


def test_two_runs_that_should_agree_and_do_not_make_a_test_flaky():
    runs = everything(
        "a passed", "b passed", rewritten=["a failed", "b passed"], mutants=(["a failed", "b passed"], None)
    )

    verdict = judge(VARIANTS, [*runs, run("rewritten", "a passed", "b passed")])

    assert kinds(verdict) == [("flaky", "a")]
    assert not verdict.mutants[0].muted, "what a flaky test notices may be chance"
    assert verdict.equivalents[0].passed


def test_test_left_out_of_a_repeat_because_it_hangs_is_not_flaky():
    verdict = judge(VARIANTS, [run("reference", "a passed", "b timeout"), run("reference", "a passed")])

    assert kinds(verdict) == [("timeout", "b")]


def test_run_on_a_mutant_that_did_not_finish_kills_nothing():
    runs = everything("a passed", "b passed")
    runs[4] = replace(run("any-password", "a failed"), ended="timeout", message="stopped after 3 seconds")

    verdict = judge(VARIANTS, runs)

    assert (verdict.score, kinds(verdict)) == (0, [("mutant_run_lost", None)])
    assert "login-1" in verdict.findings[0].text
    assert "any-password" not in verdict.findings[0].text


def test_leaks_count_once_and_on_correct_apps_alone():
    runs = everything("a passed", mutants=BOTH)
    leak = Leak("env_changed", what="MODE")
    runs = [replace(r, leaks=(leak,)) if r.variant != "any-password" else r for r in runs]
    runs[4] = replace(runs[4], leaks=(Leak("file_left", what="users.db"),))

    verdict = judge(VARIANTS, runs)

    assert (verdict.status, kinds(verdict)) == ("leaky", [("env_changed", None)])


def test_leak_that_the_next_test_clears_is_seen_where_its_test_runs_alone():
    runs = everything(
        "a passed", "b passed", alone=["a passed", "b passed"], mutants=(["a failed", "b failed"],) * 2
    )
    left, other = Leak("override_left", "a", "get_user"), Leak("override_left", "b", "get_user")
    runs[-2:] = [replace(runs[-2], leaks=(left,)), replace(runs[-1], leaks=(other,))]

    verdict = judge(VARIANTS, runs)

    assert verdict.status == "leaky"
    assert [finding.text for finding in verdict.findings] == [
        "a leaves an override of get_user in app.dependency_overrides."
    ]


def test_survivors_come_before_leaks():
    runs = everything("a passed")
    runs[0] = replace(runs[0], leaks=(Leak("file_left", what="users.db"),))

    assert judge(VARIANTS, runs).status == "survivors"


def test_notices_and_suspicions_change_no_status():
    runs = everything("a passed", mutants=BOTH)
    runs[3] = replace(runs[3], suspect=("report_missing",), ignored_hooks=("pytest_configure",))
    notice = Finding("notice", "app_edited", "users_api.py differs.")

    verdict = judge(VARIANTS, runs, [notice])

    assert (verdict.status, verdict.suspect) == ("complete", ("report_missing",))
    assert kinds(verdict) == [("app_edited", None), ("hook_ignored", None)]


def test_tests_beyond_the_limit_are_told():
    runs = everything("a passed", mutants=BOTH)
    runs[0] = replace(runs[0], left_out=9)

    assert "first 1 tests are run: the 9 after" in judge(VARIANTS, runs).findings[0].text


def test_lesson_without_mutants_scores_nothing():
    bare = VariantSet(VARIANTS.reference, (), ())

    assert judge(bare, [run("reference", "a passed")]).score == 0


def test_runs_that_say_what_the_first_one_said_are_not_doubtful():
    first, *others = everything("a passed", "b timeout", alone=["a passed"])

    assert doubtful([replace(r, outcomes=r.outcomes[:1]) for r in others], first) == []


def test_run_that_differs_is_doubtful_and_so_is_the_first():
    first, *others = everything("a passed", rewritten=["a failed"])

    assert doubtful(others, first) == [first, others[1]]


def test_run_in_which_a_test_is_missing_is_doubtful():
    first, *others = everything("a passed")
    others[0] = run("reference", order="reversed")

    assert doubtful(others, first) == [first, others[0]]
