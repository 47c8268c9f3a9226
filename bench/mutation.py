"""Which mutations of a lesson's app its solution does not notice: a measure that knows nothing of our mutants.

    python bench/mutation.py 01 [02 …] [--blind]

cosmic-ray (`pip install -c constraints.txt -e '.[mutation]'`) changes the app in each way and at each place it knows.
The solution's tests judge each of these apps. Each that survives needs an excuse in `bench/mutation/NN.toml`, written as
CONTRIBUTING.md says.

Writes `bench/mutation/NN.md`. Exits 1 where a survivor has no excuse, an excuse no survivor, or a quotation no place.
`--blind` prints the survivors without their excuses, for a second reader, and writes nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from survivors import Change, Excuse, change, excuse_of, problems, read_excuses

from checker.check import run_once, warm_runner
from checker.course.lessons import Course, Lesson
from checker.course.suite import Suite, solution_suite
from checker.engine.run import Runner
from checker.engine.runner import run_all
from checker.engine.variant import Variant
from checker.errors import HarnessError, UsageError
from checker.judging.verdict import RED, UNDECIDED
from checker.notebook.promises import not_promised

ROOT = Path(__file__).parents[1]
REPORTS = ROOT / "bench" / "mutation"
LIMIT = 60.0  # seconds: enough for what sleeps a second at each start, on a machine that is busy

KILLED, TIMED_OUT, SURVIVED, FREE, EQUIVALENT, NO_START = OUTCOMES = (
    "killed",
    "killed by the time limit",
    "survived without an excuse",
    "not promised",
    "equivalent",
    "do not start",
)


@dataclass(frozen=True)
class Mutation:
    """One changed app."""

    change: Change
    files: dict[str, str]


@dataclass(frozen=True)
class Measured:
    """What became of the mutations of one lesson's app."""

    lesson: Lesson
    outcomes: list[tuple[Change, str]]

    @property
    def survivors(self) -> list[Change]:
        """What the survivors change."""
        return [found for found, came in self.outcomes if came == SURVIVED]


def main() -> int:
    """Measure, write, and say what is not excused."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="+", metavar="NN")
    parser.add_argument("--blind", action="store_true", help="print the survivors without their excuses")
    chosen = parser.parse_args()
    try:
        course = Course(ROOT)
        lessons = [course.find(spelling) for spelling in chosen.lessons]
        with warm_runner(lessons, [solution_suite(lesson) for lesson in lessons]) as runner:
            return max(told(measure(runner, lesson), chosen.blind) for lesson in lessons)
    except (UsageError, HarnessError) as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 3


def told(measured: Measured, blind: bool) -> int:
    """Print or write what was measured; 1 where something is not excused."""
    lesson, number = measured.lesson, measured.lesson.name[:2]
    if blind:
        print("\n\n".join([f"# {lesson.name}", *map(shown, measured.survivors)]), end="\n\n")
        return 0
    path = REPORTS / f"{number}.toml"
    excuses = read_excuses(path.name, path.read_text("utf-8") if path.is_file() else "")
    (REPORTS / f"{number}.md").write_text(report(measured, excuses), "utf-8")
    free = not_promised((lesson.shipped / "README.md").read_text("utf-8"))
    wrong = list(problems(measured.survivors, excuses, free))
    print("\n".join([f"{number}: {rate(counts(measured, excuses))}", *wrong]))
    return int(bool(wrong))


def measure(runner: Runner, lesson: Lesson) -> Measured:
    """Judge every mutation of the lesson's app with the solution's tests, several at a time."""
    mutations = [
        Mutation(change(path, lesson.app_files[path], text), {**lesson.app_files, path: text})
        for path, text in mutated_files(lesson)
    ]
    judged = partial(outcome, runner, lesson, solution_suite(lesson))
    came = run_all(runner, mutations, judged)
    return Measured(lesson, [(one.change, how) for one, how in zip(mutations, came, strict=True)])


def mutated_files(lesson: Lesson) -> Iterator[tuple[str, str]]:
    """Each file of the app with each of cosmic-ray's mutations in it, in the order of the places."""
    for path, source in lesson.app_files.items():
        if path.endswith(".py"):
            yield from ((path, text) for text in dict.fromkeys(mutated(source)))


def mutated(source: str) -> Iterator[str]:
    """The source with one operator of cosmic-ray applied at one place, for all of both."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    operators = [get_operator(name) for name in operator_names()]
    for operator in (one() for one in operators if not one.arguments()):
        places = [at for node in ast_nodes(get_ast(source)) for at in operator.mutation_positions(node)]
        yield from (mutate_code(source, operator, occurrence) for occurrence in range(len(places)))


def outcome(runner: Runner, lesson: Lesson, suite: Suite, mutation: Mutation) -> str:
    """What a suite makes of a changed app. Raises HarnessError where this machine was too busy to tell."""
    variant = Variant("mutation", "mutant", mutation.files)
    run = run_once(runner, lesson, suite, variant, strict=False, limit=LIMIT)
    if run.ended == "broken":
        return NO_START
    if run.ended == "timeout":
        return TIMED_OUT
    if run.ended in UNDECIDED:
        raise HarnessError(f"{mutation.change.place}: {run.message}. Measure again, with less beside it.")
    return KILLED if run.ended == "crash" or any(o.outcome in RED for o in run.outcomes) else SURVIVED


def counts(measured: Measured, excuses: Sequence[Excuse]) -> Counter[str]:
    """How many mutations came to what; survivors by their excuse."""
    counted: Counter[str] = Counter()
    for found, came in measured.outcomes:
        excuse = excuse_of(found, excuses) if came == SURVIVED else None
        counted[(FREE if excuse.freedom else EQUIVALENT) if excuse else came] += 1
    return counted


def rate(counted: Counter[str]) -> str:
    """How many are killed of those that a suite should kill: neither excused nor dead before any test looks."""
    killed = counted[KILLED] + counted[TIMED_OUT]
    worth = killed + counted[SURVIVED]
    return f"{killed} of {worth} killed, {100 * killed // worth} %"


def report(measured: Measured, excuses: Sequence[Excuse]) -> str:
    """The lesson's report, as Markdown."""
    counted = counts(measured, excuses)
    rows = "\n".join(f"| {name} | {counted[name]} |" for name in OUTCOMES)
    return f"""# {measured.lesson.name} and cosmic-ray

Written by `python bench/mutation.py {measured.lesson.name[:2]}`, with cosmic-ray {version("cosmic-ray")}; the excuses are in
`{measured.lesson.name[:2]}.toml`.

| mutations | {counted.total()} |
| --- | --- |
{rows}

Kill rate: {rate(counted)}, of those that start and are not excused.

## Survivors

{survivors_told(measured.survivors, excuses)}"""


def survivors_told(survivors: Sequence[Change], excuses: Sequence[Excuse]) -> str:
    """What each survivor changes, those of one excuse together."""
    told = []
    for excuse in (*excuses, None):
        mine = [shown(found) for found in survivors if excuse_of(found, excuses) is excuse]
        told += [*mine, excuse.reason if excuse else "No excuse."] if mine else []
    return "\n\n".join(told or ["None."]) + "\n"


def shown(found: Change) -> str:
    """A change, where it is and what it does."""
    return f"**{found.place}**\n\n```diff\n{found.diff}\n```"


if __name__ == "__main__":
    sys.exit(main())
