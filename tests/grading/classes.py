"""Classes made up for tests: any size, every status and flag, and names that try to break out of a page."""

import random
import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from checker.grading.model import (
    Alike,
    Bug,
    ClassResult,
    Learner,
    LearnerResult,
    LessonSheet,
    Unit,
)

ROOT = Path(__file__).parents[2]
MADE_AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)

GIVEN = (
    *(
        "Ada",
        "Ben",
        "Chiara",
        "Dmitri",
        "Elif",
        "Femi",
        "Grace",
        "Hana",
        "Ivo",
        "Jun",
        "Kofi",
        "Lena",
        "Mateo",
    ),
    *(
        "Noor",
        "Olu",
        "Pia",
        "Quentin",
        "Rosa",
        "Sven",
        "Tuğba",
        "Uma",
        "Vera",
        "Wen",
        "Ximena",
        "Yusuf",
        "Zoë",
    ),
)
FAMILY = (
    "Ångström",
    "Brandt",
    "Costa",
    "Díaz",
    "Eriksen",
    "Fontaine",
    "García",
    "Hofmann",
    "Ito",
    "Jansen",
    "Kaya",
)

# A name and an id each. None may run, close an element, link anywhere, or turn the text after it.
AWKWARD = (
    ("<script>window.hacked = 1</script>", "script"),
    ("</script><script>window.hacked = 2</script>", "end-script"),
    ('"><img src=x onerror="window.hacked=3">', "../../outside"),
    ("]]> <!-- {{ 7 * 7 }} {% raw %}", "CON"),
    ("[click](javascript:alert(1)) | pipe | `tick` **bold** https://evil.example", "a/b"),
    ('=HYPERLINK("http://evil.example")', "=cmd"),
    ("\u202eturned round\u2066", "turned"),
    ("\x1b[31mred\x1b[0m\x07 and\nanother line", "ansi\n"),
    ("half a \ud800 character", "half\ud800"),
    ('O\'Neill, Tatiana "Tanya"', "O'Neill"),
    ("名前 太郎", "名前"),
    ("אורי לוי", "uri"),
    ("", "no-name"),
    ("__proto__", "__proto__"),
    ("Capital", "Same"),
    ("Small", "same"),
    ("A very long name " * 20, "long" * 60),
)
HOSTILE_TEST = "test_x[</script><script>window.hacked = 4</script>`<b>`[a](javascript:b)]"
HOSTILE_MESSAGE = (
    "\x1b[31mAssertionError\x1b[0m: ]]> <img src=x onerror=window.hacked=5> | `a` [b](javascript:c)\n"
    "```\n# no heading\n<script>window.hacked = 6</script>\x00 https://evil.example"
)


@dataclass(frozen=True)
class MadeMark:
    """A mark, as a policy would give it."""

    points: float | None
    out_of: float = 10.0
    reasons: tuple[str, ...] = ()


def sheets():
    """The course's lessons with their mutants, and the names of each lesson's tests."""
    for folder in sorted((ROOT / "solutions").glob("[0-9][0-9]_*")):
        mutants = tomllib.loads((folder / "variants.toml").read_text("utf-8"))["mutant"]
        title = (ROOT / "lessons" / folder.name / "README.md").read_text("utf-8").partition("\n")[0]
        bugs = tuple(Bug(m["id"], m["area"], m["promise"], m["symptom"]) for m in mutants)
        tests = re.findall(r"def (test_\w+)", next(folder.glob("test_*.py")).read_text("utf-8"))
        yield LessonSheet(folder.name, title.partition("· ")[2], bugs), tests


