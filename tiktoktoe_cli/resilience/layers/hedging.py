"""`hedging`: tries a slow call a second time beside the first, and takes whichever answers first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic

from tiktoktoe_cli.resilience.events import HedgeStarted
from tiktoktoe_cli.resilience.hedging import ANSWER, HEDGE, after_try, may_hedge
from tiktoktoe_cli.resilience.layers.layer import Tally, Value
from tiktoktoe_cli.resilience.outcome import failure_of

if TYPE_CHECKING:
    import asyncio

    from tiktoktoe_cli.resilience.hedging import HedgingRules
    from tiktoktoe_cli.resilience.layers.layer import Function, Surroundings
    from tiktoktoe_cli.resilience.outcome import Outcome
    from tiktoktoe_cli.resilience.settings import HedgingSettings

_NEITHER = -1


@dataclass(frozen=True, slots=True)
class HedgingMetrics:
    """How many further tries were started, and how often one of them ended the call."""

    hedges: int
    won: int


class HedgingLayer:
    """Tries a slow call again beside the first try."""

    needs_concurrency: ClassVar[bool] = True

    def __init__(self, rules: HedgingRules, around: Surroundings) -> None:
        self.rules = rules
        self.around = around
        self.counts = Tally()

    async def call(self, function: Function[Value]) -> Outcome[Value]:
        """Make the call, with further tries as long as none answers; those that lose have ended when it returns."""
        race = _Race(self, function)
        try:
            return await race.run()
        finally:
            await race.stop()

    def metrics(self, _now_ns: int) -> HedgingMetrics:
        """Read what was done."""
        return HedgingMetrics(self.counts["hedges"], self.counts["won"])


class _Race(Generic[Value]):
    """The tries of one call, in the order in which they were started, and the alarm for the next one."""

    def __init__(self, layer: HedgingLayer, function: Function[Value]) -> None:
        self._layer = layer
        self._function = function
        self._running: dict[asyncio.Task[Outcome[Value]], int] = {}
        self._alarm: asyncio.Task[None] | None = None
        self._tries = 0

    async def run(self) -> Outcome[Value]:
        import asyncio

        self._start()
        while True:
            waited_for: set[asyncio.Task[Any]] = {*self._running, *([self._alarm] if self._alarm else [])}
            done, _ = await asyncio.wait(waited_for, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in self._running if task in done]:
                number = self._running.pop(task)
                if self._ends_with(task.result()):
                    if number > 1:
                        self._layer.counts.add("won")
                    return task.result()
            if self._alarm in done:
                self._start()

    async def stop(self) -> None:
        """Cancel what is still under way, and wait until it has ended."""
        import asyncio

        rest: list[asyncio.Task[Any]] = [*self._running, *([self._alarm] if self._alarm else [])]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def _ends_with(self, outcome: Outcome[Value]) -> bool:
        failure = failure_of(outcome)
        verdict = after_try(
            self._layer.rules, self._tries, len(self._running), _NEITHER if failure is None else failure
        )
        if verdict == HEDGE:
            self._start()
        return verdict == ANSWER

    def _start(self) -> None:
        """Begin a try, and set the alarm for the one after it."""
        import asyncio

        self._tries += 1
        if self._tries > 1:
            around = self._layer.around
            self._layer.counts.add("hedges")
            around.tell(HedgeStarted(around.clock.now(), self._tries - 1))
        self._running[asyncio.ensure_future(self._function())] = self._tries
        if self._alarm:
            self._alarm.cancel()
        rules = self._layer.rules
        more = may_hedge(rules, self._tries)
        self._alarm = asyncio.ensure_future(self._layer.around.clock.sleep(rules.delay_ns)) if more else None


def build(settings: HedgingSettings, around: Surroundings) -> HedgingLayer:
    """Make the layer."""
    return HedgingLayer(settings.rules, around)
