"""Hints: which ladder is next, how it is climbed, and what the command makes of it."""

import pytest
from learning import with_tasks

from checker.course.lessons import Course
from checker.course.variants import load_variants
from checker.errors import UsageError
from checker.judging.verdict import Finding, MutantVerdict, Verdict
from checker.showing.hints import Ladder, ladder_named, next_ladder, shown, survivor_ladder, task_ladders

NAME = "41_test_client/test_test_client.py"


@pytest.fixture
def lesson(two_lessons):
    return two_lessons.lessons[0]


def write(lesson, *names, replacing=("", "")):
    """Put the solutions of these tasks into the learner's file."""
    file = lesson.home / "test_test_client.py"
    solution = (lesson.solution / "test_test_client.py").read_text("utf-8")
    file.write_text(
        with_tasks(lesson.starter_files[file.name], solution, list(names)).replace(*replacing), "utf-8"
    )


def never():
    raise AssertionError("no check is needed to see a TODO")


class Fake:
    """A check with this verdict."""

    def __init__(self, verdict):
        self.verdict = verdict


def test_ladders_are_read_by_heading_and_number():
    text = "# Hints\n\nWords.\n\n## test_a\n\n1. Why?\n2. Because\n   of P1.\n\n## TestX::test_b\n\n1. Look 2. times\n"

    assert task_ladders(text) == {
        "test_a": Ladder("test_a", "test_a", ("Why?", "Because of P1.")),
        "TestX::test_b": Ladder("TestX::test_b", "TestX::test_b", ("Look 2. times",)),
    }


def test_first_task_that_is_a_todo_is_next(lesson):
    assert next_ladder(lesson, never).about == "test_each_user_has_their_own_job"

    write(lesson, "test_each_user_has_their_own_job", "test_created_user_can_be_read")

    assert next_ladder(lesson, never).about == "test_unknown_user"


def written(lesson):
    """All tasks, written."""
    write(lesson, *task_ladders((lesson.shipped / "hints.md").read_text("utf-8")))


def test_after_the_todos_the_first_task_whose_test_is_not_valid_is_next(lesson):
    written(lesson)
    findings = (
        Finding("order", "needs_another", "", "test_missing_parameter[no job]"),
        Finding("equivalent", "over_reads", "", "test_taken_username_is_refused"),
        Finding("leak", "file_left", ""),
    )

    ladder = next_ladder(lesson, lambda: Fake(Verdict("invalid", findings=findings)))

    assert ladder.about == "test_taken_username_is_refused", "in the order of the file"


def test_then_the_first_mutant_that_survives(lesson):
    written(lesson)
    variants = load_variants(lesson)
    verdicts = tuple(MutantVerdict(m, "x", (), ()) for m in variants.mutants if m.area == "create")

    assert (
        next_ladder(lesson, lambda: Fake(Verdict("survivors", mutants=verdicts))).about
        == "create-answers-201"
    )


@pytest.mark.parametrize("status", ["complete", "leaky", "broken", "invalid"])
def test_otherwise_there_is_no_hint_to_give(lesson, status):
    written(lesson)

    assert next_ladder(lesson, lambda: Fake(Verdict(status))) is None


def test_survivor_is_told_from_its_area_to_the_planted_bug(lesson):
    mutant = next(m for m in load_variants(lesson).mutants if m.id == "duplicate-overwrites")

    ladder = survivor_ladder(
        MutantVerdict(mutant, "duplicate-2", (), ()), lesson.app_files, {"P4": "refused"}
    )

    area, promise, symptom, expose, bug = ladder.rungs
    assert "duplicate" in area
    assert "P4" not in area
    assert promise == "It breaks P4: refused."
    assert (symptom, expose) == (mutant.symptom, mutant.expose)
    assert "\n+    jobs[username] = job\n" in bug


def test_rungs_seen_are_shown_with_the_new_one_last_and_the_way_on():
    ladder = Ladder("test_a", "test_a", ("One?", "Two.", "Three."))

    lines = shown(ladder, 2, "press h", "look there")

    assert lines[0] == "Hint 2 of 3 for test_a"
    assert lines[2:4] == ["  1. One?", "  2. Two."]
    assert lines[-1] == "Try again first. The next one: press h"
    assert shown(ladder, 3, "press h", "look there")[-1] == "That was the last one. Our tests: look there"


@pytest.mark.parametrize("name", ["test_missing_parameter", "test_miss"])
def test_ladder_can_be_asked_for_by_name_or_its_beginning(lesson, name):
    assert ladder_named(lesson, name).about == "test_missing_parameter"


def test_method_is_found_by_its_own_name(checker):
    lesson = Course(checker.folder).find("03")

    assert ladder_named(lesson, "setup_class").about == "TestTakingOut::setup_class"


def test_name_without_hints_is_refused_with_those_there_are(lesson):
    with pytest.raises(UsageError, match=r"has no task 'test_x' with hints\. There are: test_each_user"):
        ladder_named(lesson, "test_x")


def test_beginning_of_several_names_is_refused_with_all_of_them(lesson):
    with pytest.raises(
        UsageError, match=r"has several tasks 'test_create' with hints\. There are: test_create_answers"
    ):
        ladder_named(lesson, "test_create")


def test_task_that_is_gone_gives_no_hint(lesson):
    written(lesson)
    file = lesson.home / "test_test_client.py"
    file.write_text(file.read_text("utf-8").replace("def test_unknown_user", "def test_nobody"), "utf-8")

    assert next_ladder(lesson, lambda: Fake(Verdict("complete"))) is None


# -- the command


def test_command_says_how_to_climb_on_the_ladder_that_was_asked_for(in_course):
    done = in_course("hint", "41", "--for", "test_miss")

    assert "The next one: checker hint 41 --for test_miss" in " ".join(done.stdout.split())


def test_command_climbs_one_rung_at_a_time_and_stays_on_the_last(in_course):
    first = [in_course("hint", "41").stdout.splitlines()[0] for _ in range(5)]

    assert [line.split(" for ")[0] for line in first] == [
        "Hint 1 of 4",
        "Hint 2 of 4",
        "Hint 3 of 4",
        "Hint 4 of 4",
        "Hint 4 of 4",
    ]


def test_without_a_number_the_first_unfinished_lesson_is_meant(in_course):
    assert "for test_each_user_has_their_own_job" in in_course("hint").stdout


def test_command_gives_the_survivors_ladder_once_all_is_written(in_course, course):
    text = (
        (course / "solutions" / NAME)
        .read_text("utf-8")
        .replace('.json()["job"] == "Tailor"', ".status_code == 200")
    )
    (course / "lessons" / NAME).write_text(text, "utf-8")

    done = in_course("hint", "41")

    assert done.returncode == 0
    assert "Hint 1 of 5 for a mutant that survives (duplicate-2)" in done.stdout
    assert "overwrites" not in done.stdout, "its name would tell"


def test_without_anything_to_hint_at_the_next_step_is_said(in_course, course):
    (course / "lessons" / NAME).write_bytes((course / "solutions" / NAME).read_bytes())

    assert "20 of 20 caught. Lesson 41 is complete." in in_course("hint", "41").stdout
