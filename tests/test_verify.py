"""Each check of `checker verify` holds for a sound lesson, and finds the lesson that was spoiled for it."""

import shutil

import pytest

from checker.check import warm_runner
from checker.course.lessons import Course
from checker.course.new import new_lesson
from checker.verify import Subject, all_checks

README, HINTS, STARTER = "lessons/{}/README.md", "lessons/{}/hints.md", "lessons/{}/test_greeting.py"
SOLUTION, TOML, DEBRIEF = (
    "solutions/{}/test_greeting.py",
    "solutions/{}/variants.toml",
    "solutions/{}/README.md",
)

SECOND_MUTANT = """
[[mutant]]
id = "everybody-is-ben"
area = "greeting"
promise = "P1"
symptom = "Everybody is called ben."
expose = "Ask for a second name."
replace = '''f"Hello {name}"'''
with = '''"Hello " + "ann"'''
"""


@pytest.fixture(scope="module")
def runner():
    with warm_runner([], []) as runner:
        yield runner


@pytest.fixture
def draft(tmp_path):
    """A course with one draft, fresh from the skeleton."""
    (tmp_path / "lessons").mkdir()
    course = Course(tmp_path)
    new_lesson(course, "17_greeting")
    return Course(tmp_path)


@pytest.fixture
def whole(draft):
    """The same lesson, said to be no draft: all that is asked of a lesson is asked of it."""
    change(draft, README, "*Draft*", "Done")
    change(draft, TOML, 'promise = "P1"\nsymptom', 'promise = "P1"\nclause = "with that name"\nsymptom')
    return draft


@pytest.fixture
def found(draft, runner):
    """What a check, named by a part of its name, finds in the draft."""

    def find(part):
        (check,) = [check for check in all_checks() if part in check.name]
        course = Course(draft.root)  # read afresh
        return list(check.find(Subject(course, course.lessons[0], runner)))

    return find


def change(course, path, old, new):
    file = course.root / path.format("17_greeting")
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


GIVEN_AWAY = 'compare: `assert client.get(f"/hello/{name}").json()["message"] ==\n   f"Hello {name}"`'

SPOILED = [
    ("the README has", README, "# 17 · Greeting", "# Greeting", "should begin `# 17 · Title`"),
    ("the README has", README, "| P1 |", "| one |", "no promise table"),
    ("the README has", README, "*Not promised*", "Not promised", "lacks the line *Not promised*"),
    ("the tasks", STARTER, "gave (P1)", "gave", "names no row"),
    ("the tasks", STARTER, "gave (P1)", "gave (P9)", "names P9, which is not in the table"),
    ("the tasks", SOLUTION, "def test_everybody", "def test_nobody", "the solution lacks test_everybody"),
    ("the tasks", README, "*Draft*", "Done", "1 tasks; 5 to 8"),
    ("a ladder of hints", HINTS, "## test_everybody", "## test_nobody", "no heading `## test_everybody"),
    (
        "a ladder of hints",
        HINTS,
        "## test_everybody",
        "## test_nobody",
        "_greeted_by_name`, which is no task",
    ),
    ("a ladder of hints", HINTS, "3. Ask for two names, and compare both bodies.\n", "", "3 to 5 rungs"),
    ("no hint gives", HINTS, "compare both bodies.", GIVEN_AWAY, "gives away `assert client.get"),
    ("enough equivalents", README, "*Draft*", "Done", "1 equivalents; a lesson has at least 2"),
    (
        "every variant names",
        TOML,
        'promise = "P1"\nsymptom',
        'promise = "P2"\nsymptom',
        "everybody-is-ann names P2",
    ),
    ("every variant names", README, "| none |\n", "| none |\n| P2 | `GET /` | 404 |\n", "P2 has no mutant"),
    ("every freedom", TOML, 'freedom = "other keys beside `message`"\n', "", "does not quote its `freedom`"),
    (
        "every freedom",
        README,
        "other keys beside",
        "further keys beside",
        "its freedom does not stand in README.md",
    ),
    ("the starter is red", STARTER, "== 200", "== 201", "the starter's test_somebody_is_answered is failed"),
    ("the starter is red", STARTER, "pytest.fail(", "print(", "should be todo"),
    (
        "the starter is red",
        STARTER,
        '/ann").status_code == 200',
        '/ben").text.count("ben")',
        "kills everybody-is-ann",
    ),
    ("is complete", SOLUTION, '["ann", "ben"]', '["ann"]', "everybody-is-ann survives the solution"),
    ("is complete", SOLUTION, "== 200", "== 201", "the solution is invalid"),
    (
        "is complete",
        SOLUTION,
        "client =",
        "__import__('warnings').warn('old')\nclient =",
        "the solution is broken",
    ),
    (
        "mutant starts",
        TOML,
        "with = '''\"Hello ann\"'''",
        "with = '''__import__(\"os\")._exit(1)'''",
        "did not finish",
    ),
    (
        "are one bug",
        TOML,
        "[[mutant]]",
        SECOND_MUTANT + "[[mutant]]",
        "make the same tests fail with the same words",
    ),
    (
        "README's code runs",
        README,
        "== 200",
        "== 404",
        "code block 1: test_somebody_is_answered: assert 200 == 404",
    ),
    ("README's code runs", README, "```python\nfrom", "```python fails\nfrom", "is said to fail, and passes"),
    ("README's code runs", README, "```python\nfrom", "```python fragment\nif\nfrom", "invalid syntax"),
    ("README's code runs", README, "client = TestClient(app)", "client = TestClient(nothing)", "NameError"),
]


