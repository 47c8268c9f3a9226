"""What of a hand-in becomes a suite: where lessons are found, the allow-list, and what is told of the rest."""

import os
import tracemalloc

import pytest
from handing_in import APP, LESSON, LESSONS, NAME, ROOT, STARTER, TEST, ids, lay, taken, tarred, zipped

from checker.course.lessons import Lesson
from checker.course.suite import own_suite
from checker.engine.workspace import put_files
from checker.grading.intake import find_sources, take_in
from checker.grading.intake.fitting import unfit
from checker.grading.intake.limits import LIMITS

OTHER = LESSONS[1]
OTHER_STARTER = next(iter(OTHER.starter_files))
NOT_FOUND = "No lesson's files were found in it."


@pytest.fixture
def hand_in(tmp_path):
    """Takes in what anna hands in, laid out in a folder, a zip or a tar."""

    def take(files, only=None, pack="folder"):
        packed = {
            "folder": lambda: {f"anna/{path}": content for path, content in files.items()},
            "zip": lambda: {"anna.zip": zipped(files)},
            "tar": lambda: {"anna.tgz": tarred(files, "w:gz")},
        }
        lay(tmp_path / "in", packed[pack]())
        return taken(tmp_path / "in", only)

    return take


# -- where lessons are


@pytest.mark.parametrize("pack", ["folder", "zip", "tar"])
@pytest.mark.parametrize(
    "where",
    [
        f"lessons/{NAME}",
        NAME,
        f"work/lessons/{NAME}",
        f"My work (final)/Übung 3/lessons/{NAME}",
        f"a/b/c/d/e/{NAME}",
        NAME.upper(),
        "anything",
        "",
        "my tests/unit",
    ],
)
def test_lesson_is_found_at_any_depth_by_its_folder_or_its_test_file(hand_in, where, pack):
    submission = hand_in(
        {f"{where}/{STARTER}".lstrip("/"): TEST, "__MACOSX/._x.py": b"\0", ".DS_Store": b""}, pack=pack
    )

    assert {name: suite.files for name, suite in submission.suites.items()} == {NAME: {STARTER: TEST}}
    assert submission.flags == ()
    assert submission.notes == ()
    assert ids(submission) == ["anna"]
    assert all(suite.is_own for suite in submission.suites.values())


def test_each_lesson_gets_its_own_files(hand_in):
    submission = hand_in(
        {
            f"lessons/{NAME}/{STARTER}": TEST,
            f"lessons/{NAME}/helpers.py": b"#",
            f"lessons/{OTHER.name}/{OTHER_STARTER}": TEST,
            f"lessons/{OTHER.name}/deep/conftest.py": b"#",
        }
    )

    assert {name: sorted(suite.files) for name, suite in submission.suites.items()} == {
        NAME: ["helpers.py", STARTER],
        OTHER.name: ["deep/conftest.py", OTHER_STARTER],
    }


def test_archive_in_the_handed_in_folder_is_opened(hand_in):
    submission = hand_in({"work.zip": zipped({f"work/{NAME}/{STARTER}": TEST}), "report.pdf": b"%PDF"})

    assert submission.suites[NAME].files == {STARTER: TEST}


def test_several_attachments_are_one_submission(tmp_path):
    lay(
        tmp_path,
        {
            "doejane_1_2_first.zip": zipped({f"{NAME}/{STARTER}": TEST}),
            "doejane_1_3_second.tar": tarred({f"{OTHER.name}/{OTHER_STARTER}": TEST}),
            "doejane_1_4_report.pdf": b"%PDF",
        },
    )

    submission = taken(tmp_path)

    assert list(submission.suites) == [NAME, OTHER.name]
    assert submission.notes == ()


def test_of_two_attachments_with_one_lesson_the_later_counts(tmp_path):
    lay(
        tmp_path,
        {
            "doejane_1_19_b.zip": zipped({f"{NAME}/{STARTER}": b"later"}),
            "doejane_1_8_a.zip": zipped({f"{NAME}/{STARTER}": b"earlier", f"{NAME}/conftest.py": b"#"}),
        },
    )

    submission = taken(tmp_path)

    assert submission.suites[NAME].files == {STARTER: b"later"}
    assert submission.notes == (f"a.zip/{NAME}: not taken: lesson 01 is graded from b.zip/{NAME}",)


