"""Finding lessons, reading their tasks and promises, taking in suites: from files alone."""

import ast
import re
import shutil
import sys
import tomllib
from pathlib import Path

import pytest

from checker.course.lessons import Course, Lesson, find_course
from checker.course.suite import own_suite, solution_suite, suite_at
from checker.course.tasks import lesson_promises, promises, tasks
from checker.errors import UsageError
from checker.showing.report import named

ROOT = Path(__file__).parents[1]


@pytest.fixture
def lesson(course):
    return Course(course).lessons[0]


@pytest.fixture
def installed_lesson(lesson, tmp_path):
    """A lesson that a learner works on in one place while the shipped one is in another, as after an install."""
    shutil.copytree(lesson.home, tmp_path / "shipped" / lesson.name)
    return Lesson(lesson.home, tmp_path / "shipped" / lesson.name, lesson.solution)


# -- lessons


def test_edited_app_file_is_noticed(installed_lesson):
    assert installed_lesson.edited_app_files() == []
    with (installed_lesson.home / "users_api.py").open("a") as file:
        file.write("# mine\n")
    assert installed_lesson.edited_app_files() == ["users_api.py"]


def test_missing_or_unreadable_app_file_counts_as_edited(installed_lesson):
    (installed_lesson.home / "users_api.py").write_bytes(b"\xff")
    assert installed_lesson.edited_app_files() == ["users_api.py"]
    (installed_lesson.home / "users_api.py").unlink()
    assert installed_lesson.edited_app_files() == ["users_api.py"]


@pytest.mark.parametrize(
    "spelling", ["41", "41_test_client", "lessons/41", "lessons/41_test_client/", "./lessons\\41"]
)
def test_lesson_is_found_by_any_spelling(course, spelling):
    assert Course(course).find(spelling).name == "41_test_client"


def test_lesson_number_may_lack_its_zero(checker):
    assert find_course(checker.folder).find("1").name == "01_test_client"


def test_unknown_lesson_is_told_with_those_there_are(course):
    with pytest.raises(UsageError, match=r"no lesson '7'.*There are: 41\."):
        Course(course).find("7")


def test_two_lessons_of_one_number_are_refused(course):
    shutil.copytree(course / "lessons" / "41_test_client", course / "lessons" / "41_twin")

    with pytest.raises(UsageError, match="Two lessons have the number 41: 41_test_client and 41_twin"):
        _ = Course(course).lessons


def test_course_is_found_from_a_folder_below_it(course):
    assert find_course(course / "lessons" / "41_test_client").root == course


def test_no_course_is_told_with_what_to_do(tmp_path):
    (tmp_path / "lessons").mkdir()

    with pytest.raises(UsageError, match=r"No lessons here: .*Go to the workbook"):
        find_course(tmp_path)


def test_title_is_the_first_line_of_the_readme_without_its_number(lesson):
    assert lesson.title == "A request is a function call"


def test_title_without_a_readme_is_the_slug(lesson):
    (lesson.shipped / "README.md").unlink()

    assert (lesson.slug, lesson.title) == ("test_client", "test client")


def test_app_files_leave_out_tests_prose_and_caches(lesson):
    (lesson.home / "__pycache__").mkdir()
    (lesson.home / "__pycache__" / "users_api.cpython-311.pyc").write_bytes(b"\0")
    (lesson.home / ".cache.py").write_text("")

    assert list(lesson.app_files) == ["users_api.py"]
    assert list(lesson.starter_files) == ["test_test_client.py"]


# -- tasks and promises


def test_tasks_are_the_functions_of_the_starter_with_a_todo(lesson):
    found = tasks(lesson)

    assert len(found) == 8
    assert (found[0].name, found[0].promises, found[0].done) == (
        "test_each_user_has_their_own_job",
        ("P1", "P7"),
        False,
    )


