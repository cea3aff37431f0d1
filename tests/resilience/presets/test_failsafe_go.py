"""`semantics: failsafe_go` answers as failsafe-go does, and reads what its builder is told."""

from __future__ import annotations

from math import floor
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
from tiktoktoe_cli.resilience.machine import BreakerState, Window
from tiktoktoe_cli.resilience.presets.failsafe_go import FailsafeGoSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.resilience.presets.answers import Reader, Step

S = NS_PER_S
BY_RATE = {"failure_threshold": "50%", "minimum_calls": 4, "window": {"time": "10s"}}


def executions(run: Run, _step: Step | None = None) -> int:
    """Read how many results the library counts; it drops old ones only when a new one comes."""
    size, recorded = run.state[2][-1], run.state[3]
    return min(recorded, size) if size else int(recorded)


def failures(run: Run, _step: Step | None = None) -> int:
    """Read how many of them are failures."""
    return int(run.state[4])


def failure_rate(run: Run, _step: Step) -> float:
    """Read their share, which the library rounds to two decimals; 0 of nothing."""
    share = failures(run) / executions(run) if executions(run) else 0
    return floor(share * 100 + 0.5) / 100


def remaining_delay_ms(run: Run, step: Step) -> float:
    """Read how long calls will be refused."""
    return (run.breaker.retry_after_ns(run.now_ns(step)) or 0) / NS_PER_MS


READERS: Mapping[str, Reader] = {
    "state": state_of,
    "events": events_of,
    "executions": executions,
    "failures": failures,
    "successes": lambda run, _: executions(run) - failures(run),
    "failure_rate": failure_rate,
    "remaining_delay_ms": remaining_delay_ms,
}


@pytest.mark.parametrize("case", parameters([*unit_cases("failsafe-go"), *traces("failsafe-go")]))
def test_answers_as_the_library_does(case: Scenario) -> None:
    """In the library's own tests and in random traces, each step shows the same."""
    run = Run(pasted(FailsafeGoSettings, in_words(case.config)))

    found = list(disagreements(run, case.showing(events=True), READERS))

    assert found == []


def breaker_of(**options: object) -> CircuitBreaker:
    """Make a breaker."""
    return CircuitBreaker(FailsafeGoSettings.model_validate(options))


def feed(breaker: CircuitBreaker, results: str, now_ns: int = 0) -> None:
    """Let calls end at once, `f` for a failure."""
    for letter in results:
        breaker.record(breaker.acquire(now_ns), now_ns, 0, int(letter == "f"))


def test_without_options_one_failure_opens_for_a_minute() -> None:
    """And at the very end of it a call is let through, whose success closes."""
    breaker = breaker_of()
    feed(breaker, "sf")

    refused = breaker.acquire(60 * S - 1)
    feed(breaker, "s", 60 * S)

    changes = breaker.metrics(60 * S).transitions
    assert refused == REFUSED
    assert [(change.at_ns, change.cause) for change in changes] == [
        (0, "failures"),
        (60 * S, "reset timeout"),
        (60 * S, "probes passed"),
    ]


@pytest.mark.parametrize(
    ("threshold", "results", "state"),
    [
        ("50%", "f" * 99 + "s" * 101, BreakerState.OPEN),  # 0.495 is rounded up
        ("50%", "f" * 98 + "s" * 102, BreakerState.CLOSED),
        ("29%", "f" * 57 + "s" * 143, BreakerState.CLOSED),  # 0.285 * 100 is 28.499999999999996
        ("29%", "f" * 58 + "s" * 142, BreakerState.OPEN),
    ],
)
def test_rounds_a_share_to_two_decimals_in_double_precision(
    threshold: str, results: str, state: BreakerState
) -> None:
    """Half a per cent is rounded up, where the product of share and 100 is not a little less than that."""
    breaker = breaker_of(failure_threshold=threshold, minimum_calls=200, window={"time": "10s"})
    feed(breaker, results)

    assert breaker.state is state


@given(calls=st.integers(1, 400), failed=st.integers(0, 400), percent=st.integers(1, 100))
def test_a_share_opens_when_its_rounding_reaches_the_threshold(calls: int, failed: int, percent: int) -> None:
    """For all numbers, the whole ones that the steps compare say what the library's floating-point ones say."""
    failed = min(calls, failed)
    options = {"failure_threshold": f"{percent}%", "minimum_calls": calls, "window": {"time": "10s"}}
    breaker = breaker_of(**options)
    feed(breaker, "s" * (calls - failed) + "f" * failed)

    rounded = floor(failed / calls * 100 + 0.5) / 100
    assert (breaker.state is BreakerState.OPEN) == (rounded >= percent / 100)


@pytest.mark.parametrize(("now_ms", "calls"), [(10_999, 1), (11_000, 0)])
def test_a_window_of_time_moves_by_tenths_of_the_epoch(now_ms: int, calls: int) -> None:
    """A result of 1.9 s is in the bucket of its second, which goes when the tenth second after it begins."""
    breaker = breaker_of(failures=2, window={"time": "10s"})
    feed(breaker, "f", 1900 * NS_PER_MS)

    window = breaker.metrics(now_ms * NS_PER_MS).window

    assert window == Window(calls, calls, 0)


