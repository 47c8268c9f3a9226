"""The command as people use it: what it prints, what it exits with, what it does with mistakes."""

import json
import os

import pytest

from checker import __version__

TODO_TEST = '''

def test_unknown_user():
    """A name that nobody has is answered with 404 and the promised body (P2)."""
'''


def one_line(done):
    """What an expected error looks like: exit code, nothing on stdout, one line on stderr."""
    assert done.stdout == ""
    assert done.stderr.startswith("checker: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def edit(course, old, new, path="lessons/41_test_client/test_test_client.py"):
    file = course / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


# -- where you are


@pytest.mark.parametrize("arguments", [[], ["list"]])
def test_where_you_are_and_what_is_next(in_course, arguments):
    done = in_course(*arguments)

    assert done.returncode == 0
    assert "□  0 of 1 lessons complete" in done.stdout
    assert "· 41_test_client 0 of 8 written A request is a function call" in " ".join(done.stdout.split())
    assert "Next: test_each_user_has_their_own_job (P1, P7)" in done.stdout


def test_written_tests_are_counted_without_running_them(in_course, course):
    edit(
        course,
        'pytest.fail("TODO: read two users and compare the whole body of each", pytrace=False)',
        "assert False",
    )

    done = in_course("list")

    assert "1 of 8" in done.stdout
    assert "Next: test_unknown_user (P2)" in done.stdout


def test_when_all_is_written_a_check_is_next(in_course, course):
    edit(course, "pytest.fail(", "dict(note=")

    assert (
        "Every test of lesson 41 is written. Are they any good? Run: checker check 41"
        in in_course("list").stdout
    )


# -- check


def test_starter_is_to_do_and_kills_nothing(checker):
    verdict = checker.verdict("01")

    assert (verdict["status"], verdict["score"], verdict["tasks"]) == ("todo", 0, {"done": 0, "total": 8})
    assert len(verdict["mutants"]) >= 8
    assert len(verdict["equivalents"]) >= 2
    assert {test["outcome"] for test in verdict["tests"]} == {"passed", "todo"}
    assert checker("check", "01").returncode == 1


def test_solution_is_complete(checker):
    done = checker("check", "01", "--solution", "--json")

    verdict = json.loads(done.stdout)
    assert (verdict["format"], verdict["lesson"]) == ("checker/verdict/v1", "01_test_client")
    assert (verdict["status"], verdict["score"], done.returncode) == ("complete", 1.0, 0)
    assert verdict["tasks"] == {"done": 8, "total": 8}
    assert verdict["findings"] == []
    assert all(mutant["killed_by"] for mutant in verdict["mutants"])


def test_starter_board_says_how_much_is_to_write_and_what_is_next(checker):
    done = checker("check", "01")

    assert "8 of 8 to write. Next: test_each_user_has_their_own_job (P1, P7)." in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_survivors_are_counted_by_area_and_not_named(checker):
    done = checker("check", "01", "--suite", "tests/golden/classes", "--matrix")

    assert done.returncode == 1
    assert "9 of 20 caught. Missed: 1 in read, 4 in duplicate, 3 in capitals, 3 in missing." in done.stdout
    assert "duplicate  □□□□  0 of 4 caught" in done.stdout
    assert "duplicate-overwrites" not in done.stdout
    assert "create-forgets" in done.stdout, "a killed mutant has its name"


def test_survivors_have_no_name_in_json_either(checker):
    survivors = [
        m for m in checker.verdict("01", "--suite", "tests/golden/classes")["mutants"] if not m["killed"]
    ]

    assert [m["id"] for m in survivors] == [
        "read-3",
        "duplicate-1",
        "duplicate-2",
        "capitals-1",
        "duplicate-3",
        "duplicate-4",
        "missing-1",
        "missing-2",
        "missing-3",
        "capitals-2",
        "capitals-3",
    ]
    assert {m["promise"] for m in survivors} == {None}


def test_reveal_names_the_survivors_and_how_to_expose_them(checker):
    done = checker("check", "01", "--suite", "tests/golden/classes", "--reveal")

    assert "duplicate-overwrites (duplicate, P4):" in done.stdout
    assert "After the refusal, read the user again" in " ".join(done.stdout.split())


def test_matrix_shows_which_test_catches_which_mutant(checker):
    done = checker("check", "01", "--suite", "tests/golden/kills_in_setup_and_teardown", "--matrix")

    rows: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        if line.strip().startswith("test_"):
            name, *cells = line.split()
            rows.setdefault(name, []).extend(cells)
    assert rows["test_setup"][0] == "S"
    assert rows["test_teardown"][1] == "T"
    assert "E" in rows["test_exception"]
    assert "A" in rows["test_assertion"]


def test_muted_mutant_is_marked_in_the_matrix_and_named_on_the_board(checker):
    done = checker("check", "01", "--suite", "tests/golden/over_fitted_text", "--matrix")

    text = " ".join(done.stdout.split())
    assert "test_bob fails on a correct app: assert" in text
    assert "See *Not promised* in the lesson's README." in text
    assert "(2 bugs muted until then.)" in text
    assert " m " in done.stdout


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (
            "needs_another",
            "test_read passes in the file and fails alone: it needs what an earlier test left.",
        ),
        ("spoiled_in_the_file", "test_nobody passes alone and fails in the file: an earlier test spoils it."),
        ("fails_on_reference", "assert 200 == 201"),
        ("syntax_error", "SyntaxError: invalid syntax"),
        ("hollow_no_tests", "No test ran"),
        ("hollow_all_skipped", "test_one is skipped: a skipped test proves nothing."),
        ("never_ends", "test_for_ever does not end: stopped after 2 seconds"),
        ("leaking_override", "leaves an override of print in app.dependency_overrides. Clear it"),
        ("crashing_on_a_mutant", "did not finish and counts for nothing"),
        ("conftest_hook", "pytest_runtest_makereport is not loaded"),
        ("kills_in_setup_and_teardown", "6 of 20 caught"),
    ],
)
def test_board_says_what_is_wrong_and_what_to_do(checker, case, words):
    done = checker("check", "01", "--suite", f"tests/golden/{case}", "--time-limit", "2")

    assert done.returncode == 1
    assert words in " ".join(done.stdout.split()) or case == "kills_in_setup_and_teardown"
    assert "Traceback" not in done.stdout + done.stderr


