"""How much a run may take, so that a busy machine changes nothing: the seconds it runs, and those it sleeps. Pure.

Seconds in which it waits for a core are the machine's, and count for neither. Collecting has the limit to itself, and
so has each test; all tests together have a second more for each that has begun, so that nobody is blamed for being the
last of many.
"""

from __future__ import annotations

from dataclasses import dataclass

TIME_LIMIT = 10.0  # seconds of a core that a test may take, and a run without its tests
_A_TEST = 1.0  # more for the run, for each test that it has begun
_MOST = 60.0  # and no more than this for the run, unless the limit itself is greater
_ASLEEP = 3.0  # times as many seconds asleep: who sleeps costs nobody anything
_UNSEEN = 2.0  # times what is seen of a run may have been: a process that ends between two looks is not seen to its end
_STARVED = 60.0  # times the limit, by the clock on the wall: the machine has no time for this run


@dataclass(frozen=True)
class Usage:
    """What a run has taken, all its processes together, in seconds."""

    ran: float = 0.0
    waited: float = 0.0
    """For a core, while it could have run."""


def most_for(limit: float) -> float:
    """Seconds of a core that a run may take in any case, where a test may take `limit`."""
    return max(_MOST, limit)


class Limits:
    """Watches one run, by looks from outside. Each look says whether it is to be stopped, and for what.

    ``test`` and ``run`` where one test, or all together, used up their seconds of a core; ``test_asleep`` and
    ``run_asleep`` where they slept too long; ``starved`` where the machine is to blame.
    """

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._begun = 0
        self._slept = 0.0
        self._last = (0.0, 0.0)  # at the last look: seconds on the wall, and those in which the run was awake
        self._seen = 0  # tests begun at the last look
        self._collected = (0.0, 0.0)  # what the run had taken, and slept, when its first test was first seen
        self._ran_before = 0.0  # the test that runs now: what the run had taken when it was first seen
        self._slept_before = 0.0

    def begin_test(self) -> None:
        """Another test begins. A learner's process says so: it wins a second with it, and never more than the most."""
        self._begun += 1

    @property
    def of_run(self) -> float:
        """Seconds of a core that the tests may have taken together by now."""
        return min(self._limit + self._begun * _A_TEST, most_for(self._limit))

    def look(self, elapsed: float, usage: Usage, late: float = 0.0) -> str:
        """What the run is to be stopped for after `elapsed` seconds on the wall; empty where it may go on.

        `late` are the seconds by which this look was kept waiting: nobody can say that the run slept in them.
        """
        slept = self._slept_until(elapsed, usage, late)
        if self._begun and not self._seen:
            self._collected = (usage.ran, slept)
        if self._seen != self._begun:
            self._seen, self._ran_before, self._slept_before = self._begun, usage.ran, slept
        if usage.ran - self._ran_before > self._limit:
            return "test"
        if usage.ran - self._collected[0] > self.of_run:
            return "run"
        if slept - self._slept_before > self._limit:
            return "test_asleep"
        if slept - self._collected[1] > self.of_run * _ASLEEP:
            return "run_asleep"
        return "starved" if elapsed > self._limit * _STARVED else ""

    def _slept_until(self, elapsed: float, usage: Usage, late: float) -> float:
        """Add to the seconds asleep those since the last look; all of them until now."""
        awake = usage.ran + usage.waited
        passed, was_awake = elapsed - self._last[0] - late, awake - self._last[1]
        self._last = (elapsed, awake)
        self._slept += max(passed - max(was_awake, 0.0) * _UNSEEN, 0.0)
        return self._slept
