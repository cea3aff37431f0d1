"""`timeout`: gives up a call that takes too long. Around a retry it bounds all attempts together, inside of it each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.resilience.events import TimedOut
from tiktoktoe_cli.resilience.layers.layer import Tally
from tiktoktoe_cli.resilience.outcome import Outcome

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.layers.layer import Function, Surroundings, Value


@dataclass(frozen=True, slots=True)
class TimeoutMetrics:
    """How many calls were given up."""

    timed_out: int


class TimeoutLayer:
    """Gives up a call that takes too long."""

    needs_concurrency: ClassVar[bool] = True

    def __init__(self, timeout_ns: int, around: Surroundings) -> None:
        self._timeout_ns = timeout_ns
        self._around = around
        self._counts = Tally()

    async def call(self, function: Function[Value]) -> Outcome[Value]:
        """Make the call; cancel it when its time is over. Works like `asyncio.timeout`, but on any clock."""
        import asyncio

        caller = asyncio.current_task()
        assert caller is not None, "a coroutine runs in a task"  # noqa: S101  # states an invariant
        cancelling = caller.cancelling()
        expired_ns: int | None = None

        async def watch() -> None:
            nonlocal expired_ns
            await self._around.clock.sleep(self._timeout_ns)
            expired_ns = self._around.clock.now()
            caller.cancel()

        watchdog = asyncio.ensure_future(watch())
        try:
            return await function()
        except asyncio.CancelledError:
            if expired_ns is None or caller.cancelling() > cancelling + 1:
                raise
            return self._give_up(expired_ns)
        finally:
            watchdog.cancel()
            if expired_ns is not None:
                caller.uncancel()  # however the call ended: nobody outside has asked for it

    def metrics(self, _now_ns: int) -> TimeoutMetrics:
        """Read what was done."""
        return TimeoutMetrics(self._counts["timed out"])

    def _give_up(self, expired_ns: int) -> Outcome[Value]:
        self._counts.add("timed out")
        reason = f"no answer within {Duration(self._timeout_ns)}"
        self._around.tell(TimedOut(expired_ns, reason))
        return Outcome.timed_out(reason)


def build(timeout_ns: int, around: Surroundings) -> TimeoutLayer:
    """Make the layer."""
    return TimeoutLayer(timeout_ns, around)