def document(
    sheet, tests, *, kills, status="survivors", invalid=(), findings=(), suspect=(), how="assertion"
):
    """A verdict: `kills` maps the id of a mutant to the tests that fail on it."""
    mutants = []
    for bug in sheet.bugs:
        by = kills.get(bug.id, ())
        valid = [test for test in by if test not in invalid]
        mutants.append(
            {
                "id": bug.id,
                "area": bug.area,
                "promise": bug.promise,
                "killed": bool(valid),
                "muted_by": [] if valid else list(by),
                "killed_by": [
                    {"test": test, "how": how if isinstance(how, str) else how(test, bug.id)}
                    for test in valid
                ],
            }
        )
    failing = {f["test"] for f in findings if f["stage"] == "reference"}
    return {
        "format": "checker/verdict/v1",
        "lesson": sheet.name,
        "status": status,
        "suspect": list(suspect),
        "score": round(sum(m["killed"] for m in mutants) / len(mutants), 4) if mutants else 0.0,
        "seconds": 1.0,
        "tasks": {"done": len(tests), "total": len(tests)},
        "tests": [
            {
                "name": test,
                "outcome": "failed" if test in failing else "passed",
                "valid": test not in invalid,
                "message": f"AssertionError: assert 404 == 200 in {test}" if test in failing else "",
            }
            for test in tests
        ],
        "mutants": mutants,
        "equivalents": [{"id": "built-differently", "passed": status != "invalid", "failed_tests": []}],
        "findings": list(findings),
    }


def finding(stage, kind, text, test=None, promise=None):
    return {"stage": stage, "kind": kind, "test": test, "promise": promise, "text": text}


def unit(document, *, sandboxed=True):
    return Unit(document["lesson"], document, MADE_AT, sandboxed)


def made_unit(sheet, tests, chance, skill):
    """A verdict of somebody who catches a mutant with the probability `skill`, and makes the usual mistakes."""
    status = chance.choices(["", "broken", "empty", "todo", "harness_error", "leaky"], [90, 3, 1, 5, 1, 5])[0]
    if status in ("broken", "empty", "harness_error"):
        text = 'E   File "test_it.py", line 7\nE     def test_(:\nE   SyntaxError: invalid syntax'
        found = [finding("collection", "not_collected", text)] if status == "broken" else []
        return unit(document(sheet, [], kills={}, status=status, findings=found))
    wrong = [test for test in tests if chance.random() < 0.06]
    found = [_wrong(test, chance, sheet) for test in wrong]
    if status == "leaky":
        found.append(
            finding(
                "leak",
                "override_left",
                f"{tests[0]} leaves an override of get_db in app.dependency_overrides.",
            )
        )
    kills = {
        bug.id: chance.sample(tests, min(len(tests), chance.choice([1, 1, 1, 2, 3])))
        for at, bug in enumerate(sheet.bugs)
        if chance.random() < skill * (1.25 - 0.8 * at / len(sheet.bugs))
    }
    ways = chance.choices(["assertion", "exception", "setup", "teardown"], [85, 10, 3, 2], k=40)
    made = document(
        sheet,
        tests,
        kills=kills,
        invalid=wrong,
        findings=found,
        how=lambda test, bug: ways[(len(test) * 7 + len(bug)) % 40],
        suspect=("reads_source",) if chance.random() < 0.02 else (),
    )
    complete = "leaky" if status == "leaky" else "complete"
    made["status"] = (
        "todo"
        if status == "todo"
        else "invalid"
        if wrong
        else complete
        if made["score"] == 1
        else "survivors"
    )
    return unit(made)


def _wrong(test, chance, sheet):
    return chance.choice(
        [
            finding(
                "reference", "fails", f"{test} fails on the app: AssertionError: assert 404 == 200", test
            ),
            finding(
                "equivalent",
                "over_reads",
                f"{test} fails on a correct app: KeyError: 'detail'. Keys come in any order.",
                test,
                sheet.bugs[0].promise,
            ),
            finding(
                "order",
                "needs_another",
                f"{test} passes in the file and fails alone: it needs what an earlier test left.",
                test,
            ),
        ]
    )


