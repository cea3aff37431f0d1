"""Sends a request, once or many times, at the pace that was asked for, until all is done or the user stops it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from tiktoktoe_cli.client.story import Story
from tiktoktoe_cli.resilience import Outcome
from tiktoktoe_cli.resilience.events import WaitStarted

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.client.facts import RequestFacts, Step
    from tiktoktoe_cli.client.request import Request
    from tiktoktoe_cli.client.story import Happening, Tell
    from tiktoktoe_cli.resilience import Clock

_LOOK_NS: Final = 50_000_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How many requests, how many of them at once at most, and how long from one's start to the next one's.

    Starts that are late because too many are under way do not move the ones after them.
    """

    repeat: int = 1
    concurrency: int = 1
    interval_ns: int = 0


class Caller(Protocol):
    """Makes calls; the client is one."""

    async def call(self, request: Request, tell: Tell) -> Outcome[Any]:
        """Send a request, and tell what happens."""
        ...


class SendObserver(Protocol):
    """Is told how requests go on, as it happens."""

    def on_step(self, number: int, step: Step) -> None:
        """Something happened to a request, which goes on."""

    def on_wait(self, number: int, duration_ns: int, reason: str) -> None:
        """A request waits before it goes on."""

    def on_end(self, request: RequestFacts) -> None:
        """A request is over."""


class SilentObserver:
    """Watches, and says nothing."""

    def on_step(self, number: int, step: Step) -> None:
        """Pass over a step."""

    def on_wait(self, number: int, duration_ns: int, reason: str) -> None:
        """Pass over a wait."""

    def on_end(self, request: RequestFacts) -> None:
        """Pass over the end of a request."""


class Sending:
    """Requests on their way; `done` has those that are over, in the order in which they ended."""

    def __init__(
        self, caller: Caller, request: Request, pace: Pace, clock: Clock, observer: SendObserver
    ) -> None:
        self._caller = caller
        self._request = request
        self._pace = pace
        self._clock = clock
        self._observer = observer
        self._begun_ns = clock.now()
        self._started = 0
        self.done: list[RequestFacts] = []

    async def run(self, should_stop: Callable[[], bool]) -> bool:
        """Send everything; return whether the user stopped it. What is under way then is given up.

        Raises:
            UsageError: if a request cannot be sent at all.
        """
        count = min(self._pace.concurrency, self._pace.repeat)
        workers: asyncio.Future[Any] = asyncio.gather(*(self._work() for _ in range(count)))
        stop = asyncio.ensure_future(self._until(should_stop))
        try:
            await asyncio.wait({workers, stop}, return_when=asyncio.FIRST_COMPLETED)
            if workers.done():
                workers.result()
            return not workers.done()
        finally:
            stop.cancel()
            workers.cancel()
            await asyncio.gather(workers, stop, return_exceptions=True)

    async def _until(self, should_stop: Callable[[], bool]) -> None:
        """Look now and then: a signal's handler does not wake an event loop."""
        while not should_stop():
            await self._clock.sleep(_LOOK_NS)

    async def _work(self) -> None:
        while self._started < self._pace.repeat:
            due_ns = self._begun_ns + self._started * self._pace.interval_ns
            self._started += 1
            number = self._started
            early_ns = due_ns - self._clock.now()
            if early_ns > 0:
                await self._clock.sleep(early_ns)
            await self._send(number)
            # a rejected one never waits: let the others, and whoever stops them, have a turn
            await asyncio.sleep(0)

    async def _send(self, number: int) -> None:
        story = Story(number, self._request.name, self._begun_ns, self._clock.now())
        outcome = Outcome[Any].cancelled("stopped")
        try:
            outcome = await self._caller.call(self._request, partial(self._tell, number, story))
        finally:
            facts = story.end(outcome, self._clock.now(), keeps_body=self._pace.repeat == 1)
            self.done.append(facts)
            self._observer.on_end(facts)

    def _tell(self, number: int, story: Story, name: str, event: Happening) -> None:
        step = story.take(name, event)
        if step:
            self._observer.on_step(number, step)
        elif isinstance(event, WaitStarted):
            self._observer.on_wait(number, event.duration_ns, event.reason.value)
