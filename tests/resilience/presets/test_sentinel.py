"""`semantics: sentinel` follows the rules of Sentinel's circuit breakers, and reads its `DegradeRule`s."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.resilience.presets.pasted import pasted, refusal
from tiktoktoe_cli.config.units import NS_PER_S, Duration
from tiktoktoe_cli.resilience.breaker import REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.machine import BreakerState, Window
from tiktoktoe_cli.resilience.presets.sentinel import SentinelSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

MS = 1_000_000
CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN
SLOW_NS, FAST_NS = 201 * MS, 200 * MS

BY_SHARE = {"grade": 1, "count": 0.5, "minRequestAmount": 4, "timeWindow": 10}
BY_NUMBER = {"grade": 2, "count": 2, "minRequestAmount": 4, "timeWindow": 10}
BY_SLOWNESS = {"grade": 0, "count": 200, "slowRatioThreshold": 0.5, "minRequestAmount": 4, "timeWindow": 10}


def made(options: Mapping[str, Any], results: str, at_ns: int = 0) -> CircuitBreaker:
    """Feed results: `f` a failure, `s` a slow success, `.` a good one."""
    breaker = CircuitBreaker(pasted(SentinelSettings, options))
    feed(breaker, results, at_ns)
    return breaker


def feed(breaker: CircuitBreaker, results: str, at_ns: int) -> None:
    """Let calls start and end at a time."""
    for letter in results:
        duration_ns = SLOW_NS if letter == "s" else FAST_NS
        breaker.record(breaker.acquire(at_ns), at_ns, duration_ns, int(letter == "f"))


def half_open(options: Mapping[str, Any], results: str) -> CircuitBreaker:
    """Open a breaker at 0, and let its probe start at 10 s; one call of the closed state is still under way."""
    breaker = CircuitBreaker(pasted(SentinelSettings, options))
    assert breaker.acquire(0) == 0
    feed(breaker, results, 0)
    assert breaker.acquire(10 * NS_PER_S) == 1
    return breaker


@pytest.mark.parametrize(
    ("options", "results", "state"),
    [
        (BY_SHARE, "fff", CLOSED),  # too few
        (BY_SHARE, "ff..", CLOSED),  # no more than half
        (BY_SHARE, "fff.", OPEN),  # a success that makes them enough
        ({**BY_SHARE, "count": 1}, "ffffff", CLOSED),  # more than all is impossible
        ({**BY_SHARE, "count": 0.7}, "fffffff...", OPEN),  # four of four were more, whatever comes then
        ({**BY_SHARE, "count": 0.7}, "...fffffff", CLOSED),  # 7 / 10 is 0.7 in double precision
        ({**BY_SHARE, "count": 0.3333}, "..f", CLOSED),
        ({**BY_SHARE, "count": 0.3333, "minRequestAmount": 3}, "..f", OPEN),
        ({"failure_threshold": "0%", "minimum_calls": 4}, "....", CLOSED),
        ({"failure_threshold": "0%", "minimum_calls": 4}, "...f", OPEN),
        (BY_SHARE, "ssss", CLOSED),  # slowness is nothing to this rule
        (BY_NUMBER, "ff......", CLOSED),
        (BY_NUMBER, "fff", CLOSED),
        (BY_NUMBER, "ff...f", OPEN),
        (BY_SLOWNESS, "ss..", CLOSED),
        (BY_SLOWNESS, "sss.", OPEN),
        (BY_SLOWNESS, "ffff", CLOSED),  # nor failures to that one
        (
            {**BY_SLOWNESS, "slowRatioThreshold": 1},
            "ssss",
            OPEN,
        ),  # the one share that is reached by being equal
        ({**BY_SLOWNESS, "slowRatioThreshold": 1}, "sss.", CLOSED),
    ],
)
def test_opens_when_there_are_more_than_the_threshold(
    options: Mapping[str, Any], results: str, state: BreakerState
) -> None:
    """Being equal is not enough, and nothing counts before there are `minRequestAmount` calls."""
    assert made(options, results).state is state


def test_the_window_tumbles_with_the_clock() -> None:
    """Windows of 20 s begin with the clock's multiples of 20 s: what ended before is forgotten all at once."""
    options = {**BY_SHARE, "statIntervalMs": 20_000}
    before = made(options, "fff", 40 * NS_PER_S - 1)
    within = made(options, "fff", 40 * NS_PER_S)

    feed(before, "f", 40 * NS_PER_S)
    feed(within, "f", 60 * NS_PER_S - 1)

    assert [before.state, within.state] == [CLOSED, OPEN]
    assert before.metrics(60 * NS_PER_S - 1).window == Window(1, 1, 0)
    assert before.metrics(60 * NS_PER_S).window == Window(0, 0, 0)


def test_a_probe_may_start_at_the_millisecond_of_the_reset_time() -> None:
    """Opened within a millisecond for 10 s: the clock shows 10 s later when that millisecond begins."""
    breaker = made(BY_SHARE, "ffff", 5 * MS + 999_999)

    answers = [breaker.acquire(at_ns) for at_ns in (10_005 * MS - 1, 10_005 * MS, 10_005 * MS)]

    assert answers == [REFUSED, 1, REFUSED]


def test_a_probe_that_never_returns_wedges_the_circuit() -> None:
    """There is one probe, and without its result nothing else, ever."""
    breaker = half_open(BY_SHARE, "ffff")

    assert breaker.acquire(24 * 3600 * NS_PER_S) == REFUSED