@pytest.mark.parametrize(
    ("theirs", "done"),
    [
        pytest.param("def test_unknown_user():\n    assert True\n", True, id="written"),
        pytest.param("def test_unknown_user():\n    pytest.fail('TODO: later')\n", False, id="still a TODO"),
        pytest.param("def test_renamed():\n    assert True\n", False, id="gone"),
        pytest.param("def test_unknown_user(:\n", False, id="syntax error"),
        pytest.param("\0", False, id="not text"),
    ],
)
def test_task_is_done_once_its_function_has_no_todo(lesson, theirs, done):
    found = tasks(lesson, {"test_test_client.py": theirs.encode()})

    assert {task.name: task.done for task in found}["test_unknown_user"] is done


def test_task_is_gone_once_the_file_has_no_function_of_its_name(lesson):
    found = tasks(
        lesson, {"test_test_client.py": b"def test_renamed(): pass\ndef test_unknown_user(): pass\n"}
    )

    assert [task.name for task in found if not task.gone] == ["test_unknown_user"]


def test_tasks_may_be_methods_fixtures_and_coroutines(lesson):
    (lesson.home / "test_test_client.py").write_text(
        "from pytest import fail\nimport pytest\n\n"
        "@pytest.fixture\ndef shop():\n    '''A shop (P3).'''\n    pytest.fail('TODO: a fixture')\n\n"
        "async def test_it():\n    if True:\n        fail('TODO')\n\n"
        "class TestCart:\n    size = 1\n    def test_empty(self):\n        '''(P1, P2)'''\n        pytest.fail('TODO')\n"
        "    def test_worked(self):\n        pytest.fail('not a task')\n"
    )

    assert [(task.name, task.promises) for task in tasks(lesson)] == [
        ("shop", ("P3",)),
        ("test_it", ()),
        ("TestCart::test_empty", ("P1", "P2")),
    ]


def test_a_task_that_is_no_test_is_called_a_fixture_or_a_helper(lesson):
    todo = "    pytest.fail('TODO')\n\n"
    (lesson.home / "test_test_client.py").write_text(
        f"import pytest\n\n@pytest.fixture()\ndef shop():\n{todo}def problems(response):\n{todo}def test_it():\n{todo}"
    )

    assert [named(task) for task in tasks(lesson)] == ["fixture shop", "helper problems", "test_it"]


def test_promises_are_the_numbered_rows_of_the_table():
    readme = """| | request | when | status |
| --- | --- | --- | --- |
| P1 | `GET /` | always | 200 |
| **P2** | `POST /` | none | – |
"""

    assert promises(readme) == {"P1": "`GET /`, always, status 200", "P2": "`POST /`"}


def test_promise_of_no_effect_is_told():
    readme = "| | request | when | status | effect |\n| --- | --- | --- | --- | --- |\n| P1 | `GET /` | none | – | none |\n"

    assert promises(readme, no_effects=True) == {"P1": "`GET /`, effect none"}
    assert promises(readme) == {"P1": "`GET /`"}


def test_promises_without_a_header_are_told_without_names():
    assert promises("| P1 | `GET /` | always | 200 |\n") == {"P1": "`GET /`, always, 200"}


def test_lesson_without_a_readme_promises_nothing(lesson):
    assert len(lesson_promises(lesson)) == 7
    (lesson.shipped / "README.md").unlink()
    assert lesson_promises(lesson) == {}


# -- suites


def test_own_suite_is_tests_conftests_and_modules_that_shadow_nothing(installed_lesson):
    lesson = installed_lesson
    for name in ("conftest.py", "helpers.py", "json.py", "pytest.py", "test_more.py"):
        (lesson.home / name).write_text("")
    (lesson.home / "users_api").mkdir()
    (lesson.home / "users_api" / "__init__.py").write_text("")

    suite = own_suite(lesson)

    assert sorted(suite.files) == ["conftest.py", "helpers.py", "test_more.py", "test_test_client.py"]
    assert suite.ignored == ("json.py", "pytest.py", "users_api/__init__.py")
    assert suite.test_files == ["test_more.py", "test_test_client.py"]