def test_of_two_copies_in_a_hand_in_the_higher_counts_and_the_other_is_told(hand_in):
    submission = hand_in(
        {f"old/copy/{NAME}/{STARTER}": b"old", f"work/{NAME}/{STARTER}": b"work"}, pack="zip"
    )

    assert submission.suites[NAME].files == {STARTER: b"work"}
    assert submission.notes == (f"old/copy/{NAME}: not taken: lesson 01 is graded from work/{NAME}",)


def test_folder_of_the_lesson_counts_before_bare_files(hand_in):
    submission = hand_in({f"a/b/{NAME}/{STARTER}": b"named", STARTER: b"bare"})

    assert submission.suites[NAME].files == {STARTER: b"named"}
    assert submission.notes == (f"the top folder: not taken: lesson 01 is graded from a/b/{NAME}",)


def test_clone_of_the_whole_workbook_gives_its_lessons_and_no_word_of_the_rest(tmp_path):
    wanted = (
        "lessons",
        "solutions",
        "checker/skeleton",
        "tests/golden",
        "pyproject.toml",
        "README.md",
        "notebooks",
    )
    files = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for top in wanted
        for path in ([ROOT / top] if (ROOT / top).is_file() else (ROOT / top).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    for lesson in LESSONS:
        test = next(path for path in lesson.starter_files if path.startswith("test_"))
        files[f"lessons/{lesson.name}/{test}"] += b"# mine\n"
    lay(tmp_path / "anna", {**files, ".git/config": b"[core]"})

    submission = taken(tmp_path)

    assert list(submission.suites) == [lesson.name for lesson in LESSONS]
    for lesson in LESSONS:
        assert submission.suites[lesson.name].files.keys() == own_suite(lesson, lesson.shipped).files.keys()
    assert submission.notes == ()


def test_starters_as_they_were_shipped_are_not_handed_in(tmp_path):
    files = {
        f"lessons/{lesson.name}/{path}": text.replace("\n", "\r\n").encode()
        for lesson in LESSONS
        for path, text in {**lesson.app_files, **lesson.starter_files}.items()
    }
    lay(tmp_path / "anna", files)
    lay(tmp_path / "bo", {**files, f"lessons/{NAME}/{STARTER}": TEST})

    anna, bo = (take_in(source, LESSONS) for source in find_sources(tmp_path).chosen)

    numbers = [f"{lesson.number:02}" for lesson in LESSONS]
    assert (anna.suites, anna.flags) == ({}, ("untouched",))
    assert anna.notes == (f"The starter as it was shipped, so not handed in: {', '.join(numbers)}.",)
    assert (list(bo.suites), bo.flags) == ([NAME], ())
    assert bo.notes == (f"The starter as it was shipped, so not handed in: {', '.join(numbers[1:])}.",)


def test_lesson_whose_files_are_no_suite_is_told_apart_from_one_that_was_not_handed_in(hand_in):
    submission = hand_in({f"{NAME}/answers.docx": b"PK", f"{OTHER.name}/{OTHER_STARTER}": TEST})

    assert (submission.unusable, submission.flags) == ({NAME}, ())


def test_solutions_are_never_a_hand_in(hand_in):
    submission = hand_in({f"solutions/{NAME}/{STARTER}": TEST, f"x/solutions/{STARTER}": TEST})

    assert submission.suites == {}


# -- bare files


def test_bare_files_of_several_lessons_are_told_apart_by_their_names(hand_in):
    submission = hand_in({STARTER: TEST, OTHER_STARTER: TEST, "conftest.py": b"#", "test_mine.py": TEST})

    assert {name: list(suite.files) for name, suite in submission.suites.items()} == {
        NAME: [STARTER],
        OTHER.name: [OTHER_STARTER],
    }
    assert submission.notes == (
        "conftest.py: not taken: in no lesson's folder",
        "test_mine.py: not taken: in no lesson's folder, and not by the name of a lesson's test file",
    )


def test_bare_files_beside_a_starter_go_with_it(hand_in):
    submission = hand_in({f"a/{STARTER}": TEST, "a/conftest.py": b"#", "a/unit/test_more.py": TEST})

    assert sorted(submission.suites[NAME].files) == ["conftest.py", STARTER, "unit/test_more.py"]


def test_file_of_unknown_name_is_told_where_the_class_has_many_lessons(hand_in):
    submission = hand_in({"test_homework.py": TEST})

    assert submission.suites == {}
    assert submission.flags == ("left_aside", "unusable")
    assert submission.notes[0].startswith("test_homework.py: not taken: in no lesson's folder")
    assert submission.notes[-1] == NOT_FOUND


def test_with_one_lesson_all_bare_files_are_its_suite(hand_in):
    submission = hand_in(
        {
            "work/tests/test_homework.py": TEST,
            "work/conftest.py": b"#",
            "work/notes.md": b"",
            f"work/{APP}": _app(),
        },
        LESSON,
    )

    assert sorted(submission.suites[NAME].files) == ["conftest.py", "tests/test_homework.py"]
    assert submission.notes == ("work/notes.md: not taken: neither a test file nor a Python module",)


def test_with_one_lesson_a_single_file_is_the_suite_whatever_its_name(tmp_path):
    lay(tmp_path, {"anna.py": TEST})

    submission = taken(tmp_path, LESSON)

    assert submission.suites[NAME].files == {"test_suite.py": TEST}
    assert submission.notes == ("anna.py: judged as test_suite.py",)


def test_with_one_lesson_files_of_others_are_not_its_suite(hand_in):
    submission = hand_in({f"{OTHER.name}/{OTHER_STARTER}": TEST, f"{NAME}/{STARTER}": TEST}, LESSON)

    assert {name: list(suite.files) for name, suite in submission.suites.items()} == {NAME: [STARTER]}
    assert submission.notes == ()


def test_canvas_files_one_by_one_are_one_suite(tmp_path):
    lay(
        tmp_path,
        {f"doejane_LATE_1_{at}_{name}": TEST for at, name in enumerate(["test_a.py", "conftest.py"])},
    )

    submission = taken(tmp_path, LESSON)

    assert sorted(submission.suites[NAME].files) == ["conftest.py", "test_a.py"]
    assert submission.flags == ("late",)


# -- the allow-list


def _app():
    return LESSON.app_files[APP].encode()


def test_only_learner_owned_files_are_taken_and_the_rest_is_told(hand_in):
    submission = hand_in(
        {
            f"{NAME}/{path}": content
            for path, content in {
                STARTER: TEST,
                "test_more.py": TEST,
                "conftest.py": b"#",
                "helpers/__init__.py": b"",
                "helpers/shop.py": b"#",
                APP: b"app = None\n",
                "pytest.ini": b"[pytest]\naddopts = -p evil\n",
                "pyproject.toml": b"[tool.pytest.ini_options]\n",
                "sitecustomize.py": b"#",
                "fastapi/__init__.py": b"",
                "pytest.py": b"",
                "json.py": b"",
                f"{APP.removesuffix('.py')}/__init__.py": b"",
                "results.json": b"{}",
                "gradebook.db": b"",
                "README.md": b"mine",
                "hints.md": b"",
                "__pycache__/x.cpython-311.pyc": b"",
                ".pytest_cache/x": b"",
                ".env": b"",
            }.items()
        }
    )

    suite = submission.suites[NAME]
    assert sorted(suite.files) == [
        "conftest.py",
        "helpers/__init__.py",
        "helpers/shop.py",
        "test_more.py",
        STARTER,
    ]
    module = APP.removesuffix(".py")
    assert suite.ignored == (
        "fastapi/__init__.py",
        "json.py",
        "pytest.py",
        "sitecustomize.py",
        f"{module}/__init__.py",
    )
    assert submission.notes == tuple(
        f"{NAME}/{line}"
        for line in (
            "fastapi/__init__.py: not taken: its name shadows another module",
            "gradebook.db: not taken: neither a test file nor a Python module",
            "json.py: not taken: its name shadows another module",
            "pyproject.toml: not taken: it would change how the tests run",
            "pytest.ini: not taken: it would change how the tests run",
            "pytest.py: not taken: its name shadows another module",
            "results.json: not taken: neither a test file nor a Python module",
            "sitecustomize.py: not taken: it would change how the tests run",
            f"{APP}: edited; the app as shipped is judged",
            f"{module}/__init__.py: not taken: its name shadows another module",
        )
    )


@pytest.mark.parametrize(
    "change", [lambda app: app, lambda app: app.replace(b"\n", b"\r\n"), lambda app: b"\xef\xbb\xbf" + app]
)
def test_app_that_an_editor_merely_saved_is_worth_no_note(hand_in, change):
    assert hand_in({f"{NAME}/{STARTER}": TEST, f"{NAME}/{APP}": change(_app())}).notes == ()


def test_edited_app_that_is_a_package_is_told(hand_in):
    lesson = next(lesson for lesson in LESSONS if all("/" in path for path in lesson.app_files))
    path = next(iter(lesson.app_files))

    submission = hand_in({f"{lesson.name}/test_x.py": TEST, f"{lesson.name}/{path}": b"# mine"}, pack="zip")

    assert submission.notes == (f"{lesson.name}/{path}: edited; the app as shipped is judged",)
    assert list(submission.suites[lesson.name].files) == ["test_x.py"]


@pytest.mark.parametrize(("content", "is_told"), [(b"[pytest]\naddopts = -p evil\n", True), (None, False)])
def test_configuration_beside_the_lessons_is_told_unless_it_came_with_the_course(hand_in, content, is_told):
    shipped = (ROOT / "checker" / "copies" / "template" / "pytest.ini").read_bytes()

    submission = hand_in({f"lessons/{NAME}/{STARTER}": TEST, "pytest.ini": content or shipped})

    assert submission.notes == (
        ("pytest.ini: not taken: it would change how the tests run",) if is_told else ()
    )


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfdef test_one(): pass\r\n",
        b"def test_\xff(: pass",
        "def test_ü(): pass".encode("utf-16"),
        b"",
    ],
    ids=["BOM and CRLF", "not UTF-8", "UTF-16", "empty"],
)
@pytest.mark.parametrize("pack", ["folder", "zip", "tar"])
def test_content_is_kept_byte_for_byte(hand_in, content, pack):
    assert hand_in({f"{NAME}/{STARTER}": content}, pack=pack).suites[NAME].files == {STARTER: content}


