"""What is remembered of a learner's way, and that nothing is lost or made worse by a damaged file."""

import json
import re

import pytest
from killing import killed_at_every_step

from checker.check import Checked
from checker.copies.progress import (
    FORMAT,
    LessonProgress,
    Progress,
    key_of,
    load_progress,
    record_check,
    save_progress,
)
from checker.course.lessons import Course
from checker.course.suite import own_suite
from checker.course.tasks import Task
from checker.engine.variant import Variant
from checker.judging.verdict import Kill, MutantVerdict, Verdict
from checker.showing.overview import Position, current, overview


@pytest.fixture
def lesson(course):
    return Course(course, shipped=course).lessons[0]


def verdict_on(lesson, status="survivors", killed=1, mutants=3):
    """A verdict with so many mutants, so many of them killed."""
    found = tuple(
        MutantVerdict(Variant(f"m{n}", "mutant", {}), f"a-{n}", (Kill("t", "assertion"),) * (n < killed), ())
        for n in range(mutants)
    )
    return Checked(lesson, Verdict(status, mutants=found), (), 0.1)


def of_lesson(document):
    """A progress file that says this of one lesson."""
    return f'{{"format": "{FORMAT}", "lessons": {{"01_a": {document}}}}}'.encode()


def test_progress_that_was_saved_is_loaded_again(lesson, tmp_path):
    progress = Progress().with_check(verdict_on(lesson), "key").with_hint(lesson, "test_a", 2)

    assert save_progress(tmp_path, progress) == ""

    assert load_progress(tmp_path) == progress
    assert progress.of(lesson) == LessonProgress("survivors", 1, 3, "key", {"test_a": 2})


def test_without_a_file_nothing_is_remembered(tmp_path):
    assert load_progress(tmp_path) == Progress()


def test_new_verdict_keeps_the_hints(lesson):
    progress = Progress().with_hint(lesson, "test_a", 2).with_check(verdict_on(lesson, "complete", 3), "key")

    assert (progress.of(lesson).status, progress.of(lesson).hints) == ("complete", {"test_a": 2})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"format": "checker/progress/v2", "lessons": {}}',
        b'{"format": "checker/progress/v1", "lessons": []}',
        b'{"format": "checker/progress/v1"}',
        b"[" * 100_000,
        of_lesson("3"),
        of_lesson('{"status": "", "killed": 1e999, "mutants": 1, "key": "", "hints": {}}'),
        of_lesson('{"status": "", "killed": true, "mutants": 1, "key": "", "hints": {}}'),
        of_lesson('{"status": "", "killed": 1, "mutants": 1, "key": "", "hints": {"a": -2}}'),
        of_lesson('{"status": "complete"}'),
        of_lesson('{"status": 1, "killed": 1, "mutants": 1, "key": "", "hints": {}}'),
        of_lesson('{"status": "", "killed": "x", "mutants": 1, "key": "", "hints": {}}'),
        of_lesson('{"status": "", "killed": 1, "mutants": 1, "key": "", "hints": []}'),
    ],
)
def test_damaged_or_foreign_file_is_set_aside_with_a_line_and_never_lost(tmp_path, content):
    path = tmp_path / ".checker" / "progress.json"
    path.parent.mkdir()
    path.write_bytes(content)

    progress = load_progress(tmp_path)

    assert progress.lessons == {}
    assert "it is now progress.damaged-1.json, and progress begins anew." in progress.notice
    assert (path.parent / "progress.damaged-1.json").read_bytes() == content
    assert load_progress(tmp_path) == Progress(), "the line is said once"


def test_second_damaged_file_does_not_replace_the_first(tmp_path):
    path = tmp_path / ".checker" / "progress.json"
    path.parent.mkdir()
    for content in (b"one", b"two"):
        path.write_bytes(content)
        load_progress(tmp_path)

    assert [(path.parent / f"progress.damaged-{n}.json").read_bytes() for n in (1, 2)] == [b"one", b"two"]


def test_place_that_cannot_be_written_is_told_in_a_line(lesson, tmp_path):
    (tmp_path / ".checker").write_text("a file where a folder should be")

    notice = record_check(tmp_path, verdict_on(lesson), "key")

    assert notice.count("\n") == 0
    assert "This progress is not kept:" in notice


def test_killed_at_any_step_the_file_is_the_old_one_or_the_new_one(lesson, tmp_path):
    old, new = (Progress().with_check(verdict_on(lesson, killed=n), f"key{n}") for n in (1, 2))
    seen = []

    for _ in killed_at_every_step(lambda: save_progress(tmp_path, new), lambda: save_progress(tmp_path, old)):
        seen.append(load_progress(tmp_path))
        assert seen[-1] in (old, new)

    assert (seen[0], seen[-1]) == (old, new)