@pytest.mark.parametrize(
    ("check", "path", "old", "new", "words"),
    SPOILED,
    ids=[f"{check}: {words}" for check, _, _, _, words in SPOILED],
)
def test_check_finds_what_was_spoiled(draft, found, check, path, old, new, words):
    assert found(check) == []

    change(draft, path, old, new)

    assert any(words in problem for problem in found(check)), found(check)


def test_order_of_chance_finds_a_solution_that_needs_its_order(draft, found):
    change(
        draft,
        SOLUTION,
        "client = TestClient(app)\n",
        "client = TestClient(app)\nseen = []\n\n\ndef test_a():\n    seen.append('a')\n\n\n"
        "def test_b():\n    assert seen == ['a']\n\n\ndef test_c():\n    seen.append('c')\n",
    )

    assert any("shuffled with seed" in problem for problem in found("in any order"))


def test_hollow_suites_that_score_are_found(draft, found):
    fixture = """client = TestClient(app)


@pytest.fixture(autouse=True)
def greeted():
    assert client.get("/hello/ben").json()["message"] == "Hello ben"
"""
    assert found("hollow suites") == []

    change(draft, SOLUTION, "client = TestClient(app)\n", fixture)

    assert "a suite that asserts True catches everybody-is-ann" in found("hollow suites")


def test_row_whose_mutants_are_all_seen_in_a_status_is_found(draft, found):
    change(draft, README, "*Draft*", "Done")
    change(draft, TOML, "with = '''\"Hello ann\"'''", "with = '''str(1 / 0)'''")
    change(
        draft,
        TOML,
        "replace = '''f\"Hello {name}\"'''",
        "replace = '''return {\"message\": f\"Hello {name}\"}'''",
    )
    change(
        draft,
        TOML,
        "with = '''str(1 / 0)'''",
        "with = '''from fastapi import HTTPException; raise HTTPException(500)'''",
    )

    words = "P1: the solution's status assertions alone catch every mutant"
    assert any(problem.startswith(words) for problem in found("statuses alone"))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("P1", "variants.toml says that P1 is seen in a status, and everybody-is-ann is not"),
        ("P7", "variants.toml says that P7 is seen in a status, and no mutant breaks its body or effect"),
    ],
)
def test_comment_that_a_row_is_seen_in_a_status_has_to_be_true(whole, found, row, words):
    assert found("statuses alone") == []

    change(whole, TOML, "# What each", f"# {row} is seen in a status: so it is said.\n# What each")

    (problem,) = found("statuses alone")
    assert problem.startswith(words)


def test_names_taken_elsewhere_are_found(draft, runner):
    shutil.copytree(draft.root / "lessons" / "17_greeting", draft.root / "lessons" / "18_other")
    (draft.root / "lessons" / "18_other" / "json.py").write_text("")
    course = Course(draft.root)
    (check,) = [check for check in all_checks() if "unique" in check.name]

    problems = list(check.find(Subject(course, course.lessons[1], runner)))

    assert problems == [
        "json is the name of a standard module",
        "greeting_api is in 17_greeting too",
        "test_greeting is in 17_greeting too",
    ]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("lessons/17_greeting/notes.txt", "lessons/17_greeting/notes.txt belongs to nothing"),
        ("solutions/17_greeting/old_app.py", "solutions/17_greeting/old_app.py belongs to nothing"),
    ],
)
def test_file_that_belongs_to_nothing_is_found(draft, found, path, words):
    assert found("belongs") == []

    (draft.root / path).write_text("")

    assert found("belongs") == [words]


