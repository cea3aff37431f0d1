"""A policy wraps a call in its layers, in the order in which they are listed, for tasks and threads alike."""

import asyncio
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.resilience.destinations import (
    BAD,
    BUSY,
    GOOD,
    MS,
    OURS,
    SECOND,
    SLOW,
    Destination,
    Gate,
    events_of,
    policy_of,
    turns,
)
from tiktoktoe_cli.resilience.clock import SystemClock, VirtualClock
from tiktoktoe_cli.resilience.events import Event, Rejected, WaitStarted
from tiktoktoe_cli.resilience.layers.bulkhead import BulkheadMetrics
from tiktoktoe_cli.resilience.outcome import Outcome

RETRY = {"retry": {"jitter": "none", "base": "200ms"}}
BREAKER = {"circuit_breaker": {"minimum_calls": 2, "window": {"calls": 10}, "half_open_calls": 2}}
ALL = (
    {"fallback": {"cached": {"max_age": "1h"}}},
    {"timeout": "10s"},
    RETRY,
    BREAKER,
    {"rate_limit": {"rate": "1000/s", "burst": 1000, "max_wait": "1s"}},
    {"bulkhead": {"max_concurrent": 1000}},
    {"hedging": {"delay": "1s"}},
    {"timeout": "2s"},
)


@pytest.mark.parametrize(("layers", "calls"), [((RETRY, BREAKER), 2), ((BREAKER, RETRY), 3)])
def test_the_first_layer_is_the_outermost(layers: tuple[Any, ...], calls: int) -> None:
    """A retry around a breaker feeds it each attempt; a breaker around a retry sees one call."""
    clock = VirtualClock()
    destination = Destination(clock, BAD)

    asyncio.run(policy_of(clock, *layers).call(destination))

    assert destination.calls == calls


@pytest.mark.parametrize(
    ("layers", "calls", "ended_ms"),
    [(({"timeout": "1s"}, RETRY), 1, 1000), ((RETRY, {"timeout": "1s"}), 3, 3600)],
)
def test_a_timeouts_place_decides_what_it_bounds(layers: tuple[Any, ...], calls: int, ended_ms: int) -> None:
    """Around a retry it bounds all attempts together; inside of it each of three, with 200 and 400 ms between them."""
    clock = VirtualClock()
    destination = Destination(clock, GOOD, takes_ns=10 * SECOND)

    outcome = asyncio.run(policy_of(clock, *layers).call(destination))

    assert (outcome.cause, destination.calls, clock.now()) == ("timeout", calls, ended_ms * MS)


def test_no_layers_let_everything_pass() -> None:
    """An empty policy makes the call as it is."""
    clock = VirtualClock()

    assert asyncio.run(policy_of(clock).call(Destination(clock, BAD))) is BAD


def test_all_layers_together_pass_a_good_call() -> None:
    """With every kind of layer a call that goes well is made once and takes its own time."""
    clock = VirtualClock()
    destination = Destination(clock, GOOD, takes_ns=5 * MS)
    policy = policy_of(clock, *ALL)

    outcome = asyncio.run(policy.call(destination))

    assert (outcome, destination.calls, clock.now()) == (GOOD, 1, 5 * MS)
    assert [layer.kind for layer in policy.metrics().layers] == [next(iter(layer)) for layer in ALL]


def test_the_metrics_tell_calls_attempts_and_times() -> None:
    """One call succeeds at the third attempt, one fails at once; a third one is given up by its caller."""
    clock = VirtualClock()
    policy = policy_of(clock, RETRY)
    asyncio.run(policy.call(Destination(clock, BAD, BAD, GOOD, takes_ns=10 * MS)))
    asyncio.run(policy.call(Destination(clock, OURS, takes_ns=10 * MS)))

    async def give_up() -> None:
        task = asyncio.ensure_future(policy.call(Gate().caller(1)))
        await turns()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(give_up())
    metrics = policy.metrics()

    assert (metrics.calls, metrics.attempts, metrics.successes) == (3, 5, 1)
    assert metrics.failures == {"error": 1, "cancelled": 1}
    assert metrics.success_times is not None
    assert metrics.success_times.p50_ns == 630 * MS
    assert metrics.layers[0].facts.retries == 2


def test_a_thousand_tasks_add_up() -> None:
    """A thousand calls at once through every kind of layer all come through, and leave nothing behind."""
    clock = VirtualClock()
    policy = policy_of(
        clock, RETRY, {"bulkhead": {"max_concurrent": 50, "max_queue": 950}}, {"timeout": "5s"}
    )
    destination = Destination(clock, GOOD, takes_ns=10 * MS)

    async def play() -> tuple[list[Outcome[str]], int]:
        outcomes = list(await asyncio.gather(*(policy.call(destination) for _ in range(1000))))
        await turns()
        return outcomes, len(asyncio.all_tasks())

    outcomes, tasks = asyncio.run(play())

    assert outcomes == [GOOD] * 1000
    assert (tasks, clock.now(), destination.calls) == (1, 200 * MS, 1000)  # 20 rounds of 50
    assert policy.metrics().layers[1].facts == BulkheadMetrics(0, 0, queue_peak=950, rejected=0)