def made_class(size, *, seed=39, awkward=False):
    """A class of so many learners with ordinary names, and, where wanted, those of `AWKWARD` beside them.

    By this seed the first two learners, at whom tests look, are graded in every lesson, and others have every status.
    """
    course = list(sheets())
    learners = [_made_learner(at, course, seed) for at in range(size)]
    if awkward:
        learners += [_awkward_learner(name, id, course) for name, id in AWKWARD]
    known = [one.learner.id for one in learners if one.units]
    first, last = course[0][0].name, course[-1][0].name
    pairs = (
        ()
        if len(known) < 5
        else (
            Alike(first, known[0], known[1], 1.0, identical=True),
            Alike(first, known[1], known[2], 1.0, identical=True),
            Alike(last, known[3], known[4], 0.87),
        )
    )
    return ClassResult(tuple(sheet for sheet, _ in course), tuple(learners), pairs)


def _made_learner(at, course, seed):
    """What becomes of a learner depends on nothing else, least of all on how many mutants another lesson has."""
    chance = random.Random(f"{seed} {at}")
    name = f"{GIVEN[at % len(GIVEN)]} {FAMILY[(at * 7 + at // 26) % len(FAMILY)]}"
    learner = Learner(
        f"s{1000 + at}", name, f"s{1000 + at}@students.example", f"team {at // 2 + 1}" if at % 5 == 0 else ""
    )
    if at % 23 == 22:
        return LearnerResult(learner)
    skill = chance.choice([0.45, 0.65, 0.8, 0.9, 1.2])
    done = chance.choice([len(course)] * 4 + [len(course) - 1, len(course) // 2])
    units = {
        sheet.name: made_unit(sheet, tests, random.Random(f"{seed} {at} {sheet.name}"), skill)
        for sheet, tests in course[:done]
    }
    flags = tuple(
        flag
        for flag, rate in (("late", 0.08), ("several_attempts", 0.06), ("unmatched", 0.02))
        if chance.random() < rate
    )
    notes = (
        ("pytest.ini is left aside: only test files, conftests and modules of yours are taken.",)
        if at % 9 == 4
        else ()
    )
    return LearnerResult(learner, f"{learner.id}.zip", flags, notes, units)


def _awkward_learner(name, id, course):
    sheet, tests = course[0]
    names = [HOSTILE_TEST, *tests]
    found = [
        finding("reference", "fails", f"{HOSTILE_TEST} fails on the app: {HOSTILE_MESSAGE}", HOSTILE_TEST),
        finding(
            "notice", "file_ignored", f"{HOSTILE_MESSAGE}.py is left aside: its name shadows another module."
        ),
    ]
    made = document(
        sheet,
        names,
        kills={sheet.bugs[0].id: [tests[0]], sheet.bugs[1].id: [HOSTILE_TEST]},
        status="invalid",
        invalid=[HOSTILE_TEST],
        findings=found,
        suspect=("report_missing",),
    )
    made["tests"][0]["message"] = HOSTILE_MESSAGE
    made["mutants"][2] |= {"killed": True, "killed_by": [{"test": tests[0], "how": "<b>how</b>"}]}
    return LearnerResult(
        Learner(id, name, f"{name}@example.org", name),
        f"{name}.zip",
        ("late", "<b>flag</b>"),
        (HOSTILE_MESSAGE,),
        {sheet.name: unit(made, sandboxed=False)},
    )


def made_marks(result):
    """Marks by learner and lesson, and totals by learner, as a policy would give them."""
    marks, totals = {}, {}
    for learner in result.learners:
        for sheet in result.lessons:
            unit = learner.units.get(sheet.name)
            points = (
                None
                if unit and unit.status == "harness_error"
                else round(10 * unit.score, 1)
                if unit
                else 0.0
            )
            reasons = (
                (f"{points:g} of 10 points by score.",)
                if unit and points is not None
                else ("Not handed in: 0 points.",)
            )
            marks[learner.learner.id, sheet.name] = MadeMark(points, 10.0, reasons)
        of_learner = [marks[learner.learner.id, sheet.name].points for sheet in result.lessons]
        some = None in of_learner
        totals[learner.learner.id] = MadeMark(
            None if some else sum(of_learner),
            10.0 * len(of_learner),
            ("A lesson has no verdict yet.",) if some else (),
        )
    return marks, totals
