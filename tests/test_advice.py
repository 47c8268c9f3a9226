"""The pure parts of advice: what a suite says as written, what is made of the evidence, a suite without a line."""

import ast
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

import pytest

from checker.course.lessons import Course
from checker.course.suite import solution_suite
from checker.course.tasks import promised_cells, worked_examples
from checker.engine.variant import Variant, VariantSet
from checker.judging.advice import Material, advice
from checker.judging.counterfactual import attempts, outcome, without_asserts, worth_running
from checker.judging.judge import judge
from checker.judging.reading import read
from checker.judging.verdict import Finding, Outcome, Run, Seen

VARIANTS = VariantSet(
    Variant("reference", "reference", {}),
    (Variant("rewritten", "equivalent", {}, promise="P1", says="The order is not promised."),),
    (
        Variant("any-password", "mutant", {}, promise="P1", area="login"),
        Variant("no-cookie", "mutant", {}, promise="P2", area="login"),
    ),
)
TABLE = """
| | request | when | status | body | effect |
| --- | --- | --- | --- | --- | --- |
| P1 | `GET /` | always | 200 | `{"a": 1}` | none |
| P2 | `POST /` | always | 201 | any | the row is stored |
| P3 | `GET /` | closed | 503 | `{"detail": "Doors are shut"}` | none |
"""


def one_test(source, **more):
    (test,) = read({"test_a.py": source.encode()}, **more).tests
    return test


def run(variant, *outcomes, seen=()):
    tests = tuple(Outcome(*o.split(" ", 3)) for o in outcomes)
    return Run(variant, outcomes=tests, planned=tuple(t.test for t in tests), seen=seen)


def advised(source, first="test_x passed", seen=(), mutants=(None, None), **more):
    """The kinds of advice on a suite of one test, as it ran on everything."""
    runs = [run("reference", first, seen=seen), run("rewritten", first)]
    runs += [run(m.id, given or first) for m, given in zip(VARIANTS.mutants, mutants, strict=True)]
    material = Material(runs[0], read({"test_a.py": source.encode()}), promised_cells(TABLE), **more)
    return [finding.kind for finding in advice(judge(VARIANTS, runs), material)]


# -- reading


def test_table_is_read_cell_by_cell():
    assert promised_cells(TABLE)["P2"]["effect"] == "the row is stored"


@pytest.mark.parametrize(
    "expression",
    [
        "r.status_code == 200",
        "200 == r.status_code",
        "client.get('/').status_code == 200",
        "r.is_success",
        "not r.is_error",
        "r.status_code in (200, 201)",
        "r.status_code == status.HTTP_200_OK",
        "r.status_code == expected",
        "r.status_code != 404 and r.is_success",
        "first.status_code == second.status_code",
    ],
)
def test_look_at_a_status_alone(expression):
    assert one_test(f"def test_x():\n    assert {expression}").statuses_alone


@pytest.mark.parametrize(
    "expression",
    [
        "r.json() == {}",
        "r.status_code == 200 and r.json()",
        "r.status_code == len(r.json())",
        "(r.status_code, r.text) == (200, '')",
        "r",
        "r.headers['x'] == r.status_code",
        "codes == [200]",
        "same(r.status_code)",
        "r.status_code == expected.body",
    ],
)
def test_look_at_more_than_a_status(expression):
    assert not one_test(f"def test_x():\n    assert {expression}").statuses_alone


@pytest.mark.parametrize(
    "body",
    [
        "r.raise_for_status()",
        "raise ValueError",
        "with pytest.raises(KeyError): client.get('/')",
        "with expectation: client.get('/')",
        "snapshot(client.get('/'))",
        "self.assertEqual(1, 1)",
        "mock.assert_called_once()",
        "look(client.get('/'))",
        "import sys; sys.exit(client.get('/').status_code)",
        "exit(1)",
        "client.websocket_connect('/')",
        "Model(**client.get('/').json())",
        "jwt.decode(client.get('/').json()['token'], KEY, algorithms=['HS256'])",
        "(lambda: 1)()",
    ],
)
def test_what_may_notice_by_itself_counts_as_a_look(body):
    assert one_test(f"def test_x():\n    {body}").notices_otherwise


