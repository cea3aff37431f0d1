"""The timeout layer gives up what takes too long, and nothing else."""

import asyncio

import pytest

from tests.resilience.destinations import GOOD, MS, SECOND, Destination, policy_of
from tiktoktoe_cli.resilience.clock import VirtualClock
from tiktoktoe_cli.resilience.events import Event, TimedOut
from tiktoktoe_cli.resilience.outcome import Outcome

TIMEOUT = {"timeout": "1s"}


def test_a_timeout_cancels_the_call() -> None:
    """A call that takes ten seconds is given up after one, and does not run on."""
    clock = VirtualClock()
    destination, policy = Destination(clock, GOOD, takes_ns=10 * SECOND), policy_of(clock, TIMEOUT)

    outcome = asyncio.run(policy.call(destination))

    assert (outcome.cause, outcome.reason) == ("timeout", "no answer within 1s")
    assert (clock.now(), destination.finished) == (SECOND, 0)
    assert policy.layers[0].metrics(0).timed_out == 1


def test_who_watches_is_told_of_it() -> None:
    """After the attempt that was cut off: it was no loser of a race."""
    clock, told = VirtualClock(), list[Event | str]()

    async def hang() -> Outcome[str]:
        try:
            await clock.sleep(10 * SECOND)
        finally:
            told.append("the end of the attempt")
        raise AssertionError

    asyncio.run(policy_of(clock, TIMEOUT, observer=told.append).call(hang))

    assert told == ["the end of the attempt", TimedOut(SECOND, "no answer within 1s")]


def test_a_call_that_is_fast_enough_passes() -> None:
    """A call of half a second passes a timeout of one second and leaves nothing running."""
    clock = VirtualClock()
    destination = Destination(clock, GOOD, takes_ns=SECOND // 2)

    async def call_and_look_around() -> tuple[Outcome[str], int]:
        outcome = await policy_of(clock, TIMEOUT).call(destination)
        await asyncio.sleep(0)
        return outcome, len(asyncio.all_tasks())

    outcome, tasks = asyncio.run(call_and_look_around())

    assert (outcome.value, clock.now(), tasks) == ("ok", SECOND // 2, 1)


def test_cancelling_the_caller_is_not_a_timeout() -> None:
    """A caller that is cancelled from outside stays cancelled, whatever the timeout."""
    policy = policy_of(VirtualClock(), TIMEOUT)

    async def never() -> Outcome[str]:
        await asyncio.Event().wait()
        raise AssertionError

    async def cancel_it() -> None:
        task = asyncio.ensure_future(policy.call(never))
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancel_it())


def test_a_call_that_ends_in_its_own_way_when_cancelled_keeps_its_outcome() -> None:
    """A call that answers its cancelling is not cancelled a second time later."""
    clock = VirtualClock()

    async def stubborn() -> Outcome[str]:
        try:
            await clock.sleep(10 * SECOND)
        except asyncio.CancelledError:
            return Outcome.cancelled("closed in time")
        raise AssertionError

    async def call_and_go_on() -> Outcome[str]:
        outcome = await policy_of(clock, TIMEOUT).call(stubborn)
        await clock.sleep(SECOND)
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0
        return outcome

    assert asyncio.run(call_and_go_on()).reason == "closed in time"


def test_a_call_that_breaks_when_cancelled_leaves_no_trace() -> None:
    """Its exception passes, as with `asyncio.timeout`, and whoever is around it is not cancelled later."""
    clock = VirtualClock()

    async def broken() -> Outcome[str]:
        try:
            await clock.sleep(10 * SECOND)
        finally:
            raise ValueError("cleanup")

    async def call_it() -> int:
        with pytest.raises(ValueError, match="cleanup"):
            await policy_of(clock, TIMEOUT).call(broken)
        task = asyncio.current_task()
        assert task is not None
        return task.cancelling()

    assert asyncio.run(call_it()) == 0


@pytest.mark.parametrize(("inner", "outer"), [("300ms", "1s"), ("1s", "300ms"), ("300ms", "300ms")])
def test_of_two_timeouts_the_shorter_one_counts(inner: str, outer: str) -> None:
    """Both may be there, also both at the same time; the call ends once."""
    clock = VirtualClock()
    policy = policy_of(clock, {"timeout": outer}, {"timeout": inner})

    outcome = asyncio.run(policy.call(Destination(clock, GOOD, takes_ns=10 * SECOND)))

    assert (outcome.reason, clock.now()) == ("no answer within 300ms", 300 * MS)
