"""`semantics: gobreaker` answers as gobreaker v2 does, and reads its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.resilience.presets.answers import (
    NS_PER_MS,
    Run,
    Scenario,
    disagreements,
    parameters,
    traces,
    unit_cases,
)
from tests.resilience.presets.go_breakers import events_of, in_words
from tests.resilience.presets.pasted import pasted, refusal
from tests.resilience.presets.whole_calls import state_of
from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.resilience.breaker import REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.machine import OPEN, BreakerState, Window
from tiktoktoe_cli.resilience.presets.gobreaker import GobreakerSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.resilience.presets.answers import Reader, Step

S = NS_PER_S
YEARS_NS = 10 * 365 * 86_400 * S

COUNTS = (
    "requests",
    "total_successes",
    "total_failures",
    "total_exclusions",
    "consecutive_successes",
    "consecutive_failures",
)


def options_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """Write a scenario's options as ours; `ready_...` are the parts of the predicate that it was run with."""
    options = in_words(config)
    if "ready_consecutive_failures_gt" in options:
        options["consecutive_failures"] = options.pop("ready_consecutive_failures_gt") + 1
    if "ready_failure_ratio" in options:
        options["failure_threshold"] = options.pop("ready_failure_ratio")
        options["minimum_calls"] = options.pop("ready_min_requests")
    return options


def note(run: Run, _step: Step) -> str:
    """Tell the error that a refused call gets."""
    return "circuit breaker is open" if run.phase == OPEN else "too many requests"


def count(index: int) -> Reader:
    """Read one of the counts."""
    return lambda run, _: run.state[-1][index]


READERS: Mapping[str, Reader] = {
    "state": state_of,
    "events": events_of,
    "note": note,
    **{name: count(index) for index, name in enumerate(COUNTS)},
}


@pytest.mark.parametrize("case", parameters([*unit_cases("gobreaker"), *traces("gobreaker")]))
def test_answers_as_the_library_does(case: Scenario) -> None:
    """In the library's own tests and in random traces, each step shows the same."""
    run = Run(pasted(GobreakerSettings, options_of(case.config)))

    found = list(disagreements(run, case.showing(events=True), READERS))

    assert found == []


def breaker_of(**options: object) -> CircuitBreaker:
    """Make a breaker."""
    return CircuitBreaker(GobreakerSettings.model_validate(options))


def fail(breaker: CircuitBreaker, *times_ns: int) -> None:
    """Start and fail a call at each of the times."""
    for now_ns in times_ns:
        breaker.record(breaker.acquire(now_ns), now_ns, 0, 1)


def test_a_rejection_names_the_first_moment_that_lets_through() -> None:
    """At the instant that the timeout is over the library still refuses; who waits for as long as told, is let in."""
    breaker = breaker_of(consecutive_failures=1, reset_timeout="1s")
    fail(breaker, 0)

    wait_ns = breaker.retry_after_ns(0)

    assert wait_ns == S + 1
    assert breaker.acquire(S) == REFUSED
    assert breaker.acquire(S + 1) != REFUSED


def test_looking_half_opens() -> None:
    """To read the state after the timeout is enough: the transition has the time at which it was noticed."""
    breaker = breaker_of(consecutive_failures=1, reset_timeout="1s")
    fail(breaker, 0)

    metrics = breaker.metrics(7 * S)

    assert metrics.state is BreakerState.HALF_OPEN
    assert [(change.at_ns, change.cause) for change in metrics.transitions] == [
        (0, "consecutive failures"),
        (7 * S, "reset timeout"),
    ]


@pytest.mark.parametrize(("now_ns", "state"), [(S, BreakerState.OPEN), (S + 1, BreakerState.CLOSED)])
def test_a_fixed_interval_ends_after_its_last_instant(now_ns: int, state: BreakerState) -> None:
    """At exactly its end the counts are still there."""
    breaker = breaker_of(consecutive_failures=2, interval="1s")
    fail(breaker, 0, now_ns)

    assert breaker.state is state