@pytest.mark.parametrize(
    "more",
    [
        "def look(r):\n    assert r",
        "def look(r):\n    other(r)\ndef other(r):\n    assert r",
        "class look:\n    def __init__(self, r):\n        assert r",
        "class look(BaseModel):\n    pass",
        "def look(r): pass\n@pytest.fixture(autouse=True)\ndef always():\n    yield\n    assert done",
        "def look(r): pass\ndef teardown_module():\n    assert done",
        "def look(r): pass\ndef setup_module():\n    check()\ndef check():\n    assert ready",
        "from deepdiff import look",
        "from app import Look as look",
    ],
)
def test_what_the_suite_defines_is_followed(more):
    (test,) = read({"test_a.py": f"def test_x():\n    look(1)\n{more}".encode()}, ["app"]).tests

    assert test.notices_otherwise


@pytest.mark.parametrize(
    "more",
    [
        "def look(r):\n    return r",
        "from app import look",
        "from datetime import look",
        "class look:\n    a = 1",
    ],
)
def test_what_looks_at_nothing_is_followed_too(more):
    (test,) = read({"test_a.py": f"def test_x():\n    look(1)\n{more}".encode()}, ["app"]).tests

    assert not test.notices_otherwise


@pytest.mark.parametrize("decorator", ["@given(x)", "@app.expects(200)", "@check"])
def test_decorator_that_is_no_mark_may_notice(decorator):
    assert one_test(f"{decorator}\ndef test_x():\n    pass").notices_otherwise


def test_fixture_is_followed_from_a_mark():
    fixture = "@pytest.fixture\ndef look():\n    assert ready"

    assert one_test(f"@pytest.mark.usefixtures('look')\ndef test_x():\n    pass\n{fixture}").notices_otherwise


def test_marks_notice_nothing():
    assert not one_test(
        "@pytest.mark.asyncio\n@pytest.mark.x(1)\nasync def test_x():\n    pass"
    ).notices_otherwise


def test_file_that_cannot_be_parsed_is_left_out():
    assert (
        read({"test_a.py": b"def", "test_b.py": b"def test_x(): pass"}).tests[0].name == "test_b.py::test_x"
    )


@pytest.mark.parametrize("terms", [900, 3000])
def test_what_is_too_deep_to_follow_is_left_out(terms):
    deep = "def test_x():\n    a = " + " + ".join(["1"] * terms) + "\ndef test_y(): pass"

    assert "test_x" not in [test.name for test in read({"test_a.py": deep.encode()}).tests]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def test_x(): pass\ndef test_y(): pass\ndef test_x(): pass", [("test_x", 1, 3)]),
        ("class TestA:\n  def test_x(self): pass\n  @mark\n  def test_x(self): pass", [("test_x", 2, 4)]),
        ("class TestA: pass\nclass TestA: pass", [("TestA", 1, 2)]),
        ("def test_x(): pass\nfirst = test_x\ndef test_x(): pass", []),
        ("if a:\n  def test_x(): pass\nelse:\n  def test_x(): pass", []),
        ("def helper(): pass\ndef helper(): pass", []),
    ],
)
def test_replaced_tests(source, expected):
    assert list(read({"test_a.py": source.encode()}).replaced) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("client.get('/')", "client.get"),
        ("r = client.get('/')", "client.get"),
        ("assert client.get('/').status_code == 200", "client.get"),
        ("r = await client.get('/')", ""),
        ("gather(client.get('/'), client.get('/'))", "gather"),
        ("tasks = [client.get('/')]", ""),
        ("return 1", ""),
    ],
)
def test_call_that_nobody_awaits(line, expected):
    reading = read({"test_a.py": f"async def test_x():\n    {line}".encode()})

    assert reading.forgotten("test_a.py", 2) == expected


# -- advice


def test_test_without_an_assertion():
    assert advised("def test_x():\n    client.get('/')") == ["asserts_nothing"]


def test_assertion_that_passed_elsewhere_is_one():
    assert advised("def test_x():\n    client.get('/')", seen=[Seen("asserted", "test_x", line=9)]) == []


