"""`checker reset`: the starter back, and no byte of the learner's lost on the way."""

import errno
import os
import pty
import shutil
import subprocess
import sys
from datetime import datetime

import pytest
from killing import killed_at_every_step

from checker.copies.backups import Backups
from checker.copies.reset import to_backup, to_starter
from checker.course.lessons import Lesson
from checker.errors import UsageError

NOW = datetime(2026, 11, 21, 10, 15, 30)
STARTER = {
    "README.md": b"# 01\n",
    "test_greet.py": b"def test_greet(): TODO\n",
    "app/main.py": b"app = 1\n",
}
WORK = {
    "README.md": b"# 01, with my notes\n",
    "test_greet.py": b"def test_greet(): assert True\n",
    "app/main.py": b"app = 2\n",
    "conftest.py": b"import helper\n",
    "helpers/more.py": b"more = 1\n",
}
LATER = {**STARTER, "test_greet.py": b"def test_greet(): assert 'later'\n"}


def put(folder, files):
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def files_in(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def lesson(tmp_path):
    put(tmp_path / "shipped", STARTER)
    put(tmp_path / "01_greet", WORK)
    return Lesson(tmp_path / "01_greet", tmp_path / "shipped", tmp_path / "solution")


@pytest.fixture
def backups(tmp_path):
    return Backups(tmp_path / "backups")


def reset(lesson, backups, now=NOW):
    return to_starter(lesson, backups).carry_out(now)


def undo(lesson, backups, now=NOW):
    return to_backup(lesson, backups).carry_out(now)


def contents(backups):
    return [backups.read(name) for name in backups.names()]


# -- there and back


def test_reset_brings_the_lesson_back_as_shipped_and_keeps_what_was_there(lesson, backups):
    kept = reset(lesson, backups)

    assert files_in(lesson.home) == STARTER
    assert kept == backups.folder / "2026-11-21T10-15-30"
    assert files_in(kept) == WORK


def test_undo_brings_back_what_was_there_and_a_second_one_the_starter(lesson, backups):
    reset(lesson, backups)

    undo(lesson, backups)
    assert files_in(lesson.home) == WORK

    undo(lesson, backups)
    assert files_in(lesson.home) == STARTER


def test_undo_keeps_what_was_written_since(lesson, backups):
    reset(lesson, backups)
    put(lesson.home, LATER)

    kept = undo(lesson, backups)

    assert files_in(lesson.home) == WORK
    assert files_in(kept) == LATER


def test_undo_takes_away_again_what_reset_had_restored(lesson, backups):
    (lesson.home / "app/main.py").unlink()

    reset(lesson, backups)
    undo(lesson, backups)

    assert not (lesson.home / "app/main.py").exists()


def test_notes_caches_and_environments_stay_where_they_are(lesson, backups):
    stay = {"notes.txt": b"n", "__pycache__/x.pyc": b"c", "env/pyvenv.cfg": b"", "env/lib/site.py": b"s"}
    put(lesson.home, {**WORK, **stay})

    kept = reset(lesson, backups)

    assert files_in(lesson.home) == {**STARTER, **stay}
    assert files_in(kept) == WORK


def test_configuration_of_pytest_goes_too_as_it_would_still_act(lesson, backups):
    (lesson.home / "pytest.ini").write_text("[pytest]\n", "utf-8")

    kept = reset(lesson, backups)

    assert files_in(lesson.home) == STARTER
    assert (kept / "pytest.ini").exists()


def test_starter_as_shipped_is_left_alone_without_a_backup(lesson, backups):
    put(lesson.home, STARTER)

    assert to_starter(lesson, backups).lines() == []
    assert reset(lesson, backups) is None
    assert not backups.folder.exists()


def test_what_is_going_to_happen_is_told_file_by_file(lesson, backups):
    (lesson.home / "app/main.py").unlink()

    assert to_starter(lesson, backups).lines() == [
        "  replace  README.md",
        "  replace  test_greet.py",
        "  remove   conftest.py",
        "  remove   helpers/more.py",
        "  restore  app/main.py",
    ]


def test_file_saved_while_the_question_was_open_is_in_the_backup(lesson, backups):
    swap = to_starter(lesson, backups)
    swap.lines()
    (lesson.home / "test_greet.py").write_bytes(b"saved late\n")

    kept = swap.carry_out(NOW)

    assert (kept / "test_greet.py").read_bytes() == b"saved late\n"


# -- names of backups


def test_two_backups_in_one_second_have_two_names_in_order(lesson, backups):
    for n in range(12):
        put(lesson.home, {**WORK, "test_greet.py": b"%d\n" % n})
        reset(lesson, backups)

    assert [files["test_greet.py"] for files in contents(backups)] == [b"%d\n" % n for n in range(12)]


def test_newest_backup_is_the_last_one_made_also_when_the_clock_was_put_back(lesson, backups):
    reset(lesson, backups, NOW)
    put(lesson.home, LATER)
    reset(lesson, backups, NOW.replace(hour=9))

    undo(lesson, backups)

    assert files_in(lesson.home) == LATER


# -- what cannot be done


def test_undo_without_a_backup_says_so(lesson, backups):
    with pytest.raises(UsageError, match="nothing to bring back"):
        undo(lesson, backups)


def test_reset_of_a_checkout_itself_points_to_git(lesson, backups):
    with pytest.raises(UsageError, match="git checkout -- lessons/01_greet"):
        to_starter(Lesson(lesson.home, lesson.home, lesson.solution), backups)


@pytest.mark.parametrize("name", ["test_greet.py", "more.py", "app", "linked"])
def test_link_is_not_followed(lesson, backups, tmp_path, name):
    outside = tmp_path / "outside"
    put(outside, {"main.py": b"mine\n"})
    there = lesson.home / name
    if there.is_dir():
        shutil.rmtree(there)
    there.unlink(missing_ok=True)
    there.symlink_to(outside / "main.py" if name.endswith(".py") else outside)
    swap = to_starter(lesson, backups)

    with pytest.raises(UsageError, match=f"{name} is a link"):
        swap.carry_out(NOW)

    assert files_in(outside) == {"main.py": b"mine\n"}
    assert there.is_symlink()


def test_full_disk_at_the_backup_changes_nothing(lesson, backups, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(UsageError, match=r"No space left on device.*Nothing was changed"):
        reset(lesson, backups)

    assert files_in(lesson.home) == WORK
    assert backups.names() == []


def test_place_for_backups_that_cannot_be_written_changes_nothing(lesson, backups):
    backups.folder.write_bytes(b"a file where a folder must be")

    with pytest.raises(UsageError, match="Nothing was changed"):
        reset(lesson, backups)

    assert files_in(lesson.home) == WORK


def test_file_that_cannot_be_put_back_leaves_the_work_whole_and_says_where(lesson, backups):
    put(lesson.home, {"test_greet.py": b"mine\n", "app": b"a file where a folder must be"})

    with pytest.raises(UsageError, match=r"What you had is whole in .*2026-11-21T10-15-30"):
        reset(lesson, backups)

    assert contents(backups) == [{"test_greet.py": b"mine\n"}]
    (lesson.home / "app").unlink()
    reset(lesson, backups)
    assert files_in(lesson.home) == STARTER
    undo(lesson, backups)
    assert files_in(lesson.home) == {"test_greet.py": b"mine\n"}


def test_damaged_note_of_an_interrupted_reset_is_as_none(lesson, backups):
    reset(lesson, backups)
    (backups.folder / "unfinished.json").write_bytes(b"{]")

    undo(lesson, backups)

    assert files_in(lesson.home) == WORK


# -- killed at any step


def test_killed_reset_keeps_the_work_whole_and_is_finished_by_the_next(lesson, backups):
    def prepare():
        put(lesson.home, WORK)
        shutil.rmtree(backups.folder, ignore_errors=True)

    for step in killed_at_every_step(lambda: reset(lesson, backups), prepare):
        assert files_in(lesson.home) == WORK or WORK in contents(backups), step
        assert all(files == WORK for files in contents(backups)), f"half a backup at step {step}"
        reset(lesson, backups)
        assert files_in(lesson.home) == STARTER, step
        undo(lesson, backups)
        assert files_in(lesson.home) == WORK, step


def test_killed_undo_keeps_both_contents_and_is_finished_by_the_next(lesson, backups):
    def prepare():
        shutil.rmtree(backups.folder, ignore_errors=True)
        put(lesson.home, WORK)
        reset(lesson, backups)
        put(lesson.home, LATER)

    for step in killed_at_every_step(lambda: undo(lesson, backups), prepare):
        assert WORK in contents(backups)
        assert files_in(lesson.home) == LATER or LATER in contents(backups), step
        assert all(files in (WORK, LATER) for files in contents(backups)), f"half a backup at step {step}"
        if backups.unfinished() or files_in(lesson.home) != WORK:
            undo(lesson, backups)
        assert files_in(lesson.home) == WORK, step


def test_work_done_between_a_killed_reset_and_the_next_is_kept(lesson, backups):
    def prepare():
        shutil.rmtree(backups.folder, ignore_errors=True)
        put(lesson.home, WORK)

    for step in killed_at_every_step(lambda: reset(lesson, backups), prepare):
        (lesson.home / "test_greet.py").write_bytes(b"written since\n")
        reset(lesson, backups)
        assert files_in(lesson.home) == STARTER, step
        assert b"written since\n" in [files["test_greet.py"] for files in contents(backups)], step


# -- the command


TESTS = "lessons/41_test_client/test_test_client.py"


def test_command_says_where_the_backup_is_and_undo_takes_it_from_there(in_course, course):
    starter = (course / TESTS).read_bytes()
    (course / TESTS).write_bytes(b"mine\n")

    done = in_course("reset", "41", "--yes")

    assert done.returncode == 0, done.stderr
    (kept,) = [line.split()[-1] for line in done.stdout.splitlines() if "What you had is in" in line]
    assert (course / kept / "test_test_client.py").read_bytes() == b"mine\n"
    assert (course / TESTS).read_bytes() == starter
    assert "  replace  test_test_client.py" in done.stdout

    assert in_course("reset", "41", "--undo", "--yes").returncode == 0
    assert (course / TESTS).read_bytes() == b"mine\n"


def test_lesson_folder_that_is_gone_comes_back(in_course, course):
    shutil.rmtree(course / "lessons" / "41_test_client")
    (course / "lessons" / "40_other").mkdir()
    (course / "lessons" / "40_other" / "README.md").write_text("# 40 · Other")

    done = in_course("reset", "41", "--yes")

    assert done.returncode == 0, done.stderr
    assert (course / TESTS).is_file()


def test_command_without_a_terminal_and_without_yes_changes_nothing(in_course, course):
    (course / TESTS).write_bytes(b"mine\n")

    done = in_course("reset", "41")

    assert done.returncode == 2
    assert done.stderr == "checker: Nothing was changed: without a terminal to ask at, say --yes.\n"
    assert (course / TESTS).read_bytes() == b"mine\n"


@pytest.mark.parametrize(("answer", "code", "left"), [("n", 1, b"mine\n"), ("y", 0, None)])
def test_command_asks_at_a_terminal(course, site, answer, code, left):
    left = left or (course / TESTS).read_bytes()
    (course / TESTS).write_bytes(b"mine\n")
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())

    done = subprocess.run(
        [sys.executable, "-m", "checker", "reset", "41"],
        cwd=course,
        env={**os.environ, "PYTHONPATH": str(site)},
        stdin=theirs,
        capture_output=True,
        timeout=60,
    )
    os.close(ours)
    os.close(theirs)

    assert (done.returncode, (course / TESTS).read_bytes()) == (code, left)
    assert b"Go on? [y/N]" in done.stdout