def test_missing_debrief_is_found(draft, found):
    (draft.root / "solutions" / "17_greeting" / "README.md").unlink()

    assert found("belongs") == ["solutions/17_greeting/README.md is missing"]


def test_sound_draft_is_accepted_and_a_spoiled_one_is_exit_1(checker, draft):
    sound = checker("verify", "17", cwd=draft.root)
    change(draft, TOML, "Hello ann", "Hello {name}")
    change(draft, TOML, "'''\"Hello {name}\"'''", "'''f\"Hello {name}\" '''")
    spoiled = checker("verify", cwd=draft.root)

    assert (sound.returncode, sound.stdout.count("FAILED")) == (0, 0)
    assert sound.stdout.count("ok       17_greeting: ") == len(all_checks())
    assert spoiled.returncode == 1
    assert "FAILED  17_greeting: the solution is complete, and is so again" in spoiled.stdout


def test_lesson_that_cannot_be_read_fails_its_checks_in_one_line_each(checker, draft):
    change(draft, TOML, "replace = '''f\"Hello {name}\"'''", "replace = '''not there'''")

    done = checker("verify", "17", cwd=draft.root)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "`replace` occurs not at all" in done.stdout


def test_warning_is_no_failure(checker, draft):
    change(draft, TOML, "[[mutant]]", SECOND_MUTANT + "[[mutant]]")

    done = checker("verify", "17", cwd=draft.root)

    assert done.returncode == 0
    assert "warning  17_greeting: no two mutants are one bug" in done.stdout


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("17_other", "Lesson 17 is there already"),
        ("18_greeting", "has files of that topic already"),
        ("Greeting", "is no name for a lesson"),
    ],
)
def test_new_lesson_with_a_name_that_will_not_do_is_one_line_and_exit_2(checker, draft, name, words):
    done = checker("new", name, cwd=draft.root)

    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_compiled_files_are_no_part_of_a_new_lesson(in_course, site):
    (site / "checker/course/skeleton/lesson/__pycache__").mkdir(exist_ok=True)

    assert in_course("new", "18_farewell").returncode == 0


def test_new_lesson_names_what_it_wrote(checker, draft):
    done = checker("new", "18_farewell", cwd=draft.root)

    assert done.returncode == 0
    written = [line.strip() for line in done.stdout.splitlines() if line.startswith("  ")]
    assert "lessons/18_farewell/farewell_api.py" in written
    assert all((draft.root / path).is_file() for path in written)


# -- teeth, on a copy of lesson 01


@pytest.fixture
def teeth(course, runner):
    """What a check, named by a part of its name, finds in the copy of lesson 01 after a change of its files."""

    def find(part, *changes):
        for path, old, new in changes:
            file = course / path
            text = file.read_text("utf-8")
            assert text.count(old) == 1
            file.write_text(text.replace(old, new), "utf-8")
        (check,) = [check for check in all_checks() if part in check.name]
        copy = Course(course)
        return list(dict.fromkeys(check.find(Subject(copy, copy.lessons[0], runner))))

    return find


OURS = "solutions/41_test_client/test_test_client.py"
VARIANTS = "solutions/41_test_client/variants.toml"
REFUSED = "    assert response.status_code == 400\n"


def test_solution_that_lost_an_assertion_loses_a_mutant(teeth):
    (problem,) = teeth("is complete", (OURS, REFUSED, ""))

    assert problem.startswith("duplicate-is-a-conflict survives the solution")


LOOK = '    assert client.get(f"/hello/{name}").json()["message"] == f"Hello {name}"\n'


def test_assertion_that_nothing_needs_is_found(whole, found):
    assert found("every assertion") == []

    change(whole, SOLUTION, LOOK, f"{LOOK}    assert name\n")

    (problem,) = found("every assertion")
    assert "`assert name` earns nothing: without it test_everybody_is_greeted_by_name" in problem


def test_assertion_that_nothing_needs_can_be_excused_and_is_told(whole, found):
    change(whole, SOLUTION, LOOK, f"{LOOK}    assert name  # not judged: to show it\n")

    assert found("every assertion") == []
    assert [told.partition("`assert")[2] for told in found("are excused")] == [" name`: to show it"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (LOOK.replace("\n", "  # not judged: why\n"), "is excused, and earns its place"),
        (
            "    with pytest.raises(AssertionError):  # not judged: why\n        assert client.get"
            '(f"/hello/{name}").json()["message"] != f"Hello {name}"\n',
            "is excused, and earns its place",
        ),
        (f"    client.get('/')  # not judged: why\n{LOOK}", "excuses nothing"),
    ],
    ids=["assert", "raises", "no assertion"],
)
def test_excuse_that_is_not_needed_is_found(whole, found, line, words):
    change(whole, SOLUTION, LOOK, line)

    assert any(words in problem for problem in found("every assertion"))