@pytest.mark.parametrize(
    "mutant", ["test_x failed exception", "test_x failed assertion", "test_x error setup"]
)
def test_test_that_notices_a_mutant_is_not_accused(mutant):
    assert advised("def test_x():\n    client.get('/')", mutants=(None, mutant)) == []


@pytest.mark.parametrize("outcome", ["test_x failed", "test_x skipped", "test_x xfailed", "test_x todo"])
def test_test_that_does_not_pass_is_not_told_that_it_asserts_nothing(outcome):
    assert advised("def test_x():\n    client.get('/')", first=outcome) == []


def test_run_that_was_lost_leaves_a_doubt():
    runs = [run("reference", "test_x passed"), Run("any-password", ended="timeout")]
    material = Material(runs[0], read({"test_a.py": b"def test_x():\n    while wrong: client.get('/')"}))

    assert advice(judge(VARIANTS, runs), material) == []


LOOP = "def test_x():\n    for a in client.get('/').json():\n        assert a"


def test_assertion_that_is_never_reached():
    assert advised(LOOP) == ["never_reached"]


@pytest.mark.parametrize(
    "source",
    [
        LOOP + "\n    assert True is client",
        '"""PYTEST_DONT_REWRITE"""\n' + LOOP,
        "def test_x():\n    with suppress(AssertionError):\n        for a in b:\n            assert a",
        "def test_x():\n    for a in b:\n        try:\n            assert a\n        except AssertionError:\n            note(a)",
    ],
    ids=["another", "not rewritten", "suppressed", "caught"],
)
def test_assertion_of_which_one_cannot_know_is_not_told_of(source):
    assert advised(source) == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (
            "assert r.status_code, 404",
            "the 404 after the comma is the message, not a comparison: write `== 404`",
        ),
        ("assert r.json", "`r.json` without parentheses is a method, and not what it returns"),
        (
            "assert r.status_code == 200 or 201",
            "`201` is true by itself, whatever the rest is: write `in (…, 201)`",
        ),
        (
            "assert (r.status_code == 200, 'must be')",
            "a tuple that is not empty is true: leave the parentheses out",
        ),
        ("assert r == r", "both sides are the same"),
        ("assert 1 == 1", "both sides are the same"),
        ("assert True", "a constant is what it is"),
    ],
)
def test_assertion_that_is_always_true_is_told_with_its_reason(line, why):
    alone = f"def test_x():\n    r = client.get('/')\n    {line}"
    beside = f"{alone}\n    assert r.headers"

    assert one_test(alone).hollow == {3: why}
    assert advised(alone) == ["asserts_nothing"]
    assert advised(beside) == ["always_true"]


@pytest.mark.parametrize(
    "line",
    [
        "assert r.json()",
        "assert r.status_code == 404, 404",
        "assert r.status_code, 'no status'",
        "assert next(r) == next(r)",
        "assert r.status_code in (200, 201)",
        "assert r.is_success or client",
        "assert column.json",
        "assert (*rows,)",
        "assert False, 'never here'",
    ],
)
def test_assertion_that_may_fail_is_not_said_to_be_always_true(line):
    assert one_test(f"def test_x():\n    {line}").hollow == {}


@pytest.mark.parametrize("caught", ["except AssertionError", "except (ValueError, Exception)", "except"])
def test_failure_that_an_except_swallows_is_told(caught):
    source = (
        f"def test_x():\n    try:\n        assert client.get('/').is_success\n    {caught}:\n        pass"
    )

    assert one_test(source).hollow == {3: "the `except` in line 4 swallows its failure"}
    assert advised(source) == ["asserts_nothing"]


@pytest.mark.parametrize(
    "handled",
    [
        "except ValueError:\n        pass",
        "except AssertionError:\n        raise",
        "except AssertionError:\n        is_right = False",
        "except AssertionError as error:\n        last = error",
        "except AssertionError:\n        pass\n    else:\n        pytest.fail('it was true')",
    ],
)
def test_failure_that_goes_further_is_not_said_to_be_swallowed(handled):
    assert one_test(f"def test_x():\n    try:\n        assert a\n    {handled}").hollow == {}


