"""`bulkhead`: lets only so many calls be under way at once; others queue, across threads and event loops."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.resilience.bulkhead import enter, give_up, leave
from tiktoktoe_cli.resilience.events import QueueLeft
from tiktoktoe_cli.resilience.layers.layer import Tally
from tiktoktoe_cli.resilience.machine import PERMIT, QUEUE
from tiktoktoe_cli.resilience.outcome import RejectedBy
from tiktoktoe_cli.resilience.waiting import Waiter

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.bulkhead import BulkheadRules
    from tiktoktoe_cli.resilience.layers.layer import Function, Surroundings, Value
    from tiktoktoe_cli.resilience.outcome import Outcome
    from tiktoktoe_cli.resilience.settings import BulkheadSettings


@dataclass(frozen=True, slots=True)
class BulkheadMetrics:
    """How many calls are under way and wait now, how many waited at most, and how many were rejected."""

    running: int
    queued: int
    queue_peak: int
    rejected: int


class Places:
    """The places of a bulkhead and the queue for them, behind a lock."""

    def __init__(self, rules: BulkheadRules) -> None:
        self._rules = rules
        self._queue: OrderedDict[Waiter, None] = OrderedDict()  # anyone may leave it, and at no cost
        self._lock = threading.Lock()
        self.running = self.queued = self.peak = 0

    def enter(self) -> int:
        """Take a place, or say that there is a queue for one (then `line_up`), or that there is none."""
        with self._lock:
            answer, running, queued = enter(self._rules, self.running, self.queued)
            if answer != QUEUE:
                self.running, self.queued = running, queued
            return answer

    def line_up(self, waiter: Waiter) -> int:
        """Do as `enter`, and put the waiter at the end of the queue if it must wait."""
        with self._lock:
            answer, self.running, self.queued = enter(self._rules, self.running, self.queued)
            if answer == QUEUE:
                self._queue[waiter] = None
                self.peak = max(self.peak, self.queued)
            return answer

    def leave(self) -> None:
        """Free a place: it goes to the one who has waited longest and still does."""
        while True:
            with self._lock:
                handed, self.running, self.queued = leave(self.running, self.queued)
                waiter = self._queue.popitem(last=False)[0] if handed else None
            if waiter is None or waiter.wake(PERMIT):
                return

    def give_up(self, waiter: Waiter) -> None:
        """Wait no longer; a place that was just being handed over is freed again."""
        with self._lock:
            if waiter in self._queue:
                del self._queue[waiter]
                self.running, self.queued = give_up(self.running, self.queued)
        if waiter.give_up() is not None:
            self.leave()


class BulkheadLayer:
    """Lets only so many calls be under way at once."""

    needs_concurrency: ClassVar[bool] = False

    def __init__(self, places: Places, max_wait_ns: int | None, around: Surroundings) -> None:
        self._places = places
        self._max_wait_ns = max_wait_ns
        self._around = around
        self._counts = Tally()

    async def call(self, function: Function[Value]) -> Outcome[Value]:
        """Make the call when there is a place for it, or reject it."""
        answer = self._places.enter()
        if answer == QUEUE:
            answer = await self._queue()
        if answer != PERMIT:
            return self._refuse(answer)
        try:
            return await function()
        finally:
            self._places.leave()

    def metrics(self, _now_ns: int) -> BulkheadMetrics:
        """Read what was done."""
        places = self._places
        return BulkheadMetrics(places.running, places.queued, places.peak, self._counts["rejected"])

    def _refuse(self, answer: int) -> Outcome[Any]:
        self._counts.add("rejected")
        reason = f"bulkhead full: {self._places.running} running, {self._places.queued} waiting"
        if answer == QUEUE:
            reason = f"waited {Duration(self._max_wait_ns or 0)} for other calls to end"
        return self._around.reject(RejectedBy.BULKHEAD, reason)

    async def _queue(self) -> int:
        """Wait for a place; `QUEUE` says that none became free in time."""
        waiter, clock = Waiter(), self._around.clock
        answer = self._places.line_up(waiter)
        if answer != QUEUE:
            return answer
        since_ns, arrived = clock.now(), False
        try:
            arrived = await waiter.wait(clock, self._max_wait_ns)
        finally:
            if not arrived:
                self._places.give_up(waiter)
            self._around.tell(QueueLeft(clock.now(), RejectedBy.BULKHEAD, clock.now() - since_ns))
        return PERMIT if arrived else QUEUE


def build(settings: BulkheadSettings, around: Surroundings) -> BulkheadLayer:
    """Make the layer with places of its own."""
    return BulkheadLayer(Places(settings.rules), settings.max_wait, around)
