"""How alike suites are, whatever their names and layout."""

import pytest

from checker.course.lessons import Course
from checker.course.suite import Suite, own_suite, solution_suite
from checker.grading.likeness import Print, alike, equals, likeness, shapes
from checker.grading.units import print_of

NOTHING = frozenset()


def suite(text):
    return Suite({"test_a.py": text.encode()})


def made_of(*paths, name="response"):
    return "".join(
        f'def test_{n}(client):\n    {name} = client.get("{path}")\n    assert {name}.status_code == {200 + n}\n\n'
        for n, path in enumerate(paths)
    )


PATHS = [f"/{letter}" for letter in "abcdefghijklmnop"]
ONE = suite(made_of(*PATHS))


def test_suite_is_wholly_like_itself_with_other_names_comments_and_layout():
    renamed = made_of(*PATHS, name="answer").replace("client", "web").replace("test_", "test_it_")
    other = suite('"""Mine."""\n\n# a comment\n' + renamed.replace('("', "(  '").replace('")', "'  )"))

    assert likeness(shapes(ONE), shapes(other), NOTHING) == 1.0


def test_suite_with_other_people_in_it_is_a_copy():
    ours = """
def test_new_user(client):
    made = client.post("/users", params={"username": "carol", "job": "Pilot"})
    assert made.status_code == 200
    assert made.json() == {"message": "User created", "username": "carol"}
    assert client.get("/users/carol").json() == {"username": "carol", "job": "Pilot"}
    for name in ("dora", "emil", "fred"):
        assert client.get(f"/users/{name}").status_code == 404
    assert client.delete("/users/carol").status_code in (404, 405)
    assert client.get("/users/carol").status_code == 200
"""
    theirs = (
        ours.replace("carol", "xenia").replace("Pilot", "Baker").replace('"dora", "emil"', '"tim", "tom"')
    )
    theirs = theirs.replace("made", "answer").replace("name in", "who in").replace("{name}", "{who}")

    assert shapes(suite(ours)) == shapes(suite(theirs))
    assert shapes(suite(ours)) != shapes(suite(ours.replace("404", "400")))


def test_suite_in_another_order_is_as_alike():
    functions = made_of(*PATHS).split("\n\n")

    assert shapes(suite("\n\n".join(reversed(functions)))) == shapes(ONE)


def test_suites_that_ask_for_other_things_are_not_alike():
    other = suite(made_of(*(f"/other{path}" for path in PATHS)))

    assert likeness(shapes(ONE), shapes(other), NOTHING) == 0.0


def test_what_the_starter_has_does_not_count():
    assert likeness(shapes(ONE), shapes(ONE), shapes(ONE)) == 0.0


def test_suites_with_little_in_them_are_alike_by_chance_and_not_told():
    little = suite(made_of("/a"))

    assert likeness(shapes(little), shapes(little), NOTHING) == 0.0


@pytest.mark.parametrize("content", [b"def (", b"\xff\xfe\x00", b"a = " + b"(" * 5_000 + b")" * 5_000, b"\0"])
def test_file_that_cannot_be_read_is_like_nothing(content):
    assert shapes(Suite({"test_a.py": content})) == NOTHING


def test_a_copy_of_our_solution_is_noticed_and_the_starter_is_not(checker):
    for lesson in Course(checker.folder, checker.folder).lessons:
        starter, solution = own_suite(lesson), solution_suite(lesson)

        assert equals(solution, solution, starter), lesson.name
        assert not equals(starter, solution, starter), lesson.name


def prints(**suites):
    return {learner: print_of(one) for learner, one in suites.items()}


def test_pair_of_renamed_suites_is_told_with_its_likeness():
    renamed = suite(made_of(*PATHS[:-1], "/other", name="answer"))

    [pair] = alike("41_lesson", prints(ada=ONE, bob=renamed), NOTHING)

    assert (pair.lesson, pair.one, pair.other, pair.identical) == ("41_lesson", "ada", "bob", False)
    assert 0.8 <= pair.likeness < 1


def test_each_identical_suite_is_paired_with_the_first_alone():
    pairs = alike("41_lesson", prints(ada=ONE, bob=ONE, cy=ONE), NOTHING)

    assert [(p.one, p.other, p.identical) for p in pairs] == [("ada", "bob", True), ("ada", "cy", True)]


def test_starters_that_nobody_has_touched_are_not_told():
    assert alike("41_lesson", prints(ada=ONE, bob=ONE), shapes(ONE)) == []


def test_what_half_of_a_class_has_says_nothing_of_two():
    same = shapes(ONE)
    class_ = {f"learner-{n}": Print(same | {bytes([n])}, str(n)) for n in range(12)}

    assert alike("41_lesson", class_, NOTHING) == []


@pytest.mark.parametrize(
    "expression", ["+".join(["1"] * 2500), "x" + ".a" * 2500, "0x" + "f" * 20_000, "1" + "0" * 20_000 + ".0"]
)
def test_expression_that_is_too_deep_or_too_long_to_print_is_compared_all_the_same(expression):
    function = f"def test_a():\n    assert {expression}\n"

    assert shapes(suite(function)) == shapes(suite(function.replace("test_a", "test_b")))


def test_part_of_a_suite_that_was_copied_is_told():
    tests = [
        f"def test_{n}(client):\n    response = client.get('/a{n}', params={{'n': {n}}})\n"
        f"    assert response.status_code == {200 + n}\n    assert response.json() == {{'n': [{n}] * {n}}}\n"
        for n in range(1, 13)
    ]
    whole = shapes(Suite({"test_it.py": "\n".join(tests).encode()}))
    part = shapes(Suite({"test_it.py": "\n".join(tests[:7]).encode()}))

    [pair] = alike("01_test_client", {"ann": Print(whole, "a"), "bob": Print(part, "b")}, NOTHING)

    assert likeness(whole, part, NOTHING) < 0.8 <= pair.likeness


def test_few_lines_in_common_are_no_copied_part():
    one = b"def test_a(client):\n    response = client.get('/x')\n    assert response.status_code == 200\n"
    more = (
        one
        + b"\n\ndef test_b(client):\n    for n in range(9):\n        assert client.get(f'/y/{n}').json()[n]\n"
    )

    assert (
        alike(
            "01",
            {
                "ann": Print(shapes(Suite({"t.py": one})), "a"),
                "bob": Print(shapes(Suite({"t.py": more})), "b"),
            },
            NOTHING,
        )
        == []
    )