# -- what looks like a test and is none

LOOK = "assert client.get('/').is_success"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (
            f"def check_alice():\n    {LOOK}",
            "check_alice in line 1 never runs: nobody calls it, * Call it test_alice.",
        ),
        (
            f"class Users:\n    def test_a(self):\n        {LOOK}",
            "Users in line 1 never runs: * Call it TestUsers.",
        ),
        (
            f"class TestA:\n    def __init__(self):\n        self.x = 1\n    def test_a(self):\n        {LOOK}",
            "TestA in line 1 never runs: pytest passes over a class with an `__init__`. *",
        ),
        (
            f"class TestA:\n    def test_a():\n        {LOOK}",
            "test_a in line 2 has no `self`, * Write `def test_a(self)`.",
        ),
        (
            f"def test_out():\n    def test_in():\n        {LOOK}",
            "test_in in line 2 never runs: it stands inside of test_out. *",
        ),
    ],
    ids=["name", "class", "init", "self", "nested"],
)
def test_what_never_runs_is_named_with_its_line_and_what_to_do(source, says):
    [found] = read({"test_a.py": source.encode()}).never_run

    assert fnmatch(found.text, says.replace("[", "[[]")), found.text


def test_except_that_swallows_is_named_and_not_the_one_above_it():
    two = "    except ValueError:\n        raise\n    except AssertionError:\n        pass"
    source = f"def test_x():\n    try:\n        assert a\n{two}"

    assert one_test(source).hollow == {3: "the `except` in line 6 swallows its failure"}


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("check_alice", "test_alice"),
        ("items_are_stored", "test_items_are_stored"),
        ("checkout_works", "test_checkout_works"),
    ],
)
def test_better_name_is_the_old_one_with_test_before_it(name, better):
    [found] = read({"test_a.py": f"def {name}():\n    {LOOK}".encode()}).never_run

    assert found.text.endswith(f"Call it {better}.")


@pytest.mark.parametrize("lesson", Course(Path(__file__).parents[1]).lessons, ids=lambda lesson: lesson.name)
def test_nothing_of_this_is_said_of_what_the_course_itself_ships(lesson):
    solution = read(solution_suite(lesson).files)
    starter = read({path: text.encode() for path, text in lesson.starter_files.items()})

    assert [one.name for one in starter.never_run if one.name not in worked_examples(lesson)] == []
    assert solution.never_run == ()
    assert not [test.name for test in (*solution.tests, *starter.tests) if test.hollow]


def test_file_whose_name_pytest_passes_over_is_named():
    files = {
        "test_a.py": b"def test_x():\n    assert a",
        "my_tests.py": f"def test_y():\n    {LOOK}".encode(),
    }

    [found] = read(files).never_run

    assert (
        found.text
        == "The tests in my_tests.py never run: here a file of tests is called test_….py. Call it test_my.py."
    )


@pytest.mark.parametrize(
    "source",
    [
        f"def check(r):\n    {LOOK}\n\ndef test_x():\n    check(1)",
        f"@pytest.fixture\ndef ready():\n    {LOOK}",
        f"class Base:\n    def test_a(self):\n        {LOOK}\n\nclass TestA(Base):\n    pass",
        f"class Users(unittest.TestCase):\n    def test_a(self):\n        {LOOK}",
        f"class TestA:\n    @staticmethod\n    def test_a():\n        {LOOK}",
        f"def test_x():\n    def test_in():\n        {LOOK}\n    test_in()",
        "def helper():\n    return client",
        f"def setup_module():\n    {LOOK}",
        f"def pytest_generate_tests(metafunc):\n    {LOOK}",
    ],
    ids=[
        "called",
        "fixture",
        "base",
        "unittest",
        "static",
        "called inside",
        "asserts nothing",
        "set-up",
        "hook",
    ],
)
def test_what_is_used_or_runs_is_not_said_to_never_run(source):
    assert read({"test_a.py": source.encode()}).never_run == ()


