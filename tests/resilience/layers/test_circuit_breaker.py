"""The breaker's layer: who is refused, what is counted, and who may wait."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.resilience.destinations import (
    BAD,
    GOOD,
    OURS,
    SECOND,
    Destination,
    Gate,
    events_of,
    policy_of,
    turns,
)
from tiktoktoe_cli.resilience.breaker import QUEUED, REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.clock import VirtualClock
from tiktoktoe_cli.resilience.events import Event, QueueLeft, Rejected, unobserved
from tiktoktoe_cli.resilience.layers.circuit_breaker import BreakerLayer
from tiktoktoe_cli.resilience.layers.layer import Surroundings
from tiktoktoe_cli.resilience.machine import BreakerState, Transition, Window
from tiktoktoe_cli.resilience.metrics import ResponseTimes
from tiktoktoe_cli.resilience.outcome import Outcome, RejectedBy
from tiktoktoe_cli.resilience.presets.catalog import settings_of

BREAKER = {"circuit_breaker": {"minimum_calls": 2, "window": {"calls": 10}, "half_open_calls": 2}}


def test_an_open_breaker_rejects_without_calling() -> None:
    """After two failures the third call is not made, and the caller learns when to come back."""
    clock, events = VirtualClock(), list[Event]()
    destination, policy = Destination(clock, BAD), policy_of(clock, BREAKER, observer=events.append)

    outcomes = [asyncio.run(policy.call(destination)) for _ in range(3)]

    assert [outcome.cause for outcome in outcomes] == ["error", "error", "breaker"]
    assert (destination.calls, outcomes[2].retry_after_ns) == (2, 30 * SECOND)
    assert outcomes[2].reason == "the circuit is open, for 30s more at most"
    assert [event.retry_after_ns for event in events_of(Rejected, events)] == [30 * SECOND]


def test_an_observer_is_told_of_transitions() -> None:
    """Opening and closing again are events."""
    clock, events = VirtualClock(), list[Event]()
    policy = policy_of(clock, BREAKER, observer=events.append)

    for _ in range(2):
        asyncio.run(policy.call(Destination(clock, BAD)))
    clock.advance(30 * SECOND)
    for _ in range(2):
        asyncio.run(policy.call(Destination(clock, GOOD)))

    changes = [(change.at_ns, change.target.value) for change in events_of(Transition, events)]
    assert changes == [(0, "open"), (30 * SECOND, "half-open"), (30 * SECOND, "closed")]


def test_it_is_told_how_long_a_call_took() -> None:
    """The breaker can see slow calls: what counts is the time of the call itself."""
    clock = VirtualClock(start_ns=7 * SECOND)
    policy = policy_of(clock, BREAKER)

    asyncio.run(policy.call(Destination(clock, GOOD, takes_ns=2 * SECOND)))

    assert policy.layers[0].metrics(clock.now()).response_times == ResponseTimes(
        2 * SECOND, 2 * SECOND, 2 * SECOND
    )


def test_the_callers_own_mistakes_do_not_open_it() -> None:
    """A destination that answers 404 is healthy."""
    clock = VirtualClock()
    policy = policy_of(clock, BREAKER)

    outcomes = [asyncio.run(policy.call(Destination(clock, OURS))) for _ in range(10)]

    assert outcomes == [OURS] * 10


def test_a_cancelled_probe_gives_its_permit_back() -> None:
    """Probes whose callers went away do not use up the permits of a half-open breaker."""
    clock = VirtualClock()
    policy = policy_of(clock, BREAKER)
    for _ in range(2):
        asyncio.run(policy.call(Destination(clock, BAD)))
    clock.advance(30 * SECOND)

    async def lose_a_probe() -> None:
        task = asyncio.ensure_future(policy.call(Gate().caller(1)))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    layer = policy.layers[0]
    assert isinstance(layer, BreakerLayer)
    for _ in range(5):
        asyncio.run(lose_a_probe())
    assert (layer.breaker.state, layer.metrics(clock.now()).released) == (BreakerState.HALF_OPEN, 5)

    for _ in range(2):
        asyncio.run(policy.call(Destination(clock, GOOD)))
    assert layer.breaker.state is BreakerState.CLOSED


class OneAtATime:
    """A breaker whose second caller must wait until the first one has ended."""

    def __init__(self) -> None:
        self.state = BreakerState.HALF_OPEN
        self.taken = False
        self.waiting: list[Callable[[int], None]] = []

    def acquire(self, _now_ns: int) -> int:
        """Let the first one through."""
        if self.taken:
            return QUEUED
        self.taken = True
        return 0

    def enqueue(self, now_ns: int, callback: Callable[[int], None]) -> int:
        """Let the first one through, and remember the others."""
        ticket = self.acquire(now_ns)
        if ticket == QUEUED:
            self.waiting.append(callback)
        return ticket

    def record(self, _ticket: int, _now_ns: int, _duration_ns: int, failed: int) -> None:
        """Admit all who wait if the first one went well, else refuse them."""
        for number, callback in enumerate(self.waiting, start=1):
            callback(REFUSED if failed else number)

    def retry_after_ns(self, _now_ns: int) -> int | None:
        """Know nothing."""
        return None


def layer_around(breaker: Any, observer: Callable[[Event], None] = unobserved) -> BreakerLayer:
    """Put a breaker of the test's own into the layer."""
    return BreakerLayer(breaker, Surroundings(VirtualClock(SECOND), None, observer, {}))  # type: ignore[arg-type]  # no chance


