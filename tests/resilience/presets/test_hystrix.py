"""`semantics: hystrix` opens at its health snapshots, probes with one call, and reads Hystrix' properties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.resilience.presets.pasted import pasted, refusal
from tiktoktoe_cli.config.units import NS_PER_S, Duration
from tiktoktoe_cli.resilience.breaker import REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.machine import BreakerState, Transition, Window
from tiktoktoe_cli.resilience.presets.hystrix import HystrixSettings
from tiktoktoe_cli.resilience.presets.time_window import TimeWindow

if TYPE_CHECKING:
    from collections.abc import Mapping

MS = 1_000_000
CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN


def feed(breaker: CircuitBreaker, at_ms: int, failures: int, successes: int = 0) -> None:
    """Let calls start and end at a time."""
    for failed in [1] * failures + [0] * successes:
        breaker.record(breaker.acquire(at_ms * MS), at_ms * MS, 0, failed)


def state_at(breaker: CircuitBreaker, at_ms: int) -> BreakerState:
    """Look at a breaker at a time."""
    return breaker.metrics(at_ms * MS).state


def half_open() -> CircuitBreaker:
    """Open a breaker at 0.5 s, and let its probe start at 6 s; one call of the closed state is still under way."""
    breaker = CircuitBreaker(HystrixSettings())
    feed(breaker, 0, failures=20)
    breaker.acquire(0)
    assert breaker.acquire(6000 * MS) != REFUSED
    return breaker


def test_opens_at_the_next_snapshot() -> None:
    """Twenty failures in the first milliseconds open the circuit after half a second, not before."""
    breaker = CircuitBreaker(HystrixSettings())

    feed(breaker, 3, failures=20)

    assert [state_at(breaker, 499), state_at(breaker, 500)] == [CLOSED, OPEN]
    assert breaker.metrics(700 * MS).transitions == (Transition(500 * MS, CLOSED, OPEN, "failure rate"),)


def test_a_call_finds_what_the_snapshot_did() -> None:
    """Nobody has to look at the breaker for its snapshots to be taken in time."""
    breaker = CircuitBreaker(HystrixSettings())
    feed(breaker, 3, failures=20)

    assert breaker.acquire(700 * MS) == REFUSED
    assert breaker.retry_after_ns(700 * MS) == 4801 * MS  # from 500 ms on, more than 5,000 ms


def test_a_result_at_a_snapshot_belongs_to_the_next() -> None:
    """The twentieth failure comes at the instant of a snapshot: the one after it opens the circuit."""
    breaker = CircuitBreaker(HystrixSettings())
    feed(breaker, 100, failures=19)

    feed(breaker, 500, failures=1)

    assert [state_at(breaker, 999), state_at(breaker, 1000)] == [CLOSED, OPEN]


@pytest.mark.parametrize(
    ("failures", "successes", "state"),
    [
        (19, 0, CLOSED),  # too few calls
        (10, 10, OPEN),  # half of them
        (10, 11, CLOSED),
    ],
)
def test_opens_when_half_of_enough_calls_failed(failures: int, successes: int, state: BreakerState) -> None:
    """At least 20 calls, at least 50 %; in which order does not matter."""
    breaker = CircuitBreaker(HystrixSettings())

    feed(breaker, 100, failures, successes)

    assert state_at(breaker, 500) is state


@pytest.mark.parametrize(
    ("later_ms", "state"),
    [(9_999, OPEN), (10_000, CLOSED)],
)
def test_the_window_is_the_latest_whole_buckets(later_ms: int, state: BreakerState) -> None:
    """Ten failures at the beginning count as long as a snapshot's ten seconds reach back to 0."""
    breaker = CircuitBreaker(HystrixSettings())
    feed(breaker, 0, failures=10)

    feed(breaker, later_ms, failures=10)

    assert state_at(breaker, 10_500) is state


