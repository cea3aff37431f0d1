"""The policies around a live call, one layer each; what they decide is in `retry` and `breaker`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.resilience.breaker import failure_of
from tiktoktoe_cli.resilience.outcome import Outcome
from tiktoktoe_cli.resilience.retry import retry_delay

if TYPE_CHECKING:
    from random import Random

    from tiktoktoe_cli.resilience.breaker import CircuitBreaker
    from tiktoktoe_cli.resilience.clock import Clock
    from tiktoktoe_cli.resilience.retry import RetryRules

Value = TypeVar("Value")
Function: TypeAlias = Callable[[], Awaitable[Outcome[Value]]]
"""A call that can be made again: expected failures are outcomes, an exception is a bug and passes through."""


class Layer(Protocol):
    """One policy around a call."""

    async def call(self, function: Function[Value]) -> Outcome[Value]:
        """Make the call, under this policy."""
        ...


@dataclass(frozen=True, slots=True)
class RetryLayer:
    """Makes a call again after a wait, as long as its outcome is worth it."""

    rules: RetryRules
    clock: Clock
    random: Random

    async def call(self, function: Function[Value]) -> Outcome[Value]:
        """Make the call up to `max_attempts` times; the last outcome says how many there were."""
        attempt, delay_ns = 1, 0
        while True:
            outcome = await function()
            following_ns = retry_delay(self.rules, outcome, attempt, delay_ns, self.random.random)
            if following_ns is None:
                return outcome if attempt == 1 else replace(outcome, attempts=attempt)
            await self.clock.sleep(following_ns)
            attempt, delay_ns = attempt + 1, following_ns


@dataclass(frozen=True, slots=True)
class BreakerLayer:
    """Refuses calls while the breaker is open, and tells it how the others ended."""

    breaker: CircuitBreaker
    clock: Clock

    async def call(self, function: Function[Value]) -> Outcome[Value]:
        """Make the call, or reject it at once with the time after which it may be tried."""
        admission = self.breaker.acquire(self.clock.now())
        if not admission.permitted:
            wait = Duration(admission.retry_after_ns)
            return Outcome.rejected(f"the circuit is open, for {wait} more at most", admission.retry_after_ns)
        failure = None
        try:
            outcome = await function()
            failure = failure_of(outcome)
            return outcome
        finally:
            # Also reached when the call is cancelled: its permit must not be lost.
            if failure is None:
                self.breaker.release(admission)
            else:
                self.breaker.record(admission, self.clock.now(), failed=bool(failure))


@dataclass(frozen=True, slots=True)
class TimeoutLayer:
    """Gives up a call that takes too long."""

    timeout_ns: int
    clock: Clock

    async def call(self, function: Function[Value]) -> Outcome[Value]:
        """Make the call; cancel it when its time is over. Works like `asyncio.timeout`, but on any clock."""
        import asyncio

        caller = asyncio.current_task()
        assert caller is not None, "a coroutine runs in a task"  # noqa: S101  # states an invariant
        cancelling, expired = caller.cancelling(), False

        async def watch() -> None:
            nonlocal expired
            await self.clock.sleep(self.timeout_ns)
            expired = True
            caller.cancel()

        watchdog = asyncio.ensure_future(watch())
        try:
            return await function()
        except asyncio.CancelledError:
            if expired and caller.uncancel() <= cancelling:
                return Outcome.timed_out(f"no answer within {Duration(self.timeout_ns)}")
            raise
        finally:
            watchdog.cancel()
