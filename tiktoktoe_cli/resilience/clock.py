"""Time as an object: the machine's for live calls, a virtual one for tests."""

from __future__ import annotations

import threading
import time
from functools import cache
from heapq import heappop, heappush
from typing import Protocol

from tiktoktoe_cli.config.units import NS_PER_S

_TURNS = 20
"""How often other tasks may run before virtual time jumps: one that woke reaches its next wait."""


class Clock(Protocol):
    """What a policy knows about time."""

    def now(self) -> int:
        """Return monotonic time in nanoseconds; only differences mean something."""
        ...

    async def sleep(self, duration_ns: int) -> None:
        """Let a duration pass; other tasks run meanwhile."""
        ...


class WallClock(Clock, Protocol):
    """A clock that also knows what day it is: what somebody sets, and what is compared with dates."""

    def wall_now(self) -> int:
        """Return the time of the wall clock, in nanoseconds since the Unix epoch; it may jump."""
        ...


@cache
def _epoch_ns() -> int:
    """Return when the monotonic clock was at zero, in nanoseconds since the Unix epoch; the same for all clocks."""
    return time.time_ns() - time.monotonic_ns()


class SystemClock:
    """The machine's monotonic clock, counted from the Unix epoch as the wall clock had it when it was first asked.

    So its times mean something to another process too, and what is aligned to whole seconds is aligned to theirs;
    when somebody sets the wall clock it goes on as if nothing had happened.
    """

    def __init__(self) -> None:
        self._epoch_ns = _epoch_ns()

    def now(self) -> int:
        """Return monotonic time in nanoseconds."""
        return self._epoch_ns + time.monotonic_ns()

    def wall_now(self) -> int:
        """Return the time of the wall clock as it is set now."""
        return time.time_ns()

    async def sleep(self, duration_ns: int) -> None:
        """Sleep in real time."""
        import asyncio

        await asyncio.sleep(duration_ns / NS_PER_S)


class VirtualClock:
    """Time that jumps to the earliest sleeper as soon as every task waits; nothing really waits.

    Tasks that wait for the outside world (a socket, a thread) do not hold it back: it is for code whose only
    waits are this clock's.
    """

    def __init__(self, start_ns: int = 0) -> None:
        self._now_ns = start_ns
        self._sleepers: list[tuple[int, int]] = []
        self._sequence = 0

    def now(self) -> int:
        """Return virtual time in nanoseconds."""
        return self._now_ns

    def wall_now(self) -> int:
        """Return virtual time: it began with the Unix epoch."""
        return self._now_ns

    def advance(self, duration_ns: int) -> None:
        """Let time pass without anybody sleeping."""
        self._now_ns += duration_ns

    async def sleep(self, duration_ns: int) -> None:
        """Return when virtual time has reached now + duration; sleepers wake in the order of their times."""
        import asyncio

        self._sequence += 1
        sleeper = (self._now_ns + max(duration_ns, 0), self._sequence)
        heappush(self._sleepers, sleeper)
        try:
            turns = 0
            while turns < _TURNS:
                await asyncio.sleep(0)
                turns = turns + 1 if self._sleepers[0] == sleeper else 0
            self._now_ns = max(self._now_ns, sleeper[0])
        finally:
            self._remove(sleeper)

    def _remove(self, sleeper: tuple[int, int]) -> None:
        """Take a sleeper out: almost always the earliest one, unless its task was cancelled."""
        if self._sleepers[0] == sleeper:
            heappop(self._sleepers)
        else:
            self._sleepers = sorted(other for other in self._sleepers if other != sleeper)


class SteadyClock:
    """A clock that never goes back: where the one below does, time stands still until it has caught up.

    A policy puts it around the clock that it is handed, so that none of its decisions meets a negative duration.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._latest_ns = clock.now()
        self._lock = threading.Lock()

    def now(self) -> int:
        """Return the latest time that was ever seen, in nanoseconds."""
        with self._lock:
            self._latest_ns = max(self._latest_ns, self._clock.now())
            return self._latest_ns

    async def sleep(self, duration_ns: int) -> None:
        """Sleep as the clock below does."""
        await self._clock.sleep(duration_ns)