def test_a_synchronous_call_needs_no_event_loop() -> None:
    """Retries wait in a private loop, and the call is made where the caller is."""
    clock = VirtualClock()
    outcomes, threads = [BAD, BAD, GOOD], set()

    def call() -> Outcome[str]:
        threads.add(threading.get_ident())
        return outcomes.pop(0)

    outcome = policy_of(clock, RETRY).run(call)

    assert (outcome.value, outcome.attempts, clock.now()) == ("ok", 3, 600 * MS)
    assert threads == {threading.get_ident()}


def test_a_synchronous_call_that_hangs_is_abandoned() -> None:
    """Under a timeout the call runs in a thread that nobody waits for when its time is over."""
    released, left = threading.Event(), threading.Event()

    def hang() -> Outcome[str]:
        released.wait(timeout=60)
        left.set()
        return GOOD

    outcome = policy_of(VirtualClock(), {"timeout": "5s"}).run(hang)

    assert (outcome.cause, left.is_set()) == ("timeout", False)
    released.set()
    assert left.wait(timeout=60)


def test_a_synchronous_call_in_a_thread_brings_its_outcome_back() -> None:
    """Under a timeout a call that is fast enough gives its outcome, and its bug comes out as it is."""

    def broken() -> Outcome[str]:
        raise ZeroDivisionError

    policy = policy_of(SystemClock(), {"timeout": "60s"})

    assert policy.run(lambda: GOOD) is GOOD
    with pytest.raises(ZeroDivisionError):
        policy.run(broken)


def test_an_interrupt_gives_back_what_the_call_held() -> None:
    """Ctrl-C during a synchronous call comes out at once and leaves no place taken."""
    policy = policy_of(VirtualClock(), {"bulkhead": {"max_concurrent": 1}})

    def interrupted() -> Outcome[str]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        policy.run(interrupted)

    assert policy.run(lambda: GOOD) is GOOD


def test_run_inside_a_running_loop_is_refused() -> None:
    """There a synchronous call would hold up everything: the message says what to do instead."""
    policy = policy_of(VirtualClock())

    async def misuse() -> None:
        policy.run(lambda: GOOD)

    with pytest.raises(RuntimeError, match="await `call` there"):
        asyncio.run(misuse())


def test_sixty_four_threads_add_up() -> None:
    """Each of 64 threads makes 30 calls through one policy; all counts are exact."""
    policy = policy_of(
        VirtualClock(),
        {"fallback": {"value": "none"}},
        {"retry": {"base": "0", "cap": "0", "budget": {"finagle": {"min_retries_per_s": 1_000_000}}}},
        {"circuit_breaker": {"minimum_calls": 10_000, "window": {"calls": 10_000}}},
        {"rate_limit": {"rate": "1/s", "burst": 4000}},
        {"bulkhead": {"max_concurrent": 64}},
    )
    started = threading.Barrier(64)

    def calls() -> None:
        started.wait(timeout=30)
        for number in range(30):
            policy.run(lambda number=number: BAD if number % 3 == 0 else GOOD)  # type: ignore[misc]

    threads = [threading.Thread(target=calls) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=100)

    metrics = policy.metrics()
    fallback, retry, breaker, limit, bulkhead = (layer.facts for layer in metrics.layers)
    assert (metrics.calls, metrics.successes, metrics.fallbacks) == (1920, 1920, 640)
    assert (metrics.attempts, retry.retries, fallback.used) == (3200, 1280, 640)
    assert (limit.waited, limit.rejected, limit.tokens) == (0, 0, 800)
    assert (breaker.succeeded, breaker.failed) == (1280, 1920)
    assert (bulkhead.running, bulkhead.queued, bulkhead.rejected) == (0, 0, 0)


class SetBackClock(VirtualClock):
    """Virtual time whose readings are set back now and then, though its sleepers wake as they should."""

    def __init__(self) -> None:
        super().__init__(10**15)
        self.set_back_ns = 0

    def now(self) -> int:
        """Return the time less what it was set back by."""
        return super().now() - self.set_back_ns


ends = st.sampled_from([GOOD, BAD, OURS, BUSY, SLOW, Outcome[str].failed("503", retry_after_ns=SECOND)])


@settings(max_examples=60)
@given(st.lists(st.tuples(ends, st.integers(0, 10 * SECOND)), min_size=10, max_size=40))
def test_a_clock_that_is_set_back_breaks_nothing(script: list[tuple[Outcome[str], int]]) -> None:
    """No wait and no duration is negative, no promise lies in the past, and all layers let calls through again."""
    clock, events = SetBackClock(), list[Event]()
    policy = policy_of(
        clock,
        {"retry": {"jitter": "none", "deadline": "2s", "budget": {"finagle": {}}}},
        {"circuit_breaker": {"minimum_calls": 3, "window": {"calls": 5}, "reset_timeout": "3s"}},
        {"rate_limit": {"rate": "2/s", "burst": 2, "max_wait": "1s"}},
        {"bulkhead": {"max_concurrent": 1}},
        observer=events.append,
    )

    async def play() -> Outcome[str]:
        for outcome, set_back_ns in script:
            await policy.call(Destination(clock, outcome, takes_ns=100 * MS))
            clock.set_back_ns += set_back_ns
        clock.advance(clock.set_back_ns + 60 * SECOND)
        return await policy.call(Destination(clock, GOOD))

    assert asyncio.run(play()) == GOOD
    assert all(event.duration_ns > 0 for event in events_of(WaitStarted, events))
    assert all((event.retry_after_ns or 0) >= 0 for event in events_of(Rejected, events))
