"""Apps in skins: another text every time, and the same app."""

import ast
import random
import re
from pathlib import Path

import pytest

from checker.course.lessons import Course
from checker.course.variants import load_variants
from checker.engine.skin import worn
from checker.engine.variant import Variant, VariantSet
from checker.judging.judge import judge
from checker.judging.verdict import Outcome, Run

LESSONS = Course(Path(__file__).parents[1]).lessons
APP = '''"""An app."""

from __future__ import annotations

import sys

LIMIT = 3


def double(number: int) -> int:
    """Twice."""
    if number > LIMIT:
        number = LIMIT
    elif number < 0: return 0
    return number * 2


def names():
    kept = 1
    return sorted(locals())


def shown(value):
    text = f"{value=}"
    return text


class Thing:
    kind = "thing"

    def name(self):
        return type(self).__name__, self.kind


def outer():
    count = 0

    def inner():
        nonlocal count
        count += 1
        return count

    return inner() + inner()
'''
MUTANT = APP.replace("number * 2", "number * 3")


def dressed(text, seed, shipped=APP, others=(MUTANT,)):
    return worn({"app.py": text}, {"app.py": shipped}, [{"app.py": other} for other in others], seed)


def module(text):
    names = {}
    exec(compile(text, "app.py", "exec"), names)
    return names


@pytest.mark.parametrize("seed", range(1, 30))
def test_skin_changes_nothing_that_the_app_does(seed):
    app = module(dressed(APP, seed).files["app.py"])

    assert [app["double"](number) for number in (-1, 2, 9)] == [0, 4, 6]
    assert app["names"]() == ["kept"]
    assert app["shown"](3) == "value=3"
    assert app["Thing"]().name() == ("Thing", "thing")
    assert app["outer"]() == 3
    assert app["double"].__doc__ == "Twice."
    assert app["__doc__"] == "An app."
    assert set(vars(app["Thing"])) == set(vars(module(APP)["Thing"]))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_line_of_a_lessons_variants_is_still_there_and_in_order(lesson):
    variants = load_variants(lesson)
    mutants = [mutant.files for mutant in variants.mutants]
    for variant in (*variants.correct, *variants.mutants):
        files = worn(
            variant.files, variants.reference.files, mutants, random.Random(variant.id).randrange(2**32)
        ).files
        for path, text in variant.files.items():
            lines = iter(files[path].split("\n"))
            assert all(line in lines for line in text.split("\n")), (variant.id, path)
            if path.endswith(".py"):
                compile(files[path], path, "exec")


def test_no_two_skins_have_a_text_a_size_or_a_bytecode_in_common():
    skins = [dressed(APP, seed).files["app.py"] for seed in range(40)]

    assert len(set(skins)) == 40
    assert len({len(text) for text in skins}) > 35
    assert len({module(text)["double"].__code__.co_code for text in skins}) > 20
    assert len({ast.dump(ast.parse(text)) for text in skins}) > 35


def test_text_of_the_app_that_ships_is_in_every_mutant_and_that_of_mutants_in_correct_apps():
    assert all("return number * 2" in dressed(MUTANT, seed).files["app.py"] for seed in range(20))
    assert any("return number * 3" in dressed(APP, seed).files["app.py"] for seed in range(20))


def test_place_that_a_person_is_told_is_that_of_the_plain_app():
    skin = dressed(APP, 7)
    lines = skin.files["app.py"].split("\n")
    number = lines.index("    return number * 2") + 1
    added = next(line for line in lines if re.match(r"    _\w+ = ", line))

    assert (
        skin.plain(f"app.py:{number}: in double")
        == f"app.py:{APP.split(chr(10)).index('    return number * 2') + 1}: in double"
    )
    assert skin.plain(f"one\n>   {added.strip()}\nother.py:{number}: in x") == f"one\nother.py:{number}: in x"


def test_file_that_is_no_python_stays_as_it_is():
    files = {"app.py": "def (", "page.html": "<p>"}

    assert worn(files, files, [files], 3).files == files


# -- what it says of a test


REFERENCE = Variant("reference", "reference", {})
SET = VariantSet(REFERENCE, (), (Variant("m", "mutant", {}, area="a"),))


def run(skin, variant="reference", **outcomes):
    kinds = {True: "passed", False: "failed"}
    return Run(
        variant, skin=skin, outcomes=tuple(Outcome(test, kinds[good]) for test, good in outcomes.items())
    )


def kinds(verdict):
    return {finding.test: finding.kind for finding in verdict.findings}


def test_test_that_goes_by_the_skin_reads_the_app_and_one_that_goes_by_nothing_is_flaky():
    runs = [run(1, reads=True, flaky=True), run(2, reads=False, flaky=True)]
    again = [run(1, reads=True, flaky=False), run(2, reads=False, flaky=True)]

    verdict = judge(SET, [*runs, *again])

    assert kinds(verdict) == {"reads": "reads_the_app", "flaky": "flaky"}
    assert (verdict.status, [test.valid for test in verdict.tests]) == ("invalid", [False, False])


def test_test_that_passes_on_the_plain_app_alone_reads_the_app_and_one_that_fails_there_too_fails():
    verdict = judge(SET, [run(1, reads=False, fails=False)], plain=run(0, reads=True, fails=False))

    assert kinds(verdict) == {"reads": "reads_the_app", "fails": "fails"}


def test_where_more_than_a_fifth_goes_by_chance_nothing_counts():
    few = {f"good_{n}": True for n in range(20)}
    bad = {f"bad_{n}": True for n in range(5)}
    failing = dict.fromkeys(bad, False)

    def verdict(good):
        return judge(
            SET,
            [run(1, **good, **bad), run(2, **good, **failing), run(9, "m", **dict.fromkeys(good, False))],
        )

    assert verdict(few).suspect == ()
    assert verdict(few).mutants[0].killed
    fewer = verdict(dict(list(few.items())[:19]))
    assert fewer.suspect == ("left_to_chance",)
    assert not any(test.valid for test in fewer.tests)
    assert not fewer.mutants[0].killed