@pytest.mark.parametrize("pack", ["folder", "zip", "tar"])
def test_spaces_and_other_letters_in_names_are_kept(hand_in, pack):
    submission = hand_in({f"{NAME}/test größe 尺.py": TEST, f"{NAME}/test_u\u0308.py": TEST}, pack=pack)

    assert sorted(submission.suites[NAME].files) == ["test größe 尺.py", "test_ü.py"]
    assert submission.notes == ()


# -- what a run's folder can hold

LONG = "test_" + "x" * 247 + ".py"  # the longest name that there can be has 255 bytes


@pytest.mark.parametrize(
    ("path", "why"),
    [
        (f"{APP}/test_x.py", f"{APP} is a folder by the name of a file"),
        (f"{APP}/deep/x.py", f"{APP} is a folder by the name of a file"),
        ("a.py/test_b.py", "a.py is a folder by the name of a file"),
        ("deep/a.py/b.py", "deep/a.py is a folder by the name of a file"),
        (f"x{LONG}", "a name in its path has more than 255 bytes"),
        (f"{'é' * 128}/test_x.py", "a name in its path has more than 255 bytes"),
    ],
)
@pytest.mark.parametrize("pack", ["zip", "tar"])
def test_file_that_no_run_has_a_place_for_is_left_aside_and_told(hand_in, tmp_path, path, why, pack):
    submission = hand_in(
        {f"{NAME}/{name}": TEST for name in (STARTER, "a.py", "deep/a.py", LONG, path)}, pack=pack
    )

    suite = submission.suites[NAME]
    assert sorted(suite.files) == sorted(["a.py", "deep/a.py", STARTER, LONG])
    (note,) = submission.notes
    assert note.endswith(f": not taken: {why}")
    put_files(tmp_path / "run", {**suite.files, APP: _app()})


