"""`circuit_breaker`: one for each caller and callee, the very class that guards live calls."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.resilience.breaker import QUEUED, REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.outcome import OutcomeKind, RejectedBy, failure_of

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience import Outcome, Transition
    from tiktoktoe_cli.resilience.presets.settings import BreakerSettings
    from tiktoktoe_cli.simulation.engine import Waiting
    from tiktoktoe_cli.simulation.steps.step import Call, Step, Surroundings


class BreakerStep:
    """Puts a breaker before calls."""

    def __init__(self, around: Surroundings, inner: Step, settings: BreakerSettings) -> None:
        transitions: list[Transition] = []
        around.path.transitions = transitions
        self.around = around
        self.breaker = CircuitBreaker(settings, transitions.append)
        self.inner = inner
        self.now_ns = 0

    def start(self, waiting: Waiting, now_ns: int) -> Call:
        """Begin, or reject the call, or let it wait for one that is under way."""
        self.now_ns = now_ns
        ticket = self.breaker.acquire(now_ns)
        if ticket == REFUSED:
            return self.refuse(waiting, now_ns)
        guarded = _Guarded(self, waiting)
        if ticket == QUEUED:
            ticket = self.breaker.enqueue(now_ns, guarded.bring)
        if ticket != QUEUED:
            guarded.admit(ticket, now_ns)
        return guarded

    def refuse(self, waiting: Waiting, now_ns: int) -> Call:
        """Turn a call away, with the time after which it may be tried."""
        return self.around.refuse(waiting, RejectedBy.BREAKER, self.breaker.retry_after_ns(now_ns))

    def release(self, ticket: int, now_ns: int) -> None:
        """Tell the breaker of a call that was not made."""
        self.now_ns = now_ns
        self.breaker.release(ticket, now_ns)

    def cancel(self, ticket: int, now_ns: int) -> None:
        """Tell the breaker of a call that was cancelled."""
        self.now_ns = now_ns
        self.breaker.cancel(ticket, now_ns)

    def record(self, ticket: int, now_ns: int, duration_ns: int, failed: int) -> None:
        """Tell the breaker how a call ended."""
        self.now_ns = now_ns
        self.breaker.record(ticket, now_ns, duration_ns, failed)


class _Guarded:
    """A call that asked a breaker; without `inner` it still waits for the answer."""

    __slots__ = ("inner", "started_ns", "step", "ticket", "waiting")

    def __init__(self, step: BreakerStep, waiting: Waiting) -> None:
        self.step = step
        self.waiting: Waiting | None = waiting
        self.ticket = REFUSED
        self.started_ns = 0
        self.inner: Call | None = None

    def bring(self, ticket: int) -> None:
        """Take the ticket that the call was waiting for, after the current event, in which it may be given up."""
        self.step.around.engine.at(self.step.now_ns, partial(self.admit, ticket))

    def admit(self, ticket: int, now_ns: int) -> None:
        """Start or be turned away, unless the call was given up meanwhile."""
        step, waiting = self.step, self.waiting
        if waiting is not None and ticket != REFUSED:
            self.ticket, self.started_ns = ticket, now_ns
            self.inner = step.inner.start(self, now_ns)
        elif waiting is not None:
            self.inner = step.refuse(waiting, now_ns)
        elif ticket != REFUSED:
            step.release(ticket, now_ns)

    def done(self, now_ns: int, outcome: Outcome[Any]) -> None:
        waiting, self.waiting = self.waiting, None
        if waiting is None:
            return
        failure = failure_of(outcome)
        if failure is not None:
            self.step.record(self.ticket, now_ns, now_ns - self.started_ns, failure)
        elif outcome.kind is OutcomeKind.REJECTED:
            self.step.release(self.ticket, now_ns)
        else:
            self.step.cancel(self.ticket, now_ns)
        waiting.done(now_ns, outcome)

    def cancel(self, now_ns: int) -> None:
        self.waiting = None
        if self.inner is None:
            self.step.breaker.leave(self.bring)
            return
        self.inner.cancel(now_ns)
        if self.ticket != REFUSED:
            self.step.cancel(self.ticket, now_ns)