def test_opens_without_a_call_when_the_successes_have_become_too_old() -> None:
    """20 of 50 failed; when the 30 successes leave the window, all of what is left did."""
    breaker = CircuitBreaker(HystrixSettings())
    feed(breaker, 100, failures=0, successes=30)
    feed(breaker, 3000, failures=20)

    assert [state_at(breaker, 10_499), state_at(breaker, 10_500)] == [CLOSED, OPEN]


def test_snapshots_go_on_while_nothing_happens() -> None:
    """After an hour without calls, the next snapshot is half a second away as ever."""
    breaker = CircuitBreaker(HystrixSettings())
    hour_ms = 3_600_000

    feed(breaker, hour_ms, failures=20)

    assert breaker.metrics((hour_ms + 700) * MS).transitions[0].at_ns == (hour_ms + 500) * MS


@pytest.mark.parametrize(("failures", "state"), [(29, CLOSED), (30, OPEN)])
def test_the_percentage_is_cut_off_after_rounding(failures: int, state: BreakerState) -> None:
    """29 / 100 * 100 is 28.999999999999996 in double precision, and so 28 %."""
    breaker = CircuitBreaker(pasted(HystrixSettings, {"errorThresholdPercentage": 29}))

    feed(breaker, 100, failures, 100 - failures)

    assert state_at(breaker, 500) is state


def test_lets_a_call_through_in_the_millisecond_after_the_sleep() -> None:
    """Opened at 500 ms for 5,000 ms: 5,500 ms on the clock is not later than that, 5,501 ms is."""
    breaker = CircuitBreaker(HystrixSettings())
    feed(breaker, 0, failures=20)

    answers = [breaker.acquire(at_ns) for at_ns in (5500 * MS, 5501 * MS - 1, 5501 * MS)]

    assert answers == [REFUSED, REFUSED, 0]


def test_a_probe_that_never_returns_wedges_the_circuit() -> None:
    """One probe may start, and without its result nothing else, ever."""
    breaker = half_open()

    assert breaker.acquire(24 * 3600 * NS_PER_S) == REFUSED


def test_any_success_closes_and_is_the_first_of_the_new_window() -> None:
    """The call of the closed state returns before the probe does, and decides for it."""
    breaker = half_open()

    breaker.record(0, 6001 * MS, 0, 0)

    assert state_at(breaker, 6002) is CLOSED
    assert breaker.metrics(6002 * MS).window == Window(1, 0, 0)


def test_any_failure_opens_again_for_the_whole_time() -> None:
    """A failure at 6.2 s keeps the circuit open until after 11.2 s."""
    breaker = half_open()

    breaker.record(0, 6200 * MS, 0, 1)

    assert [breaker.acquire(11_200 * MS), breaker.acquire(11_201 * MS)] == [REFUSED, 0]


def test_a_cancelled_call_opens_again() -> None:
    """A call that ended without a result is taken as a probe that failed."""
    breaker = half_open()

    breaker.release(0, 6100 * MS)

    assert breaker.metrics(6100 * MS).transitions[-1] == Transition(
        6100 * MS, HALF_OPEN, OPEN, "probe cancelled"
    )


def test_snapshots_begin_anew_with_the_closing() -> None:
    """Closed at 6.2 s, the circuit opens at 6.7 s, not at 6.5 s."""
    breaker = half_open()
    breaker.record(0, 6200 * MS, 0, 0)

    feed(breaker, 6300, failures=20)

    assert [state_at(breaker, 6699), state_at(breaker, 6700)] == [CLOSED, OPEN]


def test_counts_nothing_while_open() -> None:
    """Results of calls that were under way when the circuit opened are not kept."""
    breaker = CircuitBreaker(HystrixSettings())
    feed(breaker, 0, failures=20)

    breaker.record(0, 600 * MS, 0, 1)

    assert breaker.metrics(600 * MS).window == Window(20, 20, 0)


