"""Reading variants.toml: what it may say, and the one line each mistake gets."""

import pytest

from checker.course.lessons import Course
from checker.course.variants import load_variants
from checker.engine.variant import stand_in
from checker.errors import UsageError

MUTANT = """
[[mutant]]
id = "silent"
area = "read"
promise = "P2"
symptom = "Nothing is said."
expose = "Read it."
replace = '''detail="User not found"'''
with = '''detail=""'''
"""
EQUIVALENT = """
[[equivalent]]
id = "other"
promise = "P1"
says = "The title is not promised."
"""


@pytest.fixture
def lesson(course):
    return Course(course).lessons[0]


def written(lesson, text):
    (lesson.solution / "variants.toml").write_text(text, "utf-8")
    return lesson


def refusal(lesson, text):
    with pytest.raises(UsageError) as caught:
        load_variants(written(lesson, text))
    message = str(caught.value)
    assert "\n" not in message
    assert "variants.toml" in message
    return message


def test_mutant_is_the_reference_with_one_piece_replaced(lesson):
    variants = load_variants(written(lesson, MUTANT))

    (mutant,) = variants.mutants
    reference = variants.reference.files["users_api.py"]
    assert mutant.files == {"users_api.py": reference.replace('detail="User not found"', 'detail=""')}
    assert mutant.files != variants.reference.files
    assert (mutant.id, mutant.kind, mutant.area, mutant.promise) == ("silent", "mutant", "read", "P2")


def test_equivalent_may_be_a_whole_replacement(lesson):
    variants = load_variants(written(lesson, EQUIVALENT + 'file = "users_in_a_class.py"'))

    text = (lesson.solution / "users_in_a_class.py").read_text("utf-8")
    assert variants.equivalents[0].files == {"users_api.py": text}
    assert not variants.equivalents[0].blames_suite


def test_equivalent_may_be_a_folder_laid_over_the_app(lesson):
    (lesson.solution / "over").mkdir()
    (lesson.solution / "over" / "extra.py").write_text("X = 1\n", "utf-8")

    variants = load_variants(written(lesson, EQUIVALENT + 'file = "over"'))

    assert variants.equivalents[0].files.keys() == {"users_api.py", "extra.py"}


def test_equivalent_may_blame_the_suite(lesson):
    text = EQUIVALENT + 'blame = "suite"\nreplace = \'title="Users"\'\nwith = \'title="People"\''

    assert load_variants(written(lesson, text)).equivalents[0].blames_suite


def test_file_says_which_of_several_app_files_is_changed(lesson):
    (lesson.shipped / "more.py").write_text("ANSWER = 42\n", "utf-8")
    text = MUTANT.replace('detail="User not found"', "42").replace('detail=""', '""') + "file = 'more.py'"

    (mutant,) = load_variants(written(lesson, text)).mutants

    assert mutant.files["more.py"] == 'ANSWER = ""\n'


def test_stand_in_is_the_area_and_the_place_in_it(lesson):
    second = MUTANT.replace('"silent"', '"silent-too"')
    other = MUTANT.replace('"silent"', '"elsewhere"').replace('"read"', '"create"')

    mutants = load_variants(written(lesson, MUTANT + other + second)).mutants

    assert [stand_in(mutant, mutants) for mutant in mutants] == ["read-1", "create-1", "read-2"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("[[mutant]\n", "is not TOML", id="no TOML"),
        pytest.param('version = "1"\n', "unknown table `version`", id="unknown table"),
        pytest.param("[mutant]\nid = 'a'\n", "double brackets", id="single brackets"),
        pytest.param("mutant = [1]\n", "double brackets", id="no table"),
        pytest.param(MUTANT + 'colour = "red"\n', "'silent' has an unknown key `colour`", id="unknown key"),
        pytest.param(MUTANT.replace('area = "read"\n', ""), "'silent' lacks `area`", id="missing key"),
        pytest.param(MUTANT.replace('id = "silent"\n', ""), "lacks `id`", id="missing id"),
        pytest.param(MUTANT.replace('"P2"', "2"), "`promise` must be text", id="not text"),
        pytest.param(
            MUTANT.replace("not found", "found not"), "occurs not at all in users_api.py", id="not found"
        ),
        pytest.param(
            MUTANT.replace('detail="User not found"', "username"), "times in users_api.py", id="found twice"
        ),
        pytest.param(
            MUTANT.replace('detail=""', "detail="), "does not compile: users_api.py, line", id="no Python"
        ),
        pytest.param(MUTANT + "file = 'no.py'\n", "names no.py, which is not there", id="unknown file"),
        pytest.param(MUTANT + MUTANT, "'silent' is taken twice", id="same id"),
        pytest.param(EQUIVALENT, "needs `file`", id="equivalent without anything"),
        pytest.param(EQUIVALENT + "replace = 'a'\n", "go together", id="replace without with"),
        pytest.param(EQUIVALENT + "file = 'no.py'\n", "there is no", id="no replacement"),
        pytest.param(
            EQUIVALENT + "blame = 'test'\nfile = 'users_in_a_class.py'\n", "can only be", id="blame"
        ),
        pytest.param(
            EQUIVALENT + "replace = 'a'\nwith = 'b'\nof = 'c'\n", "say `file`", id="of with replace"
        ),
    ],
)
def test_mistake_is_told_in_one_line(lesson, text, words):
    assert words in refusal(lesson, text)


def test_several_app_files_make_the_file_key_necessary(lesson):
    (lesson.shipped / "more.py").write_text("", "utf-8")

    assert "does not say which file" in refusal(lesson, MUTANT)


def test_missing_variants_are_told_in_one_line(lesson):
    (lesson.solution / "variants.toml").unlink()

    with pytest.raises(UsageError, match=r"variants\.toml is missing"):
        load_variants(lesson)