@pytest.mark.parametrize(("first", "second"), [(GOOD, None), (BAD, "breaker")])
def test_a_queued_call_waits_for_the_one_under_way(first: Outcome[str], second: str | None) -> None:
    """Where the breaker says so a call waits for the probe, and goes on or is refused as it ends."""
    breaker, events = OneAtATime(), list[Event]()
    layer = layer_around(breaker, events.append)

    async def play() -> list[Outcome[str]]:
        opened = asyncio.Event()

        async def probe() -> Outcome[str]:
            await opened.wait()
            return first

        async def other() -> Outcome[str]:
            return GOOD

        calls = [asyncio.ensure_future(layer.call(probe)), asyncio.ensure_future(layer.call(other))]
        await turns()
        assert [call.done() for call in calls] == [False, False]
        opened.set()
        return list(await asyncio.gather(*calls))

    outcomes = asyncio.run(play())

    assert [outcome.cause for outcome in outcomes] == [first.cause, second]
    assert events_of(QueueLeft, events) == [QueueLeft(SECOND, RejectedBy.BREAKER, 0)]


def layer_of(semantics: str, **options: Any) -> BreakerLayer:
    """Make a layer with a breaker of a preset."""
    settings = settings_of(semantics).model_validate(options)
    return layer_around(CircuitBreaker(settings))


@pytest.mark.parametrize("given_back", [0, 2])
def test_who_gave_up_waiting_changes_nothing(given_back: int) -> None:
    """Whoever leaves the queue before his turn comes, or just as it does, was neither a success nor a failure."""
    layer = layer_of("pybreaker", consecutive_failures=3)
    breaker, ticket = layer.breaker, layer.breaker.acquire(SECOND)

    async def leave_the_queue() -> None:
        waiting = [asyncio.ensure_future(layer.call(Gate().caller(1))) for _ in range(2)]
        await turns()
        if given_back:
            breaker.record(ticket, SECOND, 0, 1)
        for task in waiting:
            task.cancel()  # if there is a ticket for him, before his task could take it
        await asyncio.gather(*waiting, return_exceptions=True)
        if not given_back:
            breaker.record(ticket, SECOND, 0, 1)

    asyncio.run(leave_the_queue())

    assert breaker.metrics(SECOND).window == Window(1, 1, 0)
    assert breaker.acquire(SECOND) != QUEUED
    assert breaker.metrics(SECOND).released == given_back


def test_those_who_gave_up_are_not_kept() -> None:
    """While a call hangs that all others wait for, those who leave are forgotten: nothing of them is held."""
    layer = layer_of("pybreaker")
    layer.breaker.acquire(SECOND)

    async def leave_the_queue() -> None:
        waiting = [asyncio.ensure_future(layer.call(Gate().caller(1))) for _ in range(5)]
        await turns()
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    asyncio.run(leave_the_queue())

    assert not layer.breaker._waiting


@pytest.mark.parametrize(
    ("semantics", "state", "failures"),
    [
        ("pybreaker", BreakerState.OPEN, 3),
        ("purgatory", BreakerState.OPEN, 0),
        ("aiobreaker", BreakerState.CLOSED, 2),
        ("circuitbreaker", BreakerState.CLOSED, 0),
    ],
)
def test_a_cancelled_call_is_what_the_library_takes_it_for(
    semantics: str, state: BreakerState, failures: int
) -> None:
    """After two failures in a row, of three that open: a failure to two of them, nothing to one, a success to one."""
    layer = layer_of(semantics, consecutive_failures=3)

    async def bad() -> Outcome[str]:
        return BAD

    async def play() -> None:
        for _ in range(2):
            await layer.call(bad)
        task = asyncio.ensure_future(layer.call(Gate().caller(1)))
        await turns()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(play())

    metrics = layer.metrics(SECOND)
    assert (metrics.state, metrics.window.failures, metrics.released) == (state, failures, 1)


@pytest.mark.parametrize("semantics", ["pybreaker", "purgatory", "aiobreaker", "circuitbreaker"])
def test_a_call_that_was_never_sent_is_neither(semantics: str) -> None:
    """A limit behind the breaker refused it: the row of failures goes on, and nobody is kept waiting."""
    layer = layer_of(semantics, consecutive_failures=3)

    async def answer(outcome: Outcome[str]) -> Outcome[str]:
        return outcome

    async def play() -> None:
        for outcome in (BAD, BAD, Outcome[str].rejected("full", by=RejectedBy.BULKHEAD)):
            await layer.call(partial(answer, outcome))

    asyncio.run(play())

    assert layer.metrics(SECOND).window == Window(2, 2, 0)
    assert layer.breaker.acquire(SECOND) != QUEUED