def test_a_result_of_an_earlier_interval_is_dropped() -> None:
    """A call that started before the counts were cleared is late, and counted nowhere."""
    breaker = breaker_of(consecutive_failures=1, interval="1s")
    ticket = breaker.acquire(0)
    breaker.acquire(S + 1)

    breaker.record(ticket, S + 2, 0, 1)

    metrics = breaker.metrics(S + 2)
    assert (metrics.state, metrics.late, metrics.window) == (BreakerState.CLOSED, 1, Window(1, 0, 0))


def test_a_failure_is_judged_even_if_its_bucket_is_gone() -> None:
    """1 of 3 is below one half; when an old request has rolled out it is 1 of 2, and any failure finds that out."""
    breaker = breaker_of(failure_threshold="50%", minimum_calls=2, interval="2s", bucket_period="1s")
    old, newer, _ = breaker.acquire(0), breaker.acquire(S), breaker.acquire(S)
    breaker.record(newer, S, 0, 1)
    before = breaker.state

    breaker.record(old, 2 * S, 0, 1)

    assert (before, breaker.state) == (BreakerState.CLOSED, BreakerState.OPEN)


def test_what_ends_after_its_bucket_is_counted_nowhere() -> None:
    """Neither a result nor an exclusion changes the counts of a window that has forgotten their requests."""
    breaker = breaker_of(interval="2s", bucket_period="1s")
    failing, excluded = breaker.acquire(0), breaker.acquire(0)
    breaker.acquire(2 * S)

    breaker.record(failing, 2 * S, 0, 1)
    breaker.release(excluded, 2 * S)

    assert breaker.metrics(2 * S).window == Window(1, 0, 0)


@pytest.mark.parametrize(
    ("now_ns", "state"),
    [
        (2 * S, BreakerState.OPEN),  # the late failure's bucket has gone, the streak is not told
        (3 * S, BreakerState.CLOSED),  # all buckets have gone at once: that clears it
    ],
)
def test_a_streak_that_is_not_all_of_the_window_keeps_what_rolls_out(
    now_ns: int, state: BreakerState
) -> None:
    """A success between a failure and a late one of its bucket parts the bucket's streak from the window's."""
    breaker = breaker_of(consecutive_failures=2, interval="2s", bucket_period="1s")
    late = breaker.acquire(0)
    fail(breaker, 0)
    breaker.record(breaker.acquire(S), S, 0, 0)
    breaker.record(late, S, 0, 1)

    fail(breaker, now_ns)

    assert breaker.state is state


@pytest.mark.parametrize(
    ("times_ns", "state"),
    [
        ([0, S, S], BreakerState.OPEN),
        ([0, S, 2 * S], BreakerState.CLOSED),  # the first one has rolled out: two in a row are left
        ([0, S, 2 * S, 2 * S], BreakerState.OPEN),
        ([0, 0, 2 * S, 2 * S], BreakerState.CLOSED),  # both have
    ],
)
def test_a_streak_loses_what_rolls_out(times_ns: Sequence[int], state: BreakerState) -> None:
    """Three failures in a row open the circuit if the window of two seconds still holds them."""
    breaker = breaker_of(consecutive_failures=3, interval="2s", bucket_period="1s")
    fail(breaker, *times_ns)

    assert breaker.state is state


@pytest.mark.parametrize(
    ("interval", "bucket", "interval_ms", "buckets"),
    [
        ("1s", "300ms", 1200, 4),
        ("1s", "250ms", 1000, 4),
        ("1s", "0", 1000, 1),
        ("1s", "3s", 3000, 1),  # one bucket does not roll: a fixed interval, but of the bucket's length
        ("0", "3s", 0, 1),
    ],
)
def test_an_interval_is_a_whole_number_of_buckets(
    interval: str, bucket: str, interval_ms: int, buckets: int
) -> None:
    """It is rounded up."""
    rules = GobreakerSettings.model_validate({"interval": interval, "bucket_period": bucket}).rules

    assert (rules.interval_ns, rules.buckets) == (interval_ms * NS_PER_MS, buckets)


def test_an_excluded_probe_gives_its_place_back() -> None:
    """One probe may be under way; one that is excluded makes room for another, a success does not come back."""
    breaker = breaker_of(consecutive_failures=1, reset_timeout="1s")
    fail(breaker, 0)
    probe = breaker.acquire(2 * S)
    refused = breaker.acquire(2 * S)

    breaker.release(probe, 2 * S)

    assert refused == REFUSED
    assert breaker.acquire(2 * S) != REFUSED


