"""The bulkhead layer: places, the queue for them, and who gets out of it."""

import asyncio
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.resilience.destinations import GOOD, MS, SECOND, Destination, Gate, events_of, policy_of, turns
from tiktoktoe_cli.resilience.bulkhead import BulkheadRules
from tiktoktoe_cli.resilience.clock import VirtualClock
from tiktoktoe_cli.resilience.events import Event, QueueLeft
from tiktoktoe_cli.resilience.layers.bulkhead import BulkheadMetrics, Places
from tiktoktoe_cli.resilience.outcome import Outcome
from tiktoktoe_cli.resilience.waiting import Waiter


def bulkhead(concurrent: int, queue: int = 0, **more: str) -> dict[str, object]:
    """Write a bulkhead as the YAML holds it."""
    return {"bulkhead": {"max_concurrent": concurrent, "max_queue": queue, **more}}


def test_calls_beyond_places_and_queue_are_rejected() -> None:
    """One runs, one waits, the third is rejected; then the second one gets the place."""
    policy = policy_of(VirtualClock(), bulkhead(1, 1))

    async def play() -> list[Outcome[int]]:
        gate = Gate()
        calls = [asyncio.ensure_future(policy.call(gate.caller(number))) for number in range(3)]
        await turns()
        assert policy.layers[0].metrics(0) == BulkheadMetrics(1, 1, queue_peak=1, rejected=1)
        gate.open()
        return list(await asyncio.gather(*calls))

    outcomes = asyncio.run(play())

    assert [outcome.cause for outcome in outcomes] == [None, None, "bulkhead"]
    assert outcomes[2].reason == "bulkhead full: 1 running, 1 waiting"
    assert policy.layers[0].metrics(0) == BulkheadMetrics(0, 0, queue_peak=1, rejected=1)


def test_leaving_the_queue_costs_the_same_wherever_one_stands() -> None:
    """The last of a hundred who wait is not searched for among the others."""
    compared = 0

    class Patient(Waiter):
        def __init__(self) -> None:
            """Wait in no event loop."""

        def give_up(self) -> int | None:
            return None

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return self is other

        __hash__ = object.__hash__

    places = Places(BulkheadRules(max_concurrent=1, max_queue=100))
    places.enter()
    waiters = [Patient() for _ in range(100)]
    for waiter in waiters:
        places.line_up(waiter)

    for waiter in reversed(waiters):
        places.give_up(waiter)

    assert (places.queued, compared) == (0, 0)


def test_the_queue_is_first_come_first_served() -> None:
    """Twenty calls through two places start in the order in which they came, never more than two at once."""
    clock = VirtualClock()
    policy = policy_of(clock, bulkhead(2, 20))
    order, running, peak = list[int](), 0, 0

    async def call(number: int) -> None:
        async def work() -> Outcome[int]:
            nonlocal running, peak
            order.append(number)
            running += 1
            peak = max(peak, running)
            await clock.sleep(10 * MS)
            running -= 1
            return Outcome.succeeded(number)

        await policy.call(work)

    async def play() -> None:
        await asyncio.gather(*(call(number) for number in range(20)))

    asyncio.run(play())

    assert order == list(range(20))
    assert (peak, clock.now()) == (2, 100 * MS)


def test_patience_ends() -> None:
    """A call that waits longer than it may is rejected, and leaves the queue."""
    clock, events = VirtualClock(), list[Event]()
    policy = policy_of(clock, bulkhead(1, 1, max_wait="300ms"), observer=events.append)
    destination = Destination(clock, GOOD, takes_ns=SECOND)

    async def play() -> list[Outcome[str]]:
        return list(await asyncio.gather(policy.call(destination), policy.call(destination)))

    outcomes = asyncio.run(play())

    assert [outcome.cause for outcome in outcomes] == [None, "bulkhead"]
    assert outcomes[1].reason == "waited 300ms for other calls to end"
    assert [event.duration_ns for event in events_of(QueueLeft, events)] == [300 * MS]
    assert policy.layers[0].metrics(0) == BulkheadMetrics(0, 0, queue_peak=1, rejected=1)


