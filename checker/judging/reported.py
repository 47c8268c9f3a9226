"""From what a run's process reports to a run in the verdict's words: what is believed, and what is doubted. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from checker.engine.run import Report, most_for
from checker.judging.verdict import Ended, Leak, Outcome, Run, Seen

_STOPPED = {
    "test": "stopped after {limit:g} seconds of computing (--time-limit)",
    "test_asleep": "stopped after {limit:g} seconds of waiting (--time-limit)",
    "run": "together, the tests compute longer than a run may: {limit:g} seconds, and 1 for each test, "
    "up to {most:g} (--time-limit)",
    "run_asleep": "together, the tests wait longer than a run may (--time-limit)",
    "starved": "the machine had no time for it",
    "memory": "stopped: it held more memory than a run may",
}
_MOST_HOOKS = 20  # that are told of


def run_of(run: Run, report: Report, display: Callable[[str], str], limit: float) -> Run:
    """`run`, of which only its place among the runs is known, with what its report says.

    `display` makes a test's name for people of its node id; `limit` is the seconds that the run was given.
    """

    def all_of(event: str) -> Iterator[tuple[Any, ...]]:
        return (fields for name, *fields in report.events if name == event)  # type: ignore[misc]

    broken = [text for (text,) in all_of("broken")]
    planned = [tuple(map(display, nodes)) for (nodes,) in all_of("collected")]
    reported = [Outcome(display(test), *rest) for test, *rest in all_of("test")]
    outcomes = _once_each(reported, planned[0] if planned else ())
    ended, message = _ending(report, broken, len(planned[0]) if planned else None, len(outcomes), limit)
    told_of_leaks = list(all_of("leaks"))
    leaks = [Leak(kind, display(who), what) for kind, who, what in chain.from_iterable(told_of_leaks[:1])]
    is_forged = max(len(planned), len(told_of_leaks)) > 1 or len(outcomes) < len(reported)
    return replace(
        run,
        outcomes=outcomes,
        ended=ended,
        message=message,
        stopped=report.stopped,
        planned=planned[0] if planned else (),
        leaks=(
            *leaks,
            *(Leak("file_left", what=path) for path in report.left),
            *(Leak("file_gone", what=path) for path in report.gone),
        ),
        seen=tuple(Seen(kind, display(test), *rest) for kind, test, *rest in all_of("seen")),
        left_out=sum(count for (count,) in all_of("left_out")),
        ignored_hooks=tuple(dict.fromkeys(name for (name,) in all_of("hook_ignored")))[:_MOST_HOOKS],
        suspect=(
            *dict.fromkeys(flag for (flag,) in all_of("suspect")),
            *(("report_missing",) if not (report.sealed or report.stopped) else ()),
            *(("report_forged",) if is_forged else ()),
            *(("app_gone",) if report.is_app_gone else ()),
        ),
    )


def _once_each(reported: Iterable[Outcome], planned: Iterable[str]) -> tuple[Outcome, ...]:
    """Of each planned test what is reported first."""
    first: dict[str, Outcome] = {}
    known = set(planned)
    for outcome in reported:
        if outcome.test in known:
            first.setdefault(outcome.test, outcome)
    return tuple(first.values())


def _ending(
    report: Report, broken: list[str], planned: int | None, ran: int, limit: float
) -> tuple[Ended, str]:
    if broken:
        return "broken", broken[0]
    if report.stopped:
        ended: Ended = "starved" if report.stopped == "starved" else "timeout"
        return ended, _STOPPED[report.stopped].format(limit=limit, most=most_for(limit))
    if not report.sealed:
        how = f"exit code {report.status}" if report.status >= 0 else f"signal {-report.status}"
        return "crash", f"the process ended early, with {how}"
    stopped = [text for name, *rest in report.events if name == "ended" for text in rest]
    if planned is None:
        return "broken", stopped[0] if stopped else "pytest stopped while it collected the tests"
    if ran < planned:
        return "crash", "it stopped pytest"
    if not any(name == "leaks" for name, *_ in report.events):
        return "crash", "it ended before it could be seen what it leaves behind"
    return "finished", ""
