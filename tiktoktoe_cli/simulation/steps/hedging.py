"""`hedging`: tries a slow call a second time beside the first, and takes whichever answers first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.resilience.hedging import ANSWER, HEDGE, after_try, may_hedge
from tiktoktoe_cli.resilience.outcome import failure_of

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.outcome import Outcome
    from tiktoktoe_cli.resilience.settings import HedgingSettings
    from tiktoktoe_cli.simulation.engine import Waiting
    from tiktoktoe_cli.simulation.steps.step import Call, Step, Surroundings

_NEITHER = -1


class HedgingStep:
    """Tries slow calls again beside the first try."""

    def __init__(self, around: Surroundings, inner: Step, settings: HedgingSettings) -> None:
        self.engine = around.engine
        self.inner = inner
        self.rules = settings.rules

    def start(self, waiting: Waiting, now_ns: int) -> Call:
        """Begin the first try."""
        race = _Race(self, waiting)
        race.begin(now_ns)
        return race


class _Race:
    """The tries of one call that are under way, in the order in which they were started."""

    __slots__ = ("_running", "_step", "_tries", "_waiting")

    def __init__(self, step: HedgingStep, waiting: Waiting) -> None:
        self._step = step
        self._waiting: Waiting | None = waiting
        self._running: dict[int, Call] = {}
        self._tries = 0

    def begin(self, now_ns: int) -> None:
        """Begin a try, and set the alarm for the one after it."""
        step = self._step
        self._tries += 1
        one = _Try(self, self._tries)
        if may_hedge(step.rules, self._tries):
            step.engine.at(now_ns + step.rules.delay_ns, one.overdue)
        self._running[self._tries] = step.inner.start(one, now_ns)

    def hedge(self, now_ns: int, number: int) -> None:
        """Begin another try if the latest has this number and the race is on."""
        if self._waiting is not None and number == self._tries:
            self.begin(now_ns)

    def end(self, now_ns: int, number: int, outcome: Outcome[Any]) -> None:
        """Decide what to do when a try has ended."""
        waiting = self._waiting
        if waiting is None:
            return
        del self._running[number]
        failure = failure_of(outcome)
        verdict = after_try(
            self._step.rules, self._tries, len(self._running), _NEITHER if failure is None else failure
        )
        if verdict == HEDGE:
            self.begin(now_ns)
        elif verdict == ANSWER:
            self.cancel(now_ns)
            waiting.done(now_ns, outcome)

    def cancel(self, now_ns: int) -> None:
        """Give up what is under way."""
        self._waiting = None
        for call in self._running.values():
            call.cancel(now_ns)


class _Try:
    """One try, by its number."""

    __slots__ = ("_number", "_race")

    def __init__(self, race: _Race, number: int) -> None:
        self._race = race
        self._number = number

    def done(self, now_ns: int, outcome: Outcome[Any]) -> None:
        self._race.end(now_ns, self._number, outcome)

    def overdue(self, now_ns: int) -> None:
        self._race.hedge(now_ns, self._number)