def test_solution_is_the_test_files_beside_the_variants(lesson):
    assert list(solution_suite(lesson).files) == ["test_test_client.py"]


def test_missing_solution_is_told_in_one_line(lesson):
    (lesson.solution / "test_test_client.py").unlink()

    with pytest.raises(UsageError, match="There is no solution for lesson 41_test_client"):
        solution_suite(lesson)


def test_suite_given_as_a_file_gets_a_name_that_pytest_collects(lesson, tmp_path):
    path = tmp_path / "homework (3).py"
    path.write_bytes(b"def test_one(): pass")

    suite = suite_at(path, lesson)

    assert suite.files == {"test_suite.py": b"def test_one(): pass"}
    assert not suite.is_own


def test_suite_given_as_a_folder_keeps_its_name(lesson, tmp_path):
    (tmp_path / "theirs" / "unit").mkdir(parents=True)
    (tmp_path / "theirs" / "unit" / "test_a.py").write_text("")
    (tmp_path / "theirs" / "conftest.py").write_text("")

    assert sorted(suite_at(tmp_path / "theirs", lesson).files) == [
        "theirs/conftest.py",
        "theirs/unit/test_a.py",
    ]


def test_suite_that_is_not_there_or_has_no_tests_is_told(lesson, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(UsageError, match="there is no"):
        suite_at(tmp_path / "nowhere", lesson)
    with pytest.raises(UsageError, match=r"has no test_\*\.py"):
        suite_at(empty, lesson)


def test_suite_may_not_bring_an_app_of_its_own(lesson, tmp_path):
    folder = tmp_path / "theirs" / "unit"
    folder.mkdir(parents=True)
    for name in ("test_a.py", "users_api.py", "json.py", "helpers.py"):
        (folder / name).write_text("")

    suite = suite_at(tmp_path / "theirs", lesson)

    assert sorted(suite.files) == ["theirs/unit/helpers.py", "theirs/unit/test_a.py"]
    assert suite.ignored == ("unit/json.py", "unit/users_api.py")


@pytest.mark.parametrize("spelling", ["1", "01", "test_client", "01_test_client", "lessons/01_test_client/"])
def test_lesson_is_found_by_number_topic_or_path(checker, spelling):
    assert Course(checker.folder).find(spelling).name == "01_test_client"


def test_empty_folder_or_a_file_is_no_lesson(course):
    (course / "lessons" / "42_empty").mkdir()
    (course / "lessons" / "43_file").write_text("")

    assert [lesson.name for lesson in Course(course).lessons] == ["41_test_client"]


def test_folder_with_nothing_but_a_file_of_a_lessons_name_is_no_course(tmp_path):
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "01_notes").write_text("")

    with pytest.raises(UsageError, match="No lessons here"):
        find_course(tmp_path)


def test_lesson_whose_folder_is_gone_is_found_as_it_was_shipped(two_lessons):
    shutil.rmtree(two_lessons.root / "lessons" / "42_test_client")
    course = Course(two_lessons.root, shipped=two_lessons.shipped)

    assert course.find_shipped("42").home == two_lessons.root / "lessons" / "42_test_client"
    with pytest.raises(UsageError):
        course.find("42")


def test_every_library_that_the_checker_imports_is_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    declared = {re.match(r"[\w-]+", line)[0].replace("-", "_") for lines in lists for line in lines}
    sources = [
        path for path in (ROOT / "checker").rglob("*.py") if not {"skeleton", "shipped"} & set(path.parts)
    ]
    imported = {name.split(".")[0].lower() for path in sources for name in imports_of(path)}
    third_party = imported - sys.stdlib_module_names - {"checker", "_pytest", ""}

    assert third_party - declared - {"anyio", "passlib", "yaml"} == set(), (
        "anyio comes with Starlette, passlib is libpass's, yaml PyYAML's"
    )


def imports_of(path):
    """The modules that a file imports, by their full names."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module
