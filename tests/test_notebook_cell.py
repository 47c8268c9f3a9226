"""A cell's definitions, put into a test file."""

import pytest

from checker.course.cell import judged_tests, own_tests, parse_cell, put_into, still_to_do
from checker.errors import UsageError

FILE = '''"""A lesson."""

import pytest
from users_api import app

USERS = ["alice"]


# about the client
@pytest.fixture
def client():
    return "old client"


def test_one(client):
    pytest.fail("TODO: one")


class TestTwo:
    def test_two(self):
        pass


def test_three():
    pass  # the end
'''


def merged(cell, text=FILE):
    return put_into(text, cell, "test_file.py").text


def test_test_of_the_cell_takes_the_place_of_the_one_with_its_name():
    text = merged("def test_one(client):\n    assert client\n")

    assert "TODO" not in text
    assert text.index("def client") < text.index("assert client") < text.index("class TestTwo")


def test_rest_of_the_file_stays_as_it_is():
    text = merged("def test_one():\n    pass\n")

    before, _, after = FILE.partition('def test_one(client):\n    pytest.fail("TODO: one")\n')
    assert text.startswith(before)
    assert after.strip() in text


def test_what_the_file_does_not_have_is_appended():
    text = merged("def test_new():\n    pass\n")

    assert text.startswith(FILE)
    assert text.rstrip().endswith("def test_new():\n    pass")


def test_fixture_is_replaced_with_its_decorator_and_the_comment_above_it():
    text = merged("# mine\n@pytest.fixture(name='client')\ndef client():\n    return 'new'\n")

    assert "about the client" not in text
    assert "old client" not in text
    assert text.count("@pytest.fixture") == 1
    assert "# mine\n@pytest.fixture(name='client')" in text


@pytest.mark.parametrize(
    ("cell", "gone"),
    [
        ("class TestTwo:\n    def test_other(self): ...\n", "def test_two"),
        ("USERS = ['bob']\n", '["alice"]'),
        ("USERS: list[str] = []\n", '["alice"]'),
        ("async def test_three(): ...\n", "# the end"),
        ("from other import app\n", "from users_api"),
    ],
    ids=["class", "constant", "annotated constant", "async test", "import"],
)
def test_everything_with_a_name_is_replaced(cell, gone):
    text = merged(cell)

    assert gone in FILE
    assert gone not in text
    assert cell.strip() in text


def test_new_helper_stands_before_the_test_that_it_precedes_in_the_cell():
    text = merged("CASES = [1, 2]\n\n@pytest.mark.parametrize('n', CASES)\ndef test_one(n): ...\n")

    assert text.index("CASES = [1, 2]") < text.index("parametrize") < text.index("class TestTwo")


def test_import_of_more_names_does_not_cost_the_file_another_import():
    text = merged("from users_api import User, app\n", FILE.replace("import app", "import app, jobs"))

    assert "import app, jobs" in text
    assert "import User, app" in text


def test_last_of_two_definitions_is_replaced_because_it_is_the_one_that_counts():
    text = merged("def test_one(): ...\n", FILE + "\n\ndef test_one():\n    'again'\n")

    assert "TODO: one" in text
    assert "again" not in text


def test_two_statements_on_a_line_stay_together():
    text = merged("a = 1; USERS = []\n")

    assert "a = 1; USERS = []" in text
    assert '["alice"]' not in text


def test_comment_at_the_end_of_a_line_comes_along():
    assert "x = 1  # why" in merged("x = 1  # why\n")


def test_cell_is_not_run():
    merged("raise SystemExit\n")


@pytest.mark.parametrize(
    ("cell", "line"),
    [("def test_x(:\n", 2), ("\n\nx = = 1\n", 4), ("x = 1\nreturn x\n", 3), ("%matplotlib inline\n", 2)],
    ids=["first line", "later", "return outside a function", "magic"],
)
def test_syntax_error_names_the_line_of_the_cell_as_jupyter_counts(cell, line):
    with pytest.raises(UsageError, match=rf"^Line {line} of this cell is not Python: .+\.$"):
        merged(cell)


def test_syntax_error_in_the_learners_file_names_the_file():
    with pytest.raises(UsageError, match=r"^test_file.py, line 1 is not Python\."):
        merged("def test_one(): ...\n", "def test_one(:\n")


def test_cell_that_is_no_text_of_python_is_one_line_too():
    with pytest.raises(UsageError, match="not Python"):
        merged("x = '\0'\n")


def test_strange_escape_in_a_cell_warns_nobody():
    assert "d+" in merged("WORDS = '\\d+'\n")


def test_tests_of_a_cell_are_its_own():
    cell = "def helper(): ...\nclass TestA:\n    def test_b(self): ...\nasync def test_c(): ...\n"

    assert own_tests(cell) == judged_tests(FILE, cell) == ["TestA::test_b", "test_c"]


def test_tests_of_a_fixture_are_those_of_the_file_that_use_it_and_are_written():
    text = (
        FILE + "\n@pytest.fixture\ndef alice(client): ...\ndef test_four(alice): ...\ndef test_five(): ...\n"
    )

    assert judged_tests(text, "@pytest.fixture\ndef client(): ...\n") == ["test_four"]


def test_fixture_asked_for_by_a_mark_counts():
    text = "@pytest.mark.usefixtures('clean')\ndef test_a(): ...\ndef test_b(): 'clean'\n"

    assert judged_tests(text, "def clean(): ...\n") == ["test_a"]


def test_helper_used_by_another_helper_counts():
    text = "def b(): a()\ndef test_b(): b()\ndef test_c(): ...\n"

    assert judged_tests(text, "def a(): ...\n") == ["test_b"]


def test_todos_of_a_cell_are_its_functions_that_say_so():
    cell = "def client():\n    pytest.fail('TODO: x')\ndef test_x(): ...\n"

    assert still_to_do(cell) == ["client"]


def test_cell_that_changes_an_object_takes_nothings_place():
    text = "client = TestClient(app)\n\ndef test_a():\n    assert client\n"

    merged = put_into(text, 'client.headers["x"] = "1"\napp.overrides[get_db] = other\n', "f.py").text

    assert merged.startswith(text)
    assert 'client.headers["x"] = "1"' in merged


@pytest.mark.parametrize("odd", ["\u2028", "\x85", "\x0b", "\x0c", "\x1c"], ids=ascii)
def test_characters_that_end_a_line_for_some_keep_every_line_in_its_place(odd):
    text = f'def test_a():\n    """One{odd}two."""\n    assert 1\n\ndef test_b():\n    assert 2\n'
    cell = f'def test_b():\n    """Three{odd}four."""\n    assert 3\n'

    merged = put_into(text, cell, "f.py").text

    assert f'"""One{odd}two."""\n    assert 1\n' in merged
    assert f'"""Three{odd}four."""\n    assert 3\n' in merged
    assert "assert 2" not in merged


def test_cell_that_cannot_stand_in_the_file_is_one_line():
    with pytest.raises(UsageError, match=r"This cell cannot stand in f\.py: from __future__ imports"):
        put_into("x = 1\n", "from __future__ import annotations\n\ndef test_a(): pass\n", "f.py")


def test_cell_too_deep_to_follow_is_one_line():
    with pytest.raises(UsageError, match="too deep to follow"):
        parse_cell("x = " + "-" * 200_000 + "1\n")


def test_name_of_a_tests_own_is_no_use_of_the_cells():
    text = "def test_a():\n    client = 1\n    assert client\n\ndef test_b(client):\n    assert client\n"

    assert judged_tests(text, "def client():\n    return 2\n") == ["test_b"]