def test_folder_by_the_name_of_a_file_of_the_app_that_is_no_module_holds_nothing_of_a_suite(tmp_path):
    lay(tmp_path, {"rows.csv": b"", "shop/main.py": b""})
    lesson = Lesson(tmp_path, tmp_path, tmp_path)

    left = unfit({"rows.csv/test_x.py": b"", "shop": b"", "shop/test_x.py": b""}, lesson, LIMITS)

    assert left == {
        "rows.csv/test_x.py": "rows.csv is a folder by the name of a file",
        "shop": "the app has a folder of this name",
    }


def test_suite_with_only_such_files_is_none(hand_in):
    submission = hand_in({f"{NAME}/{APP}/{STARTER}": TEST}, pack="zip")

    assert submission.suites == {}
    assert submission.notes == (
        f"{NAME}/{APP}/{STARTER}: not taken: {APP} is a folder by the name of a file",
        NOT_FOUND,
    )


def test_suite_of_too_many_files_keeps_the_lessons_own_and_the_highest(hand_in):
    many = {f"{NAME}/a_{at:03}/x.py": b"" for at in range(200)}

    submission = hand_in({**many, f"{NAME}/{STARTER}": TEST, f"{NAME}/z.py": b""})

    # Each of the others takes two places: its folder's and its own.
    assert sorted(submission.suites[NAME].files) == sorted(
        [*(f"a_{at:03}/x.py" for at in range(99)), STARTER, "z.py"]
    )
    assert submission.notes[0] == f"{NAME}/a_099/x.py: not taken: a suite has at most 200 files and folders"
    assert submission.notes[-1] == "… and 81 more"