@pytest.mark.parametrize(
    ("results", "state"),
    [
        ("fsf", BreakerState.HALF_OPEN),  # fewer than minimum_calls
        ("fsff", BreakerState.OPEN),
        ("fsfs", BreakerState.OPEN),  # half of them: the share of successes must be more than the rest
        ("sssf", BreakerState.CLOSED),
    ],
)
def test_probes_are_judged_by_the_share_too(results: str, state: BreakerState) -> None:
    """Half-open takes `minimum_calls` results to decide."""
    breaker = breaker_of(**BY_RATE)
    breaker.force(BreakerState.HALF_OPEN, 0)
    feed(breaker, results)

    assert breaker.state is state


def test_a_late_success_closes_half_open() -> None:
    """Nobody asks whether the call that succeeds is the probe."""
    breaker = breaker_of(reset_timeout="1s")
    late = breaker.acquire(0)
    feed(breaker, "f")
    breaker.acquire(S)

    breaker.record(late, S, 0, 0)

    assert breaker.state is BreakerState.CLOSED


def test_a_late_result_while_open_shows_in_the_window_alone() -> None:
    """The numbers of an open circuit are those of the closed one, and go on."""
    breaker = breaker_of(failures=2)
    late = breaker.acquire(0)
    feed(breaker, "ff")

    breaker.record(late, S, 0, 0)

    metrics = breaker.metrics(S)
    assert (metrics.state, metrics.window) == (BreakerState.OPEN, Window(2, 1, 0))


def test_a_released_probe_gives_its_permit_back() -> None:
    """One that is never recorded keeps it; a released call of the closed state had none."""
    breaker = breaker_of(reset_timeout="1s")
    early = breaker.acquire(0)
    feed(breaker, "f")
    probe = breaker.acquire(S)

    answers = []
    for ticket in (early, probe):
        breaker.release(ticket, S)
        answers.append(breaker.acquire(S) != REFUSED)

    assert answers == [False, True]


def test_being_forced_where_it_is_changes_nothing() -> None:
    """`Open` while open does not begin the delay again."""
    breaker = breaker_of()
    breaker.force(BreakerState.OPEN, 0)

    breaker.force(BreakerState.OPEN, 30 * S)

    assert breaker.retry_after_ns(30 * S) == 30 * S


def test_what_the_builder_is_told_can_be_pasted() -> None:
    """Names as in its configuration, bare durations in Go's nanoseconds."""
    written = {
        "failureThreshold": 5,
        "failureThresholdingCapacity": 10,
        "delay": "30s",
        "successThreshold": 2,
        "successThresholdingCapacity": 3,
    }
    by_rate = {
        "failureRateThreshold": 0.2,
        "failureExecutionThreshold": 20,
        "failureThresholdingPeriod": 60 * S,
    }

    assert pasted(FailsafeGoSettings, written) == FailsafeGoSettings.model_validate(
        {
            "failures": 5,
            "window": {"calls": 10},
            "reset_timeout": "30s",
            "success_threshold": 2,
            "half_open_calls": 3,
        }
    )
    assert pasted(FailsafeGoSettings, by_rate) == FailsafeGoSettings.model_validate(
        {"failure_threshold": "20%", "minimum_calls": 20, "window": {"time": "1m"}}
    )


@pytest.mark.parametrize(
    ("options", "code", "hint"),
    [
        ({"failureRateThreshold": 0.5, "minimum_calls": 5}, "missing-key", "add `window: {time: 1m}`"),
        ({**BY_RATE, "window": {"calls": 9}}, "missing-key", "add `window: {time: 1m}`"),
        ({"failure_threshold": 0.5, "window": {"time": "1m"}}, "missing-key", "add `minimum_calls: 10`"),
        ({**BY_RATE, "failureThreshold": 5}, "option-twice", "keep one of them"),
        ({"minimum_calls": 5}, "missing-key", "add `failure_threshold: 50%`"),
        ({"failures": 5, "window": {"calls": 4}}, "minimum-beyond-window", "raise `window.calls` or "),
        ({"half_open_calls": 5}, "missing-key", "add `success_threshold: 2`"),
        ({"success_threshold": 3, "half_open_calls": 2}, "out-of-range", "raise `half_open_calls`"),
        ({"failureThresholdingCapacity": 5, "failureThresholdingPeriod": "1m"}, "one-of", "choose one of "),
        ({"failures": 0}, "greater_than_equal", ""),
        ({"HandleIf": "error"}, "option-elsewhere", "leave it out: an error"),
        ({"qqqq": "error"}, "unknown-option", "its options are "),
    ],
)
def test_what_the_builder_could_not_be_told_is_refused(
    options: Mapping[str, Any], code: str, hint: str
) -> None:
    """Each mistake has its code, and most a hint."""
    found_code, found_hint = refusal(FailsafeGoSettings, options)

    assert found_code == code
    assert found_hint.startswith(hint)