def test_helpers_that_a_suite_imports_are_no_tests_that_never_run():
    files = {
        "test_a.py": b"from looks import check\n\ndef test_x():\n    check()",
        "looks.py": f"def check():\n    {LOOK}".encode(),
    }

    assert read(files).never_run == ()


STATUS = "def test_x():\n    '''({})'''\n    assert client.{}.status_code == 200"


@pytest.mark.parametrize(
    ("row", "request_", "expected"),
    [
        ("P1", "get('/')", ["status_alone"]),
        ("P2", "post('/')", ["status_alone"]),
        ("P3", "get('/')", []),
        ("P9", "get('/')", []),
    ],
    ids=["body", "effect", "neither", "no such row"],
)
def test_row_says_if_a_status_is_enough(row, request_, expected):
    assert advised(STATUS.format(row, request_)) == expected


def test_effect_may_have_been_looked_at_where_there_are_two_requests():
    source = STATUS.format("P2", "post('/')") + "\n    assert client.get('/').status_code == 200"

    assert advised(source) == []


def test_row_whose_mutants_are_caught_needs_no_advice():
    assert advised(STATUS.format("P1", "get('/')"), mutants=("test_x failed assertion", None)) == []


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("assert client.get('/').json() == 1", []),
        ("r = client.get('/')\n    assert r.json() == 1", []),
        ("assert ask().json() == 1\ndef ask():\n    return client.get('/')", []),
        ("assert something == 1", []),
        ("look(client.get('/'))\ndef look(r):\n    assert r.json() == 1", []),
        ("snapshot(client.get('/'))", []),
        ("assert client.post('/').json() == 1", ["status_alone"]),
        ("assert client.get('/').status_code == 201", ["status_alone", "status_alone"]),
    ],
)
def test_one_test_of_a_row_may_look_at_the_status_and_another_at_the_body(other, expected):
    source = STATUS.format("P1", "get('/')") + f"\ndef test_y():\n    '''(P1)'''\n    {other}"
    runs = [
        run("reference", "test_x passed", "test_y passed"),
        run("rewritten", "test_x passed", "test_y passed"),
    ]
    material = Material(runs[0], read({"test_a.py": source.encode()}), promised_cells(TABLE))

    assert [finding.kind for finding in advice(judge(VARIANTS, runs), material)] == expected


def test_row_may_come_from_the_lesson():
    source = "def test_x():\n    assert client.get('/').status_code == 200"

    assert advised(source, named={"test_x": ("P1",)}) == ["status_alone"]


def test_worked_example_is_not_the_learners_mistake():
    assert advised(STATUS.format("P1", "get('/')"), not_theirs={"test_x"}) == []


CLOSED = [Seen("not_started", "test_x", "503")]


@pytest.mark.parametrize(
    ("source", "first", "expected"),
    [
        ("assert client.get('/').json() == 1", "test_x failed", ["not_started"]),
        ("assert client.get('/').json() == 1", "test_x passed", []),
        ("assert client.get('/').status_code == 503", "test_x failed", []),
        ("'''(P3)'''\n    assert client.get('/').json() == 1", "test_x failed", []),
        ("assert client.get('/').json() == {'detail': 'The doors are shut'}", "test_x failed", []),
        ("with LifespanManager(app): assert client.get('/').json() == 1", "test_x failed", []),
        ("with pytest.raises(KeyError): client.get('/')", "test_x failed", []),
    ],
)
def test_app_that_was_not_started(source, first, expected):
    assert advised(f"def test_x():\n    {source}", first, CLOSED) == expected


def test_override_is_told_once_for_all_its_tests():
    source = b"def test_x():\n    assert r.json()\ndef test_y():\n    assert r.json()"
    seen = tuple(Seen("override_unused", test, "`get_user`") for test in ("test_x", "test_y"))
    runs = [run("reference", "test_x passed", "test_y passed", seen=seen)]

    (finding,) = advice(judge(VARIANTS, runs), Material(runs[0], read({"test_a.py": source})))

    assert finding.text.startswith("test_x and 1 other test override `get_user`")


