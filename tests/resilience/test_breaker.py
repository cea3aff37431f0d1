"""The live breaker counts exactly, tells its story in order, and survives whatever happens in a step.

Its decisions are those of a machine: see `presets/test_tiktoktoe.py` for the default one, `presets/test_machines.py`
for all.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.resilience.threads import in_threads, switching_often
from tiktoktoe_cli.resilience.breaker import QUEUED, REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.machine import OPEN, BreakerState, Transition, Window
from tiktoktoe_cli.resilience.metrics import ResponseTimes
from tiktoktoe_cli.resilience.presets.aiobreaker import AiobreakerSettings
from tiktoktoe_cli.resilience.presets.catalog import PRESETS, settings_of
from tiktoktoe_cli.resilience.presets.resilience4j import Resilience4jSettings
from tiktoktoe_cli.resilience.presets.tiktoktoe import MACHINE, TiktoktoeSettings

if TYPE_CHECKING:
    from collections.abc import Callable

THREADS = 64
MS = 1_000_000


def flapping(listener: Callable[[Transition], None] | None = None) -> CircuitBreaker:
    """Make a breaker that changes its state with almost every call."""
    options = {"window": {"calls": 2}, "minimum_calls": 1, "half_open_calls": 1, "reset_timeout": "1ns"}
    return CircuitBreaker(TiktoktoeSettings.model_validate(options), listener)


def opened(listener: Callable[[Transition], None] | None = None) -> CircuitBreaker:
    """Make a breaker and let it open at 0, for 1 ns."""
    breaker = flapping(listener)
    breaker.record(breaker.acquire(0), 0, 0, 1)
    return breaker


def test_counts_add_up_under_threads() -> None:
    """64 threads ask, succeed, fail, cancel and are refused: nothing is lost, nothing is counted twice."""
    breaker, seen = flapping(), [[0] * 4 for _ in range(THREADS)]

    def work(number: int) -> None:
        for turn in range(300):
            ticket = breaker.acquire(turn)
            ending = 3 if ticket == REFUSED else (number + turn) % 3
            seen[number][ending] += 1
            if ending == 2:
                breaker.release(ticket, turn)
            elif ending < 2:
                breaker.record(ticket, turn, 1, ending)

    with switching_often():
        in_threads(work, THREADS)

    metrics = breaker.metrics(300)
    _, _, cancelled, refused = (sum(counts) for counts in zip(*seen, strict=True))
    assert metrics.succeeded + metrics.failed + metrics.late == THREADS * 300 - cancelled - refused
    assert (metrics.released, metrics.not_permitted) == (cancelled, refused)


def test_a_healthy_breaker_counts_every_result_under_threads() -> None:
    """No transition makes a result late: successes and failures are exact, and the window has the latest 100."""
    breaker = CircuitBreaker(TiktoktoeSettings(failure_threshold="100%"))

    def work(number: int) -> None:
        for turn in range(500):
            breaker.record(breaker.acquire(turn), turn, 1, int(number > 0 and turn % 4 == 0))

    with switching_often():
        in_threads(work, THREADS)

    metrics = breaker.metrics(500)
    assert (metrics.state, metrics.late) == (BreakerState.CLOSED, 0)
    assert metrics.failed == (THREADS - 1) * 125
    assert metrics.succeeded == THREADS * 500 - metrics.failed
    assert metrics.window.calls == 100


def test_counts_add_up_under_tasks() -> None:
    """1,000 tasks hold their calls while the others run; a third of them is cancelled."""
    breaker = CircuitBreaker(TiktoktoeSettings(failure_threshold="100%"))

    async def call(number: int) -> None:
        ticket = breaker.acquire(0)
        try:
            for _ in range(number % 7):
                await asyncio.sleep(0)
            if number % 3 == 2:
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            breaker.release(ticket, 0)
            raise
        breaker.record(ticket, 0, 0, number % 3)

    async def call_all() -> None:
        tasks = [asyncio.create_task(call(number)) for number in range(1_000)]
        for _ in range(10):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(call_all())

    metrics = breaker.metrics(0)
    assert (metrics.succeeded, metrics.failed, metrics.released) == (334, 333, 333)


def test_the_listener_hears_each_transition_once_and_in_order() -> None:
    """However many threads bring them about, and however slow the listener is."""
    told: list[Transition] = []
    telling: list[int] = []
    most = 0

    def listen(change: Transition) -> None:
        nonlocal most
        telling.append(1)
        most = max(most, len(telling))
        time.sleep(0)  # lets another thread run into the middle of it
        told.append(change)
        telling.pop()

    breaker = flapping(listen)

    def work(number: int) -> None:
        for turn in range(100):
            ticket = breaker.acquire(turn)
            if ticket != REFUSED:
                breaker.record(ticket, turn, 0, (number + turn) % 2)

    with switching_often():
        in_threads(work, THREADS)

    kept = breaker.metrics(100).transitions
    assert len(told) >= 50
    assert most == 1
    assert tuple(told[-len(kept) :]) == kept
    assert all(before.target is after.source for before, after in pairwise(told))


def test_the_listener_may_use_the_breaker() -> None:
    """It looks, and even forces another state: that transition is told after this one."""
    heard: list[tuple[BreakerState, BreakerState]] = []

    def listen(change: Transition) -> None:
        heard.append((change.target, breaker.state))
        breaker.metrics(change.at_ns)
        if change.target is BreakerState.OPEN:
            breaker.force(BreakerState.HALF_OPEN, change.at_ns)
            heard.append((change.target, breaker.state))

    breaker = flapping(listen)
    breaker.record(breaker.acquire(0), 0, 0, 1)

    assert heard == [
        (BreakerState.OPEN, BreakerState.OPEN),
        (BreakerState.OPEN, BreakerState.HALF_OPEN),
        (BreakerState.HALF_OPEN, BreakerState.HALF_OPEN),
    ]


def test_a_listener_that_fails_changes_nothing() -> None:
    """Who made the step gets what it raised; the breaker goes on, and tells the next transition."""
    heard: list[BreakerState] = []

    def listen(change: Transition) -> None:
        heard.append(change.target)
        if change.target is BreakerState.OPEN:
            raise RuntimeError("no disk space")

    breaker = flapping(listen)
    ticket = breaker.acquire(0)

    with pytest.raises(RuntimeError, match="no disk space"):
        breaker.record(ticket, 0, 0, 1)

    assert breaker.metrics(0).failed == 1
    assert breaker.acquire(1) != REFUSED
    assert heard == [BreakerState.OPEN, BreakerState.HALF_OPEN]


@pytest.mark.parametrize("step", ["acquire", "result", "release", "force", "window"])
def test_an_interrupted_step_leaves_the_state(step: str) -> None:
    """Ctrl-C in the middle of a step: the next one finds the breaker as it was, and not locked."""

    def interrupted(*_: object) -> Any:  # never returns
        raise KeyboardInterrupt

    steps: dict[str, Any] = {step: interrupted}
    settings = type("Interrupted", (TiktoktoeSettings,), {"machine": replace(MACHINE, **steps)})
    breaker = CircuitBreaker(settings(window={"calls": 2}, minimum_calls=1))
    breaker.restore(*opened().saved())
    ticket = breaker.saved()[0][1]
    attempts: dict[str, Callable[[], object]] = {
        "acquire": lambda: breaker.acquire(1),
        "result": lambda: breaker.record(ticket, 1, 0, 0),
        "release": lambda: breaker.release(ticket, 1),
        "force": lambda: breaker.force(BreakerState.CLOSED, 1),
        "window": lambda: breaker.metrics(1),
    }

    with pytest.raises(KeyboardInterrupt):
        attempts[step]()

    assert breaker.saved()[0][:2] == (OPEN, ticket)


@pytest.mark.parametrize("name", PRESETS)
def test_what_was_saved_goes_on(name: str) -> None:
    """Kept as JSON and restored into another breaker, it answers as the first one does from then on."""
    preset = settings_of(name)
    first, second = CircuitBreaker(preset()), CircuitBreaker(preset())
    for turn in range(200):
        ticket = first.acquire(turn)
        if ticket >= 0:
            first.record(ticket, turn, 0, turn % 2)

    second.restore(*json.loads(json.dumps(first.saved())))

    assert second.saved() == first.saved()
    for turn in range(200, 400):
        ticket = first.acquire(turn)
        assert second.acquire(turn) == ticket
        for breaker in (first, second):
            if ticket >= 0:
                breaker.record(ticket, turn, 0, 1)
        assert second.saved() == first.saved()


def test_a_restored_breaker_keeps_its_tickets_and_its_time() -> None:
    """A call that was under way may still end; what was open stays open for as long."""
    first, second = opened(), flapping()
    probe = first.acquire(1)

    second.restore(*first.saved())
    second.record(probe, 2, 0, 0)

    assert second.state is BreakerState.CLOSED


@pytest.mark.parametrize("name", ["pybreaker", "cockatiel"])
def test_nobody_waits_for_calls_of_before_the_restart(name: str) -> None:
    """A probe was under way when the breaker was saved: its end will never be told, so another one may start."""
    first, second = (CircuitBreaker(settings_of(name)(consecutive_failures=1)) for _ in range(2))
    first.record(first.acquire(0), 0, 0, 1)
    later_ns = first.retry_after_ns(0) or 0
    first.acquire(later_ns)
    assert first.acquire(later_ns) == QUEUED

    second.restore(*first.saved())
    ticket = second.acquire(later_ns)
    second.record(ticket, later_ns, 0, 0)

    assert second.state is BreakerState.CLOSED


def test_what_other_settings_saved_is_refused() -> None:
    """A ring of another size cannot be gone on with."""
    saved = CircuitBreaker(TiktoktoeSettings(window={"calls": 50})).saved()
    breaker = CircuitBreaker(TiktoktoeSettings())

    with pytest.raises(ValueError, match="a ring of 50, not of 100"):
        breaker.restore(*saved)


def test_metrics_say_what_was_seen() -> None:
    """Three successes, one failure: shares of all results and of the window, and percentiles of the times."""
    breaker = CircuitBreaker(TiktoktoeSettings(slow_call_duration="25ns"))
    for duration_ns, failed in ((30, 0), (10, 0), (20, 1), (40, 0)):
        breaker.record(breaker.acquire(100), 100 + duration_ns, duration_ns, failed)

    metrics = breaker.metrics(150)

    assert (metrics.state, metrics.in_state_ns, metrics.window) == (
        BreakerState.CLOSED,
        None,
        Window(4, 1, 2),
    )
    assert (metrics.success_rate, metrics.failure_rate, metrics.slow_call_rate) == (0.75, 0.25, 0.5)
    assert metrics.response_times == ResponseTimes(p50_ns=20, p95_ns=40, p99_ns=40)
    assert metrics.transitions == ()


def test_a_new_breaker_has_no_shares() -> None:
    """Nothing was seen, so nothing is claimed."""
    metrics = CircuitBreaker(TiktoktoeSettings()).metrics(0)

    assert (metrics.success_rate, metrics.failure_rate, metrics.slow_call_rate) == (None, None, None)


def test_metrics_of_a_long_life_stay_small() -> None:
    """The latest 1,024 transitions and times are kept; the counts are of all."""
    breaker = flapping()
    for turn in range(3_000):
        breaker.record(breaker.acquire(turn), turn, turn, turn % 2)

    metrics = breaker.metrics(3_000)

    assert (metrics.succeeded, metrics.failed) == (1_500, 1_500)
    assert metrics.response_times == ResponseTimes(
        p50_ns=2_487, p95_ns=2_948, p99_ns=2_989
    )  # of 1,976 to 2,999
    assert len(metrics.transitions) == 1_024
    assert metrics.transitions[-1].at_ns == 2_999


def test_the_story_has_times_and_causes() -> None:
    """A breaker that failed and recovered can tell it."""
    breaker = opened()
    breaker.record(breaker.acquire(5), 9, 4, 0)

    story = [(change.at_ns, str(change.target), change.cause) for change in breaker.metrics(9).transitions]

    assert story == [
        (0, "open", "failure rate"),
        (5, "half-open", "reset timeout"),
        (9, "closed", "probes passed"),
    ]


def test_what_time_alone_brings_about_is_dated_when_it_was_due() -> None:
    """A timer half-opens the circuit after 5 ms; a result after 9 finds it so, and decides."""
    options = {"window": {"calls": 2}, "minimum_calls": 1, "half_open_calls": 1, "reset_timeout": "5ms"}
    breaker = CircuitBreaker(Resilience4jSettings.model_validate({**options, "automatic_half_open": True}))
    ticket = breaker.acquire(0)
    breaker.record(ticket, 0, 0, 1)

    breaker.record(ticket, 9 * MS, 0, 0)

    story = [(change.at_ns, str(change.target)) for change in breaker.metrics(9 * MS).transitions]
    assert story == [(0, "open"), (5 * MS, "half-open"), (9 * MS, "closed")]


@pytest.mark.parametrize("name", [name for name in PRESETS if name not in {"envoy_outlier", "pybreaker"}])
def test_what_leaves_an_open_circuit_alone_was_late(name: str) -> None:
    """Also where the machine has no tickets that tell: no call is of this state. Two cannot get there."""
    breaker, now_ns = CircuitBreaker(settings_of(name)()), 0
    held = breaker.acquire(0)
    for _ in range(300):
        if breaker.state is BreakerState.CLOSED:
            now_ns += 10 * MS
            breaker.record(breaker.acquire(now_ns), now_ns, 0, 1)
    saved, before = breaker.saved(), breaker.metrics(now_ns)

    breaker.record(held, now_ns, 0, 0)

    after = breaker.metrics(now_ns)
    assert before.state is BreakerState.OPEN
    assert (after.late - before.late, after.succeeded) == ((1, 0) if breaker.saved() == saved else (0, 1))


def test_a_late_result_that_decides_is_no_late_one() -> None:
    """Where the semantics count it whenever it comes, it is among the failures."""
    breaker = CircuitBreaker(AiobreakerSettings(consecutive_failures=1, reset_timeout="5ns"))
    early = breaker.acquire(0)
    breaker.record(breaker.acquire(0), 0, 0, 1)
    breaker.acquire(5)

    breaker.record(early, 6, 0, 1)

    metrics = breaker.metrics(6)
    assert (metrics.state, metrics.failed, metrics.late) == (BreakerState.OPEN, 2, 0)


@pytest.mark.parametrize("window", [{"calls": 10}, {"time": "100ns"}])
@pytest.mark.parametrize("state", [BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN])
def test_a_clock_that_jumps_back_changes_nothing(window: dict[str, Any], state: BreakerState) -> None:
    """No transition, nothing negative, nothing counted away; and once the clock is back, it goes on as ever."""
    options = {"window": window, "minimum_calls": 4, "reset_timeout": "50ns", "permit_timeout": "50ns"}
    breaker = CircuitBreaker(TiktoktoeSettings.model_validate(options))
    breaker.record(breaker.acquire(1_000), 1_000, 0, 1)
    breaker.force(state, 1_000)
    before = breaker.metrics(1_000)

    for now_ns in (999, 500, 0, -(10**9)):
        ticket = breaker.acquire(now_ns)
        if ticket != REFUSED:
            breaker.release(ticket, now_ns)
        metrics = breaker.metrics(now_ns)
        assert (metrics.state, metrics.transitions) == (state, before.transitions)
        assert (metrics.window, metrics.in_state_ns) == (before.window, 0)
        assert (breaker.retry_after_ns(now_ns) or 0) >= 0

    assert breaker.acquire(1_050) != REFUSED


def test_results_of_a_clock_that_jumped_back_are_counted() -> None:
    """They count as the newest, and leave the window with them."""
    breaker = CircuitBreaker(TiktoktoeSettings(window={"time": "100ns"}))
    breaker.record(breaker.acquire(1_000), 1_000, 0, 0)

    breaker.record(breaker.acquire(3), 3, 0, 1)

    assert breaker.metrics(1_099).window == Window(2, 1, 0)
    assert breaker.metrics(1_100).window == Window(0, 0, 0)