def test_suite_that_is_too_large_keeps_what_fits(hand_in):
    large = {f"{NAME}/{name}": bytes(900_000) for name in ("a.py", "b.py", "c.py")}

    submission = hand_in({**large, f"{NAME}/{STARTER}": TEST, f"{NAME}/z.py": b""})

    assert sorted(submission.suites[NAME].files) == sorted(["a.py", "b.py", STARTER, "z.py"])
    assert submission.notes == (f"{NAME}/c.py: not taken: a suite has at most 2,000,000 bytes",)


def test_many_ignored_files_are_told_in_few_lines(hand_in):
    submission = hand_in({f"{NAME}/{STARTER}": TEST, **{f"{NAME}/{at:02}.txt": b"" for at in range(50)}})

    assert len(submission.notes) == 21
    assert submission.notes[-1] == "… and 30 more"


def test_nothing_of_a_learners_is_no_suite(hand_in):
    submission = hand_in({f"{NAME}/{APP}": _app(), f"{NAME}/README.md": b""})

    assert submission.suites == {}
    assert submission.notes == (NOT_FOUND,)


def test_empty_folder_and_text_typed_into_canvas_are_submissions_without_suites(tmp_path):
    (tmp_path / "anna").mkdir()
    lay(tmp_path, {"doejane_1_text.html": b"<p>see my repo</p>"})

    for source in find_sources(tmp_path).chosen:
        submission = take_in(source, LESSONS)
        assert (submission.suites, submission.flags, submission.notes[-1]) == ({}, ("unusable",), NOT_FOUND)


def test_taking_in_many_submissions_holds_one_at_a_time(tmp_path):
    for at in range(40):
        lay(tmp_path, {f"learner{at}.zip": zipped({f"{NAME}/{STARTER}": os.urandom(200_000)})})
    sources = find_sources(tmp_path)
    take_in(sources.chosen[0], LESSONS)  # what is loaded once is there

    tracemalloc.start()
    try:
        for source in sources.chosen:
            take_in(source, LESSONS)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 3_000_000
