"""The words of the report: what statuses, flags and findings are called for people. Pure."""

from __future__ import annotations

from dataclasses import dataclass

MISSING = "missing"

# From what needs a person first to what needs nobody.
STATUSES = {
    "undecided": "undecided",
    "harness_error": "no verdict",
    "not_graded": "not graded yet",
    "unusable": "nothing usable",
    MISSING: "not handed in",
    "broken": "broken",
    "empty": "empty",
    "todo": "to do",
    "invalid": "invalid",
    "survivors": "survivors",
    "leaky": "leaky",
    "complete": "complete",
}

STATUS_MEANS = {
    "undecided": "a run was lost, and not in the same way again: grade again",
    "harness_error": "the checker itself failed: grade again",
    "not_graded": "handed in, and the grading has not come to it: the same command goes on",
    "unusable": "handed in, and none of it is a suite: look at what it is",
    MISSING: "no file for this lesson, or its starter as it was shipped",
    "broken": "the tests cannot be collected",
    "empty": "no test ran",
    "todo": "a task is still to write",
    "invalid": "a test fails on a correct app, or only in some order",
    "survivors": "all tests are valid, and some mutants are not caught",
    "leaky": "all mutants caught, and something is left behind",
    "complete": "all mutants caught by valid tests",
}

STAGES = {
    "collection": "collecting",
    "reference": "on the app",
    "equivalent": "on another correct app",
    "order": "order",
    "leak": "left behind",
    "mutant": "on mutants",
    "notice": "to know",
    "advice": "advice",
}

SUSPECT = {
    "report_missing": "a run ended without its report",
    "outcome_rewritten": "an outcome was rewritten after pytest had it",
    "report_malformed": "something else wrote into the checker's report",
    "report_forged": "tests were reported that were not planned, or twice",
    "reads_app_source": "reads the app's source, or tries to change it",
    "kills_processes": "sends signals to processes that are not its own",
    "starts_programs": "starts other programs or processes",
    "exit_hook": "leaves something to be done when Python exits",
    "hook_ignored": "brings hooks of pytest's, which were not loaded",
    "equals_solution": "equals our solution, but for names and layout",
    "asks_nothing": "catches mutants, and sends the lesson's app no request",
    "left_to_chance": "leaves its outcomes to chance, or to the app's text: nothing of it counts",
    "traces_the_run": "listens in on Python itself: an audit hook, a trace, the garbage collector",
    "loads_native_code": "loads a library of native code",
    "app_gone": "takes the app's files away, or puts another folder in the place of the lesson's",
    "imports_checker": "imports the checker's own modules",
    "takes_too_long": "took longer than a suite may",
    "harness_error": "no verdict could be had",
}


@dataclass(frozen=True)
class FlagWords:
    """A kind of thing to look at."""

    short: str
    means: str


FLAGS = {
    "undecided": FlagWords(
        "undecided",
        "A run on a mutant was lost, and not in the same way when it was repeated alone. That is no mark: the same command "
        "grades them again.",
    ),
    "harness_error": FlagWords(
        "no verdict", "The checker itself failed on these, more than once. That is no mark: grade them again."
    ),
    "not_graded": FlagWords(
        "not graded yet",
        "Handed in, and without a verdict: the grading was stopped. The same command goes on.",
    ),
    "suspect": FlagWords(
        "suspect",
        "Something in the run is not what an honest suite does. Read the suite before the mark counts.",
    ),
    "identical": FlagWords(
        "identical files",
        "The same files, byte for byte, handed in by different people or teams. Both are graded.",
    ),
    "refused": FlagWords("refused", "The submission could not be taken in. Its notes say why."),
    "unusable": FlagWords(
        "nothing usable",
        "Something was handed in, and none of it is a suite: a document, a link, a file that is too large. It has no mark; "
        "its notes say what there is.",
    ),
    "unmatched": FlagWords("in no roster", "Nobody in the roster has this name or id: whose is it?"),
    "left_aside": FlagWords(
        "left aside",
        "A Python file was not taken, as it is in no lesson's folder. Are these tests? See the notes.",
    ),
    "several_attempts": FlagWords(
        "several attempts", "The newest was graded; of a team, the newest that any of its members handed in."
    ),
    "late": FlagWords("late", "Marked late by the system it was handed in to."),
    "untouched": FlagWords("as shipped", "The starter, unchanged: it counts as not handed in."),
    "nothing": FlagWords("nothing handed in", "In the roster, and without a submission."),
}
# Not worth a look by themselves: they say nothing about the suite.
ORDINARY = {"late", "nothing", "untouched"}


def flag_words(flag: str) -> FlagWords:
    """The words for a flag; one that is not known is its own word."""
    return FLAGS.get(flag) or FlagWords(flag.replace("_", " "), "")


def suspect_words(flag: str) -> str:
    """What a suspicion is about."""
    return SUSPECT.get(flag) or flag.replace("_", " ")