def test_over_reading_of_a_task_quotes_the_row_it_names(in_course, course):
    edit(
        course,
        'pytest.fail("TODO: read two users and compare the whole body of each", pytrace=False)',
        """assert client.get("/users/bob").text == '{"username":"bob","job":"Designer"}'""",
    )
    edit(course, "pytest.fail(", "dict(note=")

    text = " ".join(in_course("check", "41").stdout.split())

    assert "test_each_user_has_their_own_job fails on a correct app: assert" in text
    assert "P1 promises only: `GET /users/{username}`, the user is there, status 200, body" in text


def test_test_that_needs_another_is_told_with_a_command_to_try(in_course, course):
    edit(course, "pytest.fail(", "dict(note=")
    edit(
        course,
        'dict(note="TODO: create a user, look at the answer", pytrace=False)',
        "client.post('/users?username=a&job=b')",
    )
    edit(
        course,
        'dict(note="TODO: create a user, then ask for them", pytrace=False)',
        "assert client.get('/users/a').json()['job'] == 'b'",
    )

    text = " ".join(in_course("check", "41").stdout.split())

    assert "Try: pytest lessons/41::test_created_user_can_be_read" in text


def test_task_that_is_gone_is_told(in_course, course):
    edit(course, "def test_unknown_user", "def test_nobody")

    to_do = in_course("check", "41").stdout
    edit(course, "pytest.fail(", "dict(note=")
    written = in_course("check", "41").stdout

    assert "7 of 8 to write." in to_do
    assert "· gone   test_unknown_user (P2)" in to_do
    assert "  · gone      no longer in the file: test_unknown_user. Renamed?" in written
    assert "  ✗ catch     0 of 20" in written, "it hides nothing of what comes after it"


def test_missing_test_file_is_named(in_course, course):
    (course / "lessons/41_test_client/test_test_client.py").unlink()

    assert "test_test_client.py is missing" in in_course("check", "41").stdout


def test_misspelt_fixture_is_named_without_all_the_others(in_course, course):
    edit(course, "def test_unknown_user():", "def test_unknown_user(clinet):")
    edit(course, "pytest.fail(", "dict(note=")

    text = " ".join(in_course("check", "41").stdout.split())

    assert "there is no fixture 'clinet'" in text
    assert "available fixtures" not in text


def test_bug_that_only_crashes_a_test_is_said_to_be_noticed_by_a_crash(in_course, course, tmp_path):
    suite = tmp_path / "test_crash.py"
    suite.write_text(
        "from fastapi.testclient import TestClient\nfrom users_api import app\n\n"
        "def test_create():\n    client = TestClient(app)\n"
        "    client.post('/users', params={'username': 'zoe', 'job': 'Pilot'})\n"
        "    client.get('/users/zoe').json()['job']\n"
    )

    done = in_course("check", "41", "--suite", suite)

    assert "1 of 5 caught, 1 only by a crash in test_create" in done.stdout


def test_written_tests_that_fail_are_told_beside_those_to_write(in_course, course):
    edit(
        course, 'pytest.fail("TODO: read somebody who is not there", pytrace=False)', "assert client is None"
    )

    done = in_course("check", "41")

    assert "7 of 8 to write. Next: test_each_user_has_their_own_job (P1, P7)." in done.stdout
    assert "  ✗ fails  test_unknown_user (P2)" in done.stdout
    assert "test_unknown_user fails on the app: assert <starlette" in done.stdout


def test_without_a_number_the_first_unfinished_lesson_is_checked(in_course):
    assert in_course("check").stdout.startswith("Lesson 41 · A request is a function call")