@pytest.mark.parametrize("moment", ["while it waits", "as it gets its place"])
def test_a_place_is_not_lost_on_a_caller_who_went_away(moment: str) -> None:
    """Who is cancelled in the queue, even at the moment of getting a place, leaves it to the next one."""
    policy = policy_of(VirtualClock(), bulkhead(1, 2))

    async def play() -> Outcome[int]:
        first, others = Gate(), Gate()
        others.open()
        calls: list[asyncio.Task[Outcome[int]]] = []

        async def end_and_cancel_the_next() -> Outcome[int]:
            outcome = await policy.call(first.caller(0))
            calls[1].cancel()  # the place was just handed over, and nobody has run since
            return outcome

        calls.append(asyncio.ensure_future(end_and_cancel_the_next()))
        await turns()
        calls.extend(asyncio.ensure_future(policy.call(others.caller(number))) for number in (1, 2))
        await turns()
        if moment == "while it waits":
            calls[1].cancel()
            await turns()
        first.open()
        await asyncio.gather(*calls, return_exceptions=True)
        assert calls[1].cancelled()
        return calls[2].result()

    assert asyncio.run(play()).value == 2
    assert policy.layers[0].metrics(0) == BulkheadMetrics(0, 0, queue_peak=2, rejected=0)


@settings(max_examples=60)
@given(
    st.integers(1, 4),
    st.integers(0, 5),
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 50), st.one_of(st.none(), st.integers(0, 60))),
        max_size=25,
    ),
)
def test_whoever_comes_and_goes_the_limits_hold(
    concurrent: int, queue: int, script: list[tuple[int, int, int | None]]
) -> None:
    """Calls come, last, lose patience or are cancelled at any time; at the end every place is free again."""
    clock = VirtualClock()
    policy = policy_of(clock, bulkhead(concurrent, queue, max_wait="40ms"))
    running, highest = 0, 0

    async def call(comes_ms: int, lasts_ms: int) -> Outcome[None]:
        async def work() -> Outcome[None]:
            nonlocal running, highest
            running += 1
            highest = max(highest, running)
            try:
                await clock.sleep(lasts_ms * MS)
            finally:
                running -= 1
            return Outcome.succeeded(None)

        await clock.sleep(comes_ms * MS)
        return await policy.call(work)

    async def cancel(task: asyncio.Task[Outcome[None]], at_ms: int) -> None:
        await clock.sleep(at_ms * MS)
        task.cancel()

    async def play() -> None:
        calls = [(asyncio.ensure_future(call(comes, lasts)), at) for comes, lasts, at in script]
        cancels = [cancel(task, at) for task, at in calls if at is not None]
        await asyncio.gather(*(task for task, _ in calls), *cancels, return_exceptions=True)

    asyncio.run(play())

    metrics = policy.layers[0].metrics(0)
    assert (running, metrics.running, metrics.queued) == (0, 0, 0)
    assert highest <= concurrent
    assert metrics.queue_peak <= queue


def test_the_queue_reaches_across_threads() -> None:
    """Sixteen threads with an event loop each pass through three places, one after the other, all of them."""
    policy = policy_of(VirtualClock(), bulkhead(3, 16))
    lock, started = threading.Lock(), threading.Barrier(16)
    running, peak, good = 0, 0, 0

    def work() -> Outcome[None]:
        nonlocal running, peak
        with lock:
            running += 1
            peak = max(peak, running)
        with lock:
            running -= 1
        return Outcome.succeeded(None)

    def thread() -> None:
        nonlocal good
        started.wait(timeout=30)
        for _ in range(20):
            outcome = policy.run(work)
            with lock:
                good += outcome.is_success

    threads = [threading.Thread(target=thread) for _ in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)

    assert (good, running) == (320, 0)
    assert peak <= 3
    metrics = policy.layers[0].metrics(0)
    assert (metrics.running, metrics.queued, metrics.rejected) == (0, 0, 0)