def test_app_that_reads_its_overrides_by_itself_is_left_alone():
    seen = [Seen("override_unused", "test_x", "get_user")]

    assert advised("def test_x():\n    assert r.json()", seen=seen) == ["override_unused"]
    assert advised("def test_x():\n    assert r.json()", seen=seen, app_handles_overrides=True) == []


@pytest.mark.parametrize(
    ("kind", "first", "expected"),
    [
        ("never_awaited", "test_x passed", ["never_awaited"]),
        ("never_awaited", "test_x failed", []),
        ("coroutine", "test_x failed", ["never_awaited"]),
    ],
)
def test_failing_test_may_not_have_come_to_its_await(kind, first, expected):
    source = "async def test_x():\n    r = client.get('/')\n    assert r.json()"
    seen = [Seen(kind, "test_x", "AsyncClient.get", "test_a.py", 2)]

    assert advised(source, first, seen) == expected


def test_async_test_without_a_marker():
    message = "test_x failed exception async def functions are not natively supported.\nYou need …"

    assert advised("async def test_x():\n    assert 1", message) == ["async_unmarked"]


# -- one assertion too many

OVER_READS = b"""def test_x():
    a = 1
    assert (
        a
    ) == 2; b = 3  # no
    assert a
def test_y():
    assert a
"""


def over_reading(line, how="assertion"):
    detail = f"test_a.py:{line}: in test_x\n    assert\nE   assert"
    red = run("rewritten", "test_y passed")
    failed = Outcome("test_x", "failed", how, "m", detail)
    red = Run("rewritten", outcomes=(failed, *red.outcomes), planned=("test_x", "test_y"))
    passed = run("reference", "test_x passed", "test_y passed")
    muted = run("no-cookie", "test_x failed assertion", "test_y passed")
    return [passed, red, run("any-password", "test_x passed", "test_y passed"), muted]


def tried_in(line):
    runs = over_reading(line)
    return attempts(judge(VARIANTS, runs), VARIANTS, runs, read({"test_a.py": OVER_READS}))


def test_line_is_the_one_that_failed_on_correct_apps():
    (attempt,) = tried_in(4)

    assert (attempt.test.name, attempt.assertion.lineno, attempt.promise) == ("test_x", 3, "P1")


@pytest.mark.parametrize("line", [2, 8, 99], ids=["no assert", "another test", "no line"])
def test_failure_elsewhere_is_not_tried(line):
    assert tried_in(line) == []


def test_nothing_is_tried_where_the_suite_does_not_start_on_a_correct_app():
    runs = over_reading(4)
    verdict = judge(VARIANTS, runs)
    broken = Finding("equivalent", "over_reads", "The suite does not start.")
    verdict = replace(verdict, findings=(*verdict.findings, broken))

    assert attempts(verdict, VARIANTS, runs, read({"test_a.py": OVER_READS})) == []


def test_suite_without_the_assertion_keeps_its_lines():
    changed = without_asserts({"test_a.py": OVER_READS}, tried_in(4))["test_a.py"]

    assert changed.count(b"\n") == OVER_READS.count(b"\n")
    assert "assert a == 2" not in ast.unparse(ast.parse(changed))
    assert changed.splitlines()[5:] == OVER_READS.splitlines()[5:]
    assert b"    pass; b = 3  # no" in changed.splitlines()


def test_only_mutants_that_the_test_noticed_are_run_again():
    runs = over_reading(4)
    correct, mutants = worth_running(judge(VARIANTS, runs), VARIANTS, tried_in(4))

    assert [v.id for v in correct] == ["reference", "rewritten"]
    assert [v.id for v in mutants] == ["no-cookie"]


@pytest.mark.parametrize(
    ("on_correct", "on_mutant", "said"),
    [
        ("test_x passed", "test_x failed", 1),
        ("test_x failed", "test_x failed", 0),
        ("test_x skipped", "test_x failed", 0),
        ("test_x passed", "test_x passed", 0),
    ],
)
def test_runs_without_the_line_decide(on_correct, on_mutant, said):
    found = list(outcome(tried_in(4), [run("rewritten", on_correct)], [run("no-cookie", on_mutant)]))

    assert len(found) == said
    assert all("Without its line 3" in f.text and "1 mutant." in f.text for f in found)