def test_key_changes_with_the_suite_the_app_and_the_variants_and_with_nothing_else(two_lessons):
    def key_now(lesson):
        return key_of(lesson, own_suite(lesson))

    def lesson_now():
        return Course(two_lessons.root, shipped=two_lessons.shipped).lessons[0]

    lesson, key = lesson_now(), key_now(lesson_now())
    (lesson.home / "notes.txt").write_text("mine")
    (lesson.home / "README.md").write_text("# 41 · Other words", "utf-8")
    assert key_now(lesson_now()) == key
    for path in (
        lesson.home / "test_test_client.py",
        lesson.shipped / "users_api.py",
        lesson.solution / "variants.toml",
    ):
        path.write_text(path.read_text("utf-8") + "\n# changed\n", "utf-8")
        assert key_now(lesson_now()) != key
        key = key_now(lesson_now())


# -- where one is


def collapsed(text):
    """The text with no more than two spaces in a row."""
    return re.sub(" {3,}", "  ", text)


def position(lesson, written, remembered=None, key="now"):
    tasks = [Task(f"test_{n}", ("P1",), done=n < written) for n in range(2)]
    return Position(lesson, tasks, remembered or LessonProgress(), key)


@pytest.mark.parametrize(
    ("written", "remembered", "line"),
    [
        (0, None, "· 41_test_client  0 of 2 written  A request is a function call"),
        (1, LessonProgress(hints={"test_1": 3}), "1 of 2 written  A request is a function call  3 hints"),
        (2, LessonProgress("survivors", 1, 3, "now"), "· 41_test_client  2 of 2 written  1 of 3 caught"),
        (
            2,
            LessonProgress("complete", 3, 3, "now"),
            "✓ 41_test_client  2 of 2 written  3 of 3 caught, complete",
        ),
        (
            2,
            LessonProgress("complete", 3, 3, "then"),
            "· 41_test_client  2 of 2 written  changed since its check",
        ),
        (2, LessonProgress("leaky", 3, 3, "now"), "3 of 3 caught, leaves things behind"),
        (2, LessonProgress("invalid", 0, 3, "now"), "0 of 3 caught, tests to mend"),
    ],
)
def test_line_of_a_lesson_says_how_far_it_is(lesson, written, remembered, line):
    assert line in collapsed("\n".join(overview([position(lesson, written, remembered)])))


@pytest.mark.parametrize(
    ("written", "remembered", "words"),
    [
        (0, None, "Next: test_0 (P1) in lessons/41_test_client."),
        (2, None, "Every test of lesson 41 is written. Are they any good? Run: checker check 41"),
        (2, LessonProgress("survivors", 1, 3, "now"), "Run: checker check 41    Stuck? checker hint 41"),
        (2, LessonProgress("complete", 3, 3, "now"), "Every lesson is complete."),
    ],
)
def test_next_thing_follows_from_how_far_one_is(lesson, written, remembered, words):
    assert words in "\n".join(overview([position(lesson, written, remembered)]))


def test_current_lesson_is_the_first_that_is_not_complete_or_the_last(lesson):
    complete = position(lesson, 2, LessonProgress("complete", 3, 3, "now"))
    begun = position(lesson, 1)

    assert current([complete, begun, complete]) is begun
    assert current([begun, complete]) is begun
    assert current([complete, complete]) is complete


# -- through the commands


def solve(course):
    name = "41_test_client/test_test_client.py"
    (course / "lessons" / name).write_text((course / "solutions" / name).read_text("utf-8"), "utf-8")


def test_check_is_remembered_and_shown_by_list(in_course, course):
    solve(course)
    in_course("check", "41")

    done = in_course()

    assert "✓ 41_test_client  8 of 8 written  20 of 20 caught, complete" in collapsed(done.stdout)
    assert "■  1 of 1 lessons complete" in done.stdout
    document = json.loads((course / ".checker" / "progress.json").read_text("utf-8"))
    assert document["format"] == FORMAT


@pytest.mark.parametrize(
    "arguments", [["--solution"], ["--suite", "solutions/41_test_client/test_test_client.py"]]
)
def test_check_of_another_suite_is_not_remembered(in_course, course, arguments):
    in_course("check", "41", *arguments)

    assert not (course / ".checker" / "progress.json").exists()


def test_damaged_progress_is_a_line_beside_the_list(in_course, course):
    (course / ".checker").mkdir()
    (course / ".checker" / "progress.json").write_text("{")

    done = in_course()

    assert done.returncode == 0
    assert "0 of 8 written" in done.stdout
    assert done.stderr.count("\n") == 1
    assert "progress begins anew" in done.stderr


def test_check_where_nothing_can_be_kept_says_so_and_judges_all_the_same(in_course, course):
    (course / ".checker").write_text("")

    done = in_course("check", "41")

    assert done.returncode == 1
    assert "8 of 8 to write." in done.stdout
    assert "This progress is not kept" in done.stderr
