"""Whoever waits is woken from any thread, and nothing that is brought gets lost."""

import asyncio
import threading

from tests.resilience.destinations import SECOND, turns
from tiktoktoe_cli.resilience.clock import VirtualClock
from tiktoktoe_cli.resilience.waiting import Waiter


def test_a_waiter_is_woken_from_another_thread() -> None:
    """A number that another thread brings arrives in the task."""

    async def wait() -> int:
        waiter = Waiter()
        thread = threading.Thread(target=waiter.wake, args=(7,))
        thread.start()
        assert await waiter.wait(VirtualClock(), None)
        thread.join(timeout=30)
        return waiter.number

    assert asyncio.run(wait()) == 7


def test_patience_ends_without_a_number() -> None:
    """After the longest wait nothing has come, and what comes later is not taken."""
    clock = VirtualClock()

    async def wait() -> tuple[bool, int | None, bool]:
        waiter = Waiter()
        arrived = await waiter.wait(clock, SECOND)
        return arrived, waiter.give_up(), waiter.wake(7)

    assert asyncio.run(wait()) == (False, None, False)
    assert clock.now() == SECOND


def test_a_number_in_time_ends_the_wait() -> None:
    """Virtual time stands still if the number comes before it would pass; no alarm is left behind."""
    clock = VirtualClock()

    async def wait() -> tuple[bool, int]:
        waiter = Waiter()
        waiter.wake(7)
        arrived = await waiter.wait(clock, SECOND)
        await turns()
        return arrived, len(asyncio.all_tasks())

    assert asyncio.run(wait()) == (True, 1)
    assert clock.now() == 0


def test_who_gives_up_too_late_gets_the_number() -> None:
    """What was already brought is handed to the one who gives up, who must give it back."""

    async def wait() -> tuple[bool, int | None]:
        waiter = Waiter()
        return waiter.wake(7), waiter.give_up()

    assert asyncio.run(wait()) == (True, 7)


def test_a_waiter_whose_loop_has_ended_takes_nothing() -> None:
    """A number is not lost on an event loop that is no more."""

    async def make() -> Waiter:
        return Waiter()

    assert not asyncio.run(make()).wake(7)