def test_without_a_number_the_last_lesson_is_shown_when_all_are_complete(in_course):
    done = in_course("check", "--solution")

    assert done.returncode == 0
    assert "20 of 20 caught. Lesson 41 is complete." in done.stdout


def test_several_lessons_give_one_document(in_course, course):
    document = in_course.verdict("--all")

    assert document["format"] == "checker/verdicts/v1"
    assert [lesson["lesson"] for lesson in document["lessons"]] == ["41_test_client"]
    assert in_course.verdict("41", "41")["format"] == "checker/verdicts/v1"


def test_several_lessons_give_several_boards(in_course):
    done = in_course("check", "41", "41", "--solution")

    assert done.stdout.count("Lesson 41 ·") == 2


def test_output_stays_readable_where_the_terminal_is_not_unicode(in_course):
    done = in_course("check", "41", PYTHONIOENCODING="ascii", PYTHONUTF8="0")

    assert done.returncode == 1
    assert "  x write     0 of 8 written" in done.stdout
    assert "?" not in done.stdout


def test_module_that_shadows_another_is_left_aside_and_told(in_course, course):
    (course / "lessons/41_test_client/json.py").write_text("raise SystemExit\n")

    done = in_course("check", "41")

    assert "json.py is left aside: its name shadows another module." in done.stdout


def test_edited_app_is_told_and_the_shipped_one_is_judged(in_course, course):
    edit(course, 'detail="User not found"', 'detail="nobody"', "lessons/41_test_client/users_api.py")
    (course / "lessons/41_test_client/test_test_client.py").write_text(
        (course / "solutions/41_test_client/test_test_client.py").read_text("utf-8"), "utf-8"
    )

    verdict = in_course.verdict("41")

    assert verdict["status"] == "complete"
    assert [finding["kind"] for finding in verdict["findings"]] == ["app_edited"]


def test_version_is_said(in_course):
    done = in_course("--version")

    assert (done.returncode, done.stdout) == (0, f"FastAPI Testing Workbook {__version__}\n")


# -- mistakes


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "99"], "There is no lesson '99'"),
        (["check", "--all", "41"], "--all goes without lesson numbers"),
        (["check", "--suite", "x.py"], "--suite goes with one lesson"),
        (["check", "41", "--suite", "nowhere.py"], "--suite: there is no nowhere.py"),
        (["check", "41", "--suite", "x.py", "--solution"], "--suite goes with one lesson"),
    ],
)
def test_wrong_command_is_one_line_and_exit_2(in_course, arguments, words):
    done = in_course(*arguments)

    assert done.returncode == 2
    assert words in one_line(done)


def test_unknown_option_is_exit_2(in_course):
    done = in_course("check", "--colour")

    assert done.returncode == 2
    assert "No such option" in done.stderr


def test_no_lessons_here_is_one_line_and_exit_2(checker, tmp_path):
    done = checker("check", cwd=tmp_path)

    assert done.returncode == 2
    assert "No lessons here" in one_line(done)


def test_broken_variants_are_one_line_and_exit_2(checker, course):
    edit(
        course,
        "replace = '''detail=\"User not found\"'''",
        "replace = '''not there'''",
        "solutions/41_test_client/variants.toml",
    )

    done = checker("check", "41", cwd=course)

    assert done.returncode == 2
    assert "'unknown-user-already-exists': `replace` occurs not at all in users_api.py" in one_line(done)


def test_suite_that_kills_the_harness_is_exit_3(in_course, tmp_path):
    suite = tmp_path / "test_kill.py"
    suite.write_text("import os\n\ndef test_kill():\n    os.kill(os.getppid(), 9)\n")

    done = in_course("check", "41", "--suite", suite)

    assert done.returncode == 3
    assert "This says nothing about the tests." in one_line(done)


def test_nothing_of_the_learners_is_changed_by_a_check(in_course, course, tmp_path):
    folder = course / "lessons"
    (folder / "41_test_client" / "notes.txt").write_text("mine")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    in_course("check", "41", "--suite", "lessons/41_test_client")
    in_course("check", "41")

    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_no_workspace_is_left_in_the_temporary_folder(in_course, tmp_path):
    temporary = tmp_path / "tmp"
    temporary.mkdir()

    in_course("check", "41", "--solution", TMPDIR=str(temporary))

    assert list(temporary.iterdir()) == []


def test_ctrl_c_while_the_command_is_still_being_imported_ends_it_in_silence(in_course, tmp_path, site):
    (tmp_path / "early").mkdir()
    (tmp_path / "early" / "typer.py").write_text("raise KeyboardInterrupt", "utf-8")

    done = in_course("check", "41", PYTHONPATH=f"{tmp_path / 'early'}{os.pathsep}{site}")

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_file_in_another_encoding_is_to_be_saved_as_utf_8(encoding, checker, tmp_path):
    suite = tmp_path / "suite.py"
    suite.write_bytes("def test_it():\n    assert 'café'\n".encode(encoding))

    done = checker("check", "01", "--suite", suite)

    assert done.returncode == 1
    assert "A file is not saved as UTF-8. Save it as UTF-8 in your editor." in done.stdout
