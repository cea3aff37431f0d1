"""`bulkhead`: lets only so many calls be under way at once; others queue."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.resilience.bulkhead import enter, give_up, leave
from tiktoktoe_cli.resilience.machine import PERMIT, REFUSE
from tiktoktoe_cli.resilience.outcome import RejectedBy
from tiktoktoe_cli.simulation.outcomes import rejection

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.outcome import Outcome
    from tiktoktoe_cli.resilience.settings import BulkheadSettings
    from tiktoktoe_cli.simulation.engine import Waiting
    from tiktoktoe_cli.simulation.steps.step import Call, Step, Surroundings


class BulkheadStep:
    """Lets only so many calls be under way at once."""

    def __init__(self, around: Surroundings, inner: Step, settings: BulkheadSettings) -> None:
        self.inner = inner
        self._around = around
        self._rules = settings.rules
        self._max_wait_ns = settings.max_wait
        self._running = self._queued = 0
        self._queue: OrderedDict[_Placed, None] = OrderedDict()  # anyone may leave it, and at no cost

    def start(self, waiting: Waiting, now_ns: int) -> Call:
        """Begin if there is a place, or queue for one, or reject the call."""
        answer, self._running, self._queued = enter(self._rules, self._running, self._queued)
        if answer == REFUSE:
            return self._around.refuse(waiting, RejectedBy.BULKHEAD)
        placed = _Placed(self, waiting)
        if answer == PERMIT:
            placed.begin(now_ns)
        else:
            self._line_up(placed, now_ns)
        return placed

    def leave(self, now_ns: int) -> None:
        """Free a place: it goes to the call that has waited longest.

        It begins after the current event, in which it may be given up as well.
        """
        is_handed, self._running, self._queued = leave(self._running, self._queued)
        if is_handed:
            placed, _ = self._queue.popitem(last=False)
            placed.is_queued = False
            self._around.engine.at(now_ns, placed.begin)

    def give_up(self, placed: _Placed) -> None:
        """Take a call out of the queue."""
        del self._queue[placed]
        self._running, self._queued = give_up(self._running, self._queued)

    def _line_up(self, placed: _Placed, now_ns: int) -> None:
        placed.is_queued = True
        self._queue[placed] = None
        if self._max_wait_ns is not None:
            self._around.engine.at(now_ns + self._max_wait_ns, placed.expire)


class _Placed:
    """A call that has a place or queues for one; without either, a place is just being handed to it."""

    __slots__ = ("inner", "is_queued", "step", "waiting")

    def __init__(self, step: BulkheadStep, waiting: Waiting) -> None:
        self.step = step
        self.waiting: Waiting | None = waiting
        self.is_queued = False
        self.inner: Call | None = None

    def begin(self, now_ns: int) -> None:
        """Take the place; if the call was given up while it was handed over, it goes on to the next."""
        if self.waiting is None:
            self.step.leave(now_ns)
        else:
            self.inner = self.step.inner.start(self, now_ns)

    def done(self, now_ns: int, outcome: Outcome[Any]) -> None:
        waiting, self.waiting = self.waiting, None
        if waiting is not None:
            self.step.leave(now_ns)
            waiting.done(now_ns, outcome)

    def cancel(self, now_ns: int) -> None:
        self.waiting = None
        if self.is_queued:
            self.is_queued = False
            self.step.give_up(self)
        elif self.inner is not None:
            self.inner.cancel(now_ns)
            self.step.leave(now_ns)

    def expire(self, now_ns: int) -> None:
        """Wait no longer."""
        waiting = self.waiting
        if waiting is not None and self.is_queued:
            self.cancel(now_ns)
            waiting.done(now_ns, rejection(RejectedBy.BULKHEAD))