@pytest.mark.parametrize(
    ("options", "opening", "failed", "duration_ns", "state"),
    [
        (BY_SHARE, "ffff", 0, SLOW_NS, CLOSED),
        (BY_SHARE, "ffff", 1, FAST_NS, OPEN),
        (BY_NUMBER, "ffff", 1, FAST_NS, OPEN),
        (BY_SLOWNESS, "ssss", 1, FAST_NS, CLOSED),  # a fast failure is all that this rule asks for
        (BY_SLOWNESS, "ssss", 0, SLOW_NS, OPEN),
    ],
)
@pytest.mark.parametrize("ticket", [0, 1])
def test_any_result_decides_for_the_probe(  # noqa: PLR0913, PLR0917  # the columns of the table above
    options: Mapping[str, Any],
    opening: str,
    failed: int,
    duration_ns: int,
    state: BreakerState,
    ticket: int,
) -> None:
    """That of the probe does, and so does that of a call from before the circuit opened."""
    breaker = half_open(options, opening)

    breaker.record(ticket, 11 * NS_PER_S, duration_ns, failed)

    assert breaker.state is state


@pytest.mark.parametrize(
    ("options", "opening", "duration_ns", "causes"),
    [
        (BY_SHARE, "ffff", FAST_NS, ["failures", "reset timeout", "probe failed"]),
        (BY_SLOWNESS, "ssss", SLOW_NS, ["slow calls", "reset timeout", "probe slow"]),
    ],
)
def test_says_whether_failures_or_slow_calls_opened_it(
    options: Mapping[str, Any], opening: str, duration_ns: int, causes: list[str]
) -> None:
    """The transitions name what the rule is about."""
    breaker = half_open(options, opening)

    breaker.record(1, 11 * NS_PER_S, duration_ns, 1)

    assert [change.cause for change in breaker.metrics(11 * NS_PER_S).transitions] == causes


def test_closing_begins_an_empty_window() -> None:
    """The success that closes the circuit is forgotten with everything else."""
    breaker = half_open(BY_SHARE, "ffff")

    breaker.record(1, 10 * NS_PER_S, 0, 0)

    assert breaker.metrics(10 * NS_PER_S).window == Window(0, 0, 0)


def test_reopens_for_the_whole_time() -> None:
    """A probe that failed at 11 s keeps the circuit open until 21 s; results in between change nothing."""
    breaker = half_open(BY_SHARE, "ffff")
    breaker.record(1, 11 * NS_PER_S, 0, 1)

    for _ in range(5):
        breaker.record(0, 12 * NS_PER_S, 0, 1)

    assert [breaker.acquire(21 * NS_PER_S - 1), breaker.acquire(21 * NS_PER_S)] == [REFUSED, 2]


def test_the_next_call_probes_when_the_probe_was_blocked() -> None:
    """A probe that another rule blocked opens the circuit again, but not for any longer."""
    breaker = half_open(BY_SHARE, "ffff")

    breaker.release(1, 10 * NS_PER_S)

    assert breaker.state is OPEN
    assert breaker.acquire(10 * NS_PER_S) == 2


def test_a_blocked_call_from_before_is_not_the_probe() -> None:
    """Only the probe's own end without a result opens the circuit again."""
    breaker = half_open(BY_SHARE, "ffff")

    breaker.release(0, 10 * NS_PER_S)

    assert breaker.state is HALF_OPEN


def test_nobody_can_force_it() -> None:
    """Sentinel has no way to open a circuit by hand."""
    breaker = CircuitBreaker(SentinelSettings())

    with pytest.raises(ValueError, match="cannot be forced"):
        breaker.force(OPEN, 0)


@pytest.mark.parametrize(
    ("rule", "ours"),
    [
        (
            {
                "grade": 0,
                "count": 49.5,
                "slowRatioThreshold": 0.6,
                "statIntervalMs": 20_000,
                "timeWindow": 10,
            },
            {"slow_call_duration": "50ms", "slow_call_threshold": 0.6, "window": {"time": "20s"}},
        ),
        ({"grade": 1, "count": 0.4, "minRequestAmount": 9}, {"failure_threshold": 0.4, "minimum_calls": 9}),
        ({"grade": 2, "count": 7, "timeWindow": 3}, {"failure_count": 7, "reset_timeout": "3s"}),
        ({"count": 0}, {"slow_call_duration": "1ns"}),  # a grade of 0 is the library's default
        (
            {},
            {"failure_threshold": 0.5, "minimum_calls": 5, "window": {"time": "1s"}, "reset_timeout": "10s"},
        ),
    ],
)
def test_a_real_rule_can_be_pasted(rule: Mapping[str, Any], ours: Mapping[str, Any]) -> None:
    """`grade` and `count` mean the same as the option of ours that says it."""
    pasted_rule, own = pasted(SentinelSettings, rule), SentinelSettings.model_validate(ours)

    assert pasted_rule.rules == own.rules
    assert pasted_rule.slow_call_ns == own.slow_call_ns


def test_a_rule_about_failures_knows_no_slow_calls() -> None:
    """Only a rule about slow calls says when a call is slow."""
    assert pasted(SentinelSettings, BY_SHARE).slow_call_ns is None
    assert pasted(SentinelSettings, BY_SLOWNESS).slow_call_ns == Duration.of(0.2)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"grade": 1, "count": 0.5, "failure_threshold": 0.5}, "option-twice"),
        ({"grade": 1, "failure_threshold": 0.5}, "option-twice"),
        ({"failure_count": 5, "slow_call_duration": "1s"}, "option-twice"),
        ({"grade": 1, "count": 2}, "bad-unit"),
        ({"grade": 3, "count": 2}, "less_than_equal"),
        ({"window": {"time": "100us"}}, "impossible-window"),
        ({"window": {"calls": 5}}, "extra_forbidden"),
    ],
)
def test_what_sentinel_does_not_have_is_refused(options: Mapping[str, Any], code: str) -> None:
    """Two thresholds in one rule, a share of more than all, a window of calls."""
    assert refusal(SentinelSettings, options)[0] == code