def test_run_that_is_lost_without_an_assertion_does_not_speak_for_it(whole, found):
    look = LOOK.partition("== ")[0].replace("assert ", "said = ")
    gone = f"""{look}
    assert said == f"Hello {{name}}"
    said == f"Hello {{name}}" or __import__("os")._exit(1)
"""
    change(whole, SOLUTION, LOOK, gone)

    (problem,) = found("every assertion")
    assert "cannot be judged: without it a run did not finish: everybody-is-ann" in problem


def test_worked_example_that_is_another_in_the_solution_is_found(whole, found):
    assert found("worked examples") == []

    change(whole, SOLUTION, '    assert client.get("/hello/ann").status_code == 200\n', "    pass\n")

    (problem,) = found("worked examples")
    assert problem.startswith("the worked example test_somebody_is_answered is another")


def test_record_is_asked_for_and_written_on_demand(checker, whole, found):
    (missing,) = found("is recorded")

    written = checker("verify", "17", "--record", cwd=whole.root)

    assert missing == "kills.toml is missing. Write it: checker verify 17 --record"
    assert (written.returncode, written.stdout) == (0, "  solutions/17_greeting/kills.toml\n")
    assert found("is recorded") == []


def test_record_of_a_solution_that_is_not_complete_is_not_written(checker, draft):
    change(draft, SOLUTION, LOOK, "    pass\n")

    done = checker("verify", "17", "--record", cwd=draft.root)

    assert done.returncode == 2
    assert done.stderr == "checker: The solution of 17_greeting is survivors: checker verify 17.\n"


def test_test_that_catches_less_than_recorded_is_found_where_another_catches_the_same(whole, found):
    twin = "\n\ndef test_twin():\n" + LOOK.replace("{name}", "ben")
    change(whole, SOLUTION, LOOK, LOOK + twin)
    kills = '["test_{0}"]\n\n["test_{1}[ann]"]\n\n["test_{1}[ben]"]\n{2}\n\n["test_twin"]\n{2}\n'
    names = ("somebody_is_answered", "everybody_is_greeted_by_name", 'assertion = ["everybody-is-ann"]')
    (whole.root / "solutions/17_greeting/kills.toml").write_text(kills.format(*names))
    assert found("is recorded") == []

    change(whole, SOLUTION, twin, "\n\ndef test_twin():\n    pass\n")

    (problem,) = found("is recorded")
    assert problem.startswith("test_twin no longer catches everybody-is-ann: ")


def test_case_that_catches_nothing_is_found(teeth):
    table = '@pytest.mark.parametrize("n", [1])\ndef test_number(n):\n    assert n\n\n\n'

    (problem,) = teeth("every case", (OURS, "def test_unknown_user", table + "def test_unknown_user"))

    assert problem.endswith("the case test_number[1] catches no mutant")


def test_clause_without_a_mutant_is_found(teeth):
    (problem,) = teeth("every clause", (VARIANTS, 'clause = "200"', 'clause = "User created"'))

    assert problem.startswith("P3, status '200': no mutant breaks it")


def test_comment_that_excuses_a_clause_which_has_a_mutant_is_found(teeth):
    (problem,) = teeth("every clause", (VARIANTS, "# P1, P2", '# P4 "400" has no mutant: really\n# P1, P2'))

    assert 'says that P4 "400" has no mutant, and duplicate-accepted breaks it' in problem


def test_variants_of_an_instructor_are_not_counted_against_the_course(course, runner, tmp_path):
    own = tmp_path / "own" / "41_test_client"
    own.mkdir(parents=True)
    mutant = (course / VARIANTS).read_text("utf-8").split("[[mutant]]")[1].split("[[")[0]
    own.joinpath("variants.toml").write_text(
        "[[mutant]]" + mutant.replace("everybody-does-alices-job", "one-more").replace('"P1"', '"P7"'),
        "utf-8",
    )
    copy = Course(course, variants=tmp_path / "own")
    subject = Subject(copy, copy.lessons[0], runner)
    files = [check for check in all_checks() if "clause" in check.name or "equivalents" in check.name]

    assert len(subject.variants.mutants) == len(subject.shipped_variants.mutants) + 1
    assert [list(check.find(subject)) for check in files] == [[], []]
