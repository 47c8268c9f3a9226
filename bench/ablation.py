"""Take every assertion of the solutions away, one by one: does `checker verify` notice?

    python bench/ablation.py          all lessons
    python bench/ablation.py 01 04    some

Each removal is run on the mutants that its test catches, those first that the assertion itself stumbles over, until what
was caught differs from the record, solutions/NN_topic/kills.toml. Exit 1 where one removal goes unnoticed that no comment
excuses.
"""

from __future__ import annotations

import sys
from collections import Counter
from functools import partial
from pathlib import Path

from checker.check import warm_runner
from checker.course.lessons import Course, Lesson
from checker.course.tasks import worked_examples
from checker.engine.runner import run_all
from checker.engine.variant import Variant
from checker.verify import Subject, record
from checker.verify.ablation import most_telling_first, without
from checker.verify.assertions import Assertion, assertions
from checker.verify.files import examples_are_the_starters

ROOT = Path(__file__).parents[1]
WAYS = ("lost", "crash", "example", "excused", "unnoticed")


def main(spellings: list[str]) -> int:
    course = Course(ROOT, ROOT)
    lessons = [course.find(spelling) for spelling in spellings] or course.lessons
    total: Counter[str] = Counter()
    print("lesson                    " + "".join(f"{way:>11}" for way in ("removals", *WAYS)))
    for lesson in lessons:
        ways = Counter(_ways(course, lesson))
        total += ways
        _print_row(lesson.name, ways)
    _print_row("all", total)
    return 1 if total["unnoticed"] else 0


def _print_row(name: str, ways: Counter[str]) -> None:
    print(
        f"{name:<26}" + "".join(f"{number:>11}" for number in (ways.total(), *(ways[way] for way in WAYS))),
        flush=True,
    )


def _ways(course: Course, lesson: Lesson) -> list[str]:
    with warm_runner([lesson], [Subject(course, lesson, None).solution]) as runner:
        subject = Subject(course, lesson, runner)
        found = assertions(subject.solution.files)
        examples = worked_examples(lesson)
        judged = [one for one in found if one.test not in examples]
        recorded = record.read((lesson.solution / record.FILE).read_text("utf-8"))
        noticed = dict(zip(judged, run_all(runner, judged, partial(_way, subject, recorded)), strict=True))
    ways = [noticed.get(one) or _way_of_example(subject, one) for one in found]
    for one in (one for one, way in zip(found, ways, strict=True) if way == "unnoticed"):
        print(f"unnoticed: {lesson.name}: {one.place}")
    return ways


def _way_of_example(subject: Subject, found: Assertion) -> str:
    """What a worked example asserts catches nothing, but it is to stand there as in the starter."""
    spoiled = Subject(subject.course, subject.lesson, subject.runner)
    spoiled.solution = without(subject, found)
    return "example" if any(examples_are_the_starters(spoiled)) else "unnoticed"


def _way(subject: Subject, recorded: record.Kills, found: Assertion) -> str:
    """How the removal of an assertion is noticed, or why it need not be."""
    if found.excuse:
        return "excused"
    for mutant in most_telling_first(subject, found):
        for problem in _problems(subject, recorded, found, mutant):
            return "crash" if "by a crash" in problem else "lost"
    return "unnoticed"


def _problems(subject: Subject, recorded: record.Kills, found: Assertion, mutant: Variant) -> list[str]:
    """What the check of the record says of the solution without an assertion, after its run on one mutant."""
    run = subject.run(without(subject, found), mutant)
    if run.ended != "finished":
        return []
    caught = record.kills_in(run)
    now = {
        test: {**{other: how for other, how in kills.items() if other != mutant.id}, **caught.get(test, {})}
        for test, kills in recorded.items()
    }
    mutants = [other.id for other in subject.shipped_variants.mutants]
    return list(record.compared(recorded, now, mutants, subject.lesson.number))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