def test_a_probe_that_never_returns_wedges_it() -> None:
    """Nothing frees its place, however long one waits."""
    breaker = breaker_of(consecutive_failures=1)
    fail(breaker, 0)
    breaker.acquire(61 * S)

    assert breaker.acquire(YEARS_NS) == REFUSED


def test_nobody_can_force_it() -> None:
    """The library has no manual states."""
    breaker = breaker_of()

    with pytest.raises(ValueError, match="cannot be forced"):
        breaker.force(BreakerState.OPEN, 0)


def test_settings_can_be_pasted() -> None:
    """A `Settings` as Go programs keep it in YAML: names as in Go, bare durations in nanoseconds."""
    written = {"MaxRequests": 3, "Interval": "30s", "bucket_period": "10s", "Timeout": 90 * S}

    settings = pasted(GobreakerSettings, written)

    assert settings == GobreakerSettings.model_validate(
        {"half_open_calls": 3, "interval": "30s", "bucket_period": "10s", "reset_timeout": "90s"}
    )


def test_zero_is_what_nobody_has_set() -> None:
    """`gobreaker.Settings{}` opens after more than 5 failures in a row, for 60 s, and tries one request."""
    zero = pasted(GobreakerSettings, {"MaxRequests": 0, "Interval": 0, "BucketPeriod": 0, "Timeout": 0})

    rules = zero.rules
    assert rules == GobreakerSettings().rules
    assert (rules.consecutive_failures, rules.reset_timeout_ns) == (6, 60 * S)
    assert (rules.half_open_calls, rules.interval_ns) == (1, 0)


def test_a_share_takes_the_place_of_the_default_predicate() -> None:
    """Six failures in a row open the circuit beside a share only if both were asked for."""
    share = {"failure_threshold": "80%", "minimum_calls": 100}
    alone, both = breaker_of(**share), breaker_of(**share, consecutive_failures=6)

    for breaker in (alone, both):
        fail(breaker, *[0] * 6)

    assert (alone.state, both.state) == (BreakerState.CLOSED, BreakerState.OPEN)


@pytest.mark.parametrize(
    ("options", "code", "hint"),
    [
        ({"ReadyToTrip": "5"}, "option-elsewhere", "write `consecutive_failures`, or "),
        ({"MaxRequest": 5}, "unknown-option", "did you mean `MaxRequests`?"),
        ({"Interval": "1h", "BucketPeriod": "1ms"}, "out-of-range", "take longer buckets"),
        ({"MaxRequests": -1}, "greater_than_equal", ""),
        ({"consecutive_failures": 0}, "greater_than_equal", ""),
    ],
)
def test_what_cannot_mean_anything_is_refused(options: Mapping[str, Any], code: str, hint: str) -> None:
    """Each mistake has its code, and most a hint."""
    found_code, found_hint = refusal(GobreakerSettings, options)

    assert found_code == code
    assert found_hint.startswith(hint)


ACTS = st.tuples(
    st.integers(0, 700), st.sampled_from(["start", "pass", "fail", "exclude"]), st.integers(0, 9)
)


@given(st.lists(ACTS, max_size=60))
def test_the_counts_are_those_of_the_buckets(acts: list[tuple[int, str, int]]) -> None:
    """Whatever happens, the sums of the buckets are the counts, and none is below zero."""
    run = Run(GobreakerSettings.model_validate({"interval": "1s", "bucket_period": "250ms"}))
    now_ms, tickets = 0, []
    for wait_ms, act, which in acts:
        now_ms += wait_ms
        if act == "start":
            tickets += [ticket for ticket in [run.breaker.acquire(now_ms * NS_PER_MS)] if ticket != REFUSED]
        elif tickets and act == "exclude":
            run.breaker.release(tickets.pop(which % len(tickets)), now_ms * NS_PER_MS)
        elif tickets:
            run.breaker.record(tickets.pop(which % len(tickets)), now_ms * NS_PER_MS, 0, int(act == "fail"))

        counts, ring = run.state[-1], run.ring
        assert [sum(ring[index :: len(COUNTS)]) for index in range(4)] == list(counts[:4])
        assert min(ring) >= 0