def test_forced_closed_counts_and_never_opens() -> None:
    """With `forceClosed` all calls go through; the window goes on and forgets."""
    breaker = CircuitBreaker(pasted(HystrixSettings, {"circuitBreaker.forceClosed": True}))

    feed(breaker, 0, failures=40)

    assert breaker.acquire(9_999 * MS) == 0
    assert breaker.metrics(9_999 * MS).window == Window(40, 40, 0)
    assert breaker.metrics(10_000 * MS).window == Window(0, 0, 0)


def test_force_open_comes_before_force_closed() -> None:
    """Where both are set, nothing goes through; a breaker that is let go begins as a new one."""
    breaker = CircuitBreaker(pasted(HystrixSettings, {"forceOpen": True, "forceClosed": True}))

    assert breaker.acquire(0) == REFUSED
    breaker.force(CLOSED, 10 * MS)
    assert breaker.acquire(10 * MS) == 0


@given(
    st.lists(st.tuples(st.integers(0, 4_000), st.booleans()), max_size=60),
    st.integers(1, 6),
)
def test_opens_at_the_first_snapshot_that_says_so(calls: list[tuple[int, bool]], minimum: int) -> None:
    """Whatever comes when, the circuit opens when the sums over all results would open it."""
    settings = HystrixSettings(
        window=TimeWindow(time=Duration(1000 * MS)),
        health_interval=Duration(100 * MS),
        minimum_calls=minimum,
    )
    breaker = CircuitBreaker(settings)

    for at_ms, failed in sorted(calls):
        if breaker.acquire(at_ms * MS) != REFUSED:
            breaker.record(0, at_ms * MS, 0, int(failed))

    opened = [change.at_ns // MS for change in breaker.metrics(5_000 * MS).transitions]
    assert opened[:1] == [at_ms for at_ms in range(100, 5_001, 100) if fails(calls, at_ms, minimum)][:1]


def fails(calls: list[tuple[int, bool]], at_ms: int, minimum: int) -> bool:
    """Say what a snapshot says, from all results that there were."""
    within = [failed for when, failed in calls if at_ms - 1000 <= when < at_ms]
    return len(within) >= minimum and sum(within) * 2 >= len(within)


def test_a_real_configuration_can_be_pasted() -> None:
    """Hystrix' properties by their names, with or without their group."""
    written: dict[str, Any] = {
        "circuitBreaker.requestVolumeThreshold": 10,
        "errorThresholdPercentage": 25,
        "circuitBreaker.sleepWindowInMilliseconds": 2000,
        "metrics.rollingStats.timeInMilliseconds": 5000,
        "metrics.healthSnapshot.intervalInMilliseconds": 250,
    }

    rules = pasted(HystrixSettings, written).rules

    assert rules.failure_share == (1, 4)
    assert (rules.minimum_calls, rules.reset_timeout_ns) == (10, 2 * NS_PER_S)
    assert (rules.buckets, rules.interval_ns) == (20, 250 * MS)


def test_has_the_defaults_of_the_library() -> None:
    """20 calls in 10 s, half of them failed; every half second; 5 s of sleep."""
    rules = HystrixSettings().rules

    assert rules == ((1, 2), 20, 500 * MS, 20, 5 * NS_PER_S, 0)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"metrics.rollingStats.timeInMilliseconds": 400}, "impossible-window"),  # less than a bucket
        ({"window": {"time": "2d"}, "health_interval": "1ms"}, "impossible-window"),
        ({"window": {"calls": 10}}, "extra_forbidden"),
        ({"errorThresholdPercentage": 101}, "bad-unit"),
        ({"requestVolumeThreshold": 0}, "greater_than_equal"),
    ],
)
def test_what_the_library_does_not_have_is_refused(options: Mapping[str, Any], code: str) -> None:
    """A window without a bucket, or with far too many; a number of calls; what is no share."""
    assert refusal(HystrixSettings, options)[0] == code


def test_another_layers_option_says_where_it_belongs() -> None:
    """Hystrix' timeout is none of the breaker's options here."""
    code, hint = refusal(HystrixSettings, {"execution.isolation.thread.timeoutInMilliseconds": 1000})

    assert code == "option-elsewhere"
    assert "- timeout:" in hint
