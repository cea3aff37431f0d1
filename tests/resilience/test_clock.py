"""Virtual time jumps from sleeper to sleeper; system time only moves on; steady time never goes back."""

import asyncio

from tiktoktoe_cli.resilience.clock import SteadyClock, SystemClock, VirtualClock

SECOND = 1_000_000_000


def test_virtual_sleepers_wake_in_the_order_of_their_times() -> None:
    """Three tasks that sleep together take as long as the longest, and wake in order."""
    clock, woken = VirtualClock(), []

    async def sleeper(seconds: int) -> None:
        await clock.sleep(seconds * SECOND)
        woken.append((seconds, clock.now()))

    async def all_of_them() -> None:
        await asyncio.gather(*(sleeper(seconds) for seconds in (3, 1, 2)))

    asyncio.run(all_of_them())

    assert woken == [(1, SECOND), (2, 2 * SECOND), (3, 3 * SECOND)]


def test_a_cancelled_sleeper_does_not_hold_time_back() -> None:
    """Time goes on past a sleeper that was cancelled."""
    clock = VirtualClock()

    async def cancel_one() -> None:
        task = asyncio.ensure_future(clock.sleep(SECOND))
        await asyncio.sleep(0)
        task.cancel()
        await clock.sleep(5 * SECOND)

    asyncio.run(cancel_one())

    assert clock.now() == 5 * SECOND


def test_cancelling_a_later_sleeper_leaves_the_earlier_one() -> None:
    """The sleeper that was not cancelled still wakes at its time."""
    clock = VirtualClock(start_ns=7)

    async def cancel_the_later() -> None:
        later = asyncio.ensure_future(clock.sleep(9 * SECOND))
        earlier = asyncio.ensure_future(clock.sleep(SECOND))
        await asyncio.sleep(0)
        later.cancel()
        await earlier

    asyncio.run(cancel_the_later())

    assert clock.now() == SECOND + 7


def test_virtual_time_can_be_advanced() -> None:
    """A test moves time by hand."""
    clock = VirtualClock()

    clock.advance(42)

    assert clock.now() == 42


def test_system_time_passes_while_sleeping() -> None:
    """A sleep of one millisecond on the machine's clock takes at least that."""
    clock = SystemClock()
    before = clock.now()

    asyncio.run(clock.sleep(1_000_000))

    assert clock.now() - before >= 1_000_000


class JumpyClock(VirtualClock):
    """A clock that somebody sets."""

    def set(self, now_ns: int) -> None:
        """Set the time."""
        self.advance(now_ns - self.now())


def test_a_steady_clock_never_goes_back() -> None:
    """Where the clock below jumps back, time stands still until it has caught up."""
    below = JumpyClock(100)
    clock = SteadyClock(below)

    seen = []
    for now in (150, 40, 149, 151):
        below.set(now)
        seen.append(clock.now())

    assert seen == [150, 150, 150, 151]


def test_a_steady_clock_sleeps_as_the_one_below() -> None:
    """Its sleepers are those of the clock that it is put around."""
    below = VirtualClock()

    asyncio.run(SteadyClock(below).sleep(SECOND))

    assert below.now() == SECOND
