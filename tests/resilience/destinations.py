"""Destinations that answer as they are told, calls that last until told otherwise, and policies as in the YAML."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import Any

from pydantic import TypeAdapter

from tiktoktoe_cli.resilience.clock import Clock, VirtualClock
from tiktoktoe_cli.resilience.events import Event, Observer, unobserved
from tiktoktoe_cli.resilience.outcome import Outcome
from tiktoktoe_cli.resilience.policy import Policy, compose
from tiktoktoe_cli.resilience.settings import PolicySettings

MS, SECOND = 1_000_000, 1_000_000_000
SETTINGS: TypeAdapter[Any] = TypeAdapter(PolicySettings)

GOOD = Outcome.succeeded("ok")
BAD = Outcome[str].failed("503")
OURS = Outcome[str].failed("404", transient=False)
BUSY = Outcome[str].failed("429", throttled=True)
SLOW = Outcome[str].timed_out("no answer")


class Destination:
    """Answers each call with the next of its outcomes (the last one for ever), after a time; counts who came."""

    def __init__(self, clock: VirtualClock, *outcomes: Outcome[Any], takes_ns: int = 0) -> None:
        self.clock, self.outcomes, self.takes_ns = clock, outcomes, takes_ns
        self.started_ns: list[int] = []
        self.finished = 0

    @property
    def calls(self) -> int:
        """How many calls came."""
        return len(self.started_ns)

    async def __call__(self) -> Outcome[Any]:
        """Answer one call."""
        outcome = self.outcomes[min(self.calls, len(self.outcomes) - 1)]
        self.started_ns.append(self.clock.now())
        if self.takes_ns:
            await self.clock.sleep(self.takes_ns)
        self.finished += 1
        return outcome


class Gate:
    """A call that lasts until it is told to end."""

    def __init__(self) -> None:
        self.running = self.peak = 0
        self.order: list[int] = []
        self._opened = asyncio.Event()

    def open(self) -> None:
        """Let all calls end."""
        self._opened.set()

    def caller(self, number: int) -> Callable[[], Awaitable[Outcome[int]]]:
        """Make a call with a number that it answers."""

        async def call() -> Outcome[int]:
            self.order.append(number)
            self.running += 1
            self.peak = max(self.peak, self.running)
            try:
                await self._opened.wait()
            finally:
                self.running -= 1
            return Outcome.succeeded(number)

        return call


def policy_of(
    clock: Clock,
    *layers: Any,
    observer: Observer = unobserved,
    alternatives: Mapping[str, Callable[[], Awaitable[Outcome[Any]]]] | None = None,
) -> Policy:
    """Compose a policy from layers written as in the YAML."""
    settings = SETTINGS.validate_python(list(layers))
    random = Random(1)  # noqa: S311  # a reproducible test
    return compose(settings, clock, random, observer=observer, alternatives=alternatives or {})


async def turns(count: int = 20) -> None:
    """Let all other tasks get as far as they can without time passing."""
    for _ in range(count):
        await asyncio.sleep(0)


def events_of(kind: type[Any], events: list[Event]) -> list[Any]:
    """Pick the events of a kind."""
    return [event for event in events if isinstance(event, kind)]
