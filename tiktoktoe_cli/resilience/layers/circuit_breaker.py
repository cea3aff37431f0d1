"""`circuit_breaker`: refuses calls while the breaker is open, and tells it how the others ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.resilience.breaker import QUEUED, REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.events import QueueLeft
from tiktoktoe_cli.resilience.outcome import OutcomeKind, RejectedBy, failure_of
from tiktoktoe_cli.resilience.waiting import Waiter

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.layers.layer import Function, Surroundings, Value
    from tiktoktoe_cli.resilience.metrics import BreakerMetrics
    from tiktoktoe_cli.resilience.outcome import Outcome
    from tiktoktoe_cli.resilience.presets.settings import BreakerSettings


class BreakerLayer:
    """Puts a breaker before a call."""

    needs_concurrency: ClassVar[bool] = False

    def __init__(self, breaker: CircuitBreaker, around: Surroundings) -> None:
        self.breaker = breaker
        self._around = around

    async def call(self, function: Function[Value]) -> Outcome[Value]:
        """Make the call, or reject it at once with the time after which it may be tried."""
        now, breaker = self._around.clock.now, self.breaker
        started_ns = now()
        ticket = breaker.acquire(started_ns)
        if ticket == QUEUED:
            ticket = await self._queue(started_ns)
            started_ns = now()
        if ticket == REFUSED:
            return self._refuse(started_ns)
        outcome: Outcome[Value] | None = None
        try:
            outcome = await function()
            return outcome
        finally:
            # Also reached when the call is cancelled: its permit must not be lost.
            ended_ns = now()
            failure = failure_of(outcome) if outcome else None
            if failure is not None:
                breaker.record(ticket, ended_ns, ended_ns - started_ns, failure)
            elif outcome and outcome.kind is OutcomeKind.REJECTED:
                breaker.release(ticket, ended_ns)
            else:
                breaker.cancel(ticket, ended_ns)

    def metrics(self, now_ns: int) -> BreakerMetrics:
        """Read what the breaker has seen."""
        return self.breaker.metrics(now_ns)

    def _refuse(self, now_ns: int) -> Outcome[Any]:
        retry_after_ns = self.breaker.retry_after_ns(now_ns)
        until = f", for {Duration(retry_after_ns).rounded} more at most" if retry_after_ns else ""
        reason = f"the circuit is {self.breaker.state}{until}"
        return self._around.reject(RejectedBy.BREAKER, reason, retry_after_ns)

    async def _queue(self, now_ns: int) -> int:
        """Wait for a ticket, or for the refusal of one; a ticket that comes too late is given back."""
        waiter, breaker, clock = Waiter(), self.breaker, self._around.clock

        def bring(ticket: int) -> None:
            if not waiter.wake(ticket) and ticket != REFUSED:
                breaker.release(ticket, clock.now())

        ticket = breaker.enqueue(now_ns, bring)
        if ticket != QUEUED:
            return ticket
        arrived = False
        try:
            arrived = await waiter.wait(clock, None)
        finally:
            if not arrived:
                breaker.leave(bring)
                late = waiter.give_up()
                if late is not None and late != REFUSED:
                    breaker.release(late, clock.now())
            left_ns = clock.now()
            self._around.tell(QueueLeft(left_ns, RejectedBy.BREAKER, left_ns - now_ns))
        return waiter.number


def build(settings: BreakerSettings, around: Surroundings) -> BreakerLayer:
    """Make the layer with a breaker of its own."""
    return BreakerLayer(CircuitBreaker(settings, around.tell), around)
