"""Waiting in a queue: somebody in a task of any event loop, who is woken from any thread."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from tiktoktoe_cli.resilience.clock import Clock


class Waiter:
    """Waits in the running task for a number that some thread brings.

    Whoever brings it learns whether it arrived; whoever gives up learns whether it was just being brought. So
    what is handed over is never lost on the way.
    """

    def __init__(self) -> None:
        import asyncio

        self._loop = asyncio.get_running_loop()
        self._arrived = self._loop.create_future()
        self._brought: int | None = None
        self._gave_up = False
        self._lock = threading.Lock()

    def wake(self, number: int) -> bool:
        """Bring the number; False says that nobody waits any more."""
        with self._lock:
            if self._gave_up or self._loop.is_closed():
                return False
            self._brought = number
            self._loop.call_soon_threadsafe(self._arrive)
            return True

    def give_up(self) -> int | None:
        """Wait no longer; return the number if it was brought after all."""
        with self._lock:
            self._gave_up = True
            return self._brought

    async def wait(self, clock: Clock, longest_ns: int | None) -> bool:
        """Wait for the number, at most for a while; tell whether it came. Cancelling ends the wait as it stands."""
        if longest_ns is None:
            await self._arrived
            return True
        await first_of(self._arrived, clock, longest_ns)
        return self._arrived.done()

    @property
    def number(self) -> int:
        """What was brought."""
        assert self._brought is not None, "asked before it came"  # noqa: S101  # states an invariant
        return self._brought

    def _arrive(self) -> None:
        if not self._arrived.done():
            self._arrived.set_result(None)


async def first_of(future: asyncio.Future[None], clock: Clock, duration_ns: int) -> None:
    """Wait until a future is done or a time is over; the future is left as it is."""
    import asyncio

    alarm = asyncio.ensure_future(clock.sleep(duration_ns))
    try:
        await asyncio.wait({future, alarm}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        alarm.cancel()
