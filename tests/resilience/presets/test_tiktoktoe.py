"""`semantics: tiktoktoe` does what its docstring and its table say.

Times are nanoseconds. Unless a test says otherwise, half of the latest 10 calls open the circuit, at least 4 have to
be counted, it stays open for 1000, 3 probes decide, and a probe is missed after 500.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from tiktoktoe_cli.resilience.breaker import REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.machine import BreakerState, Window
from tiktoktoe_cli.resilience.presets.tiktoktoe import TABLE, TiktoktoeSettings

if TYPE_CHECKING:
    from collections.abc import Iterable

CLOSED, OPEN, HALF_OPEN, FORCED_OPEN, DISABLED, METRICS_ONLY = BreakerState


def breaker_with(**options: Any) -> CircuitBreaker:  # whatever the YAML may hold
    """Make a breaker of the usual settings, or of others where they are given."""
    usual = {
        "window": {"calls": 10},
        "minimum_calls": 4,
        "reset_timeout": "1000ns",
        "half_open_calls": 3,
        "permit_timeout": "500ns",
    }
    return CircuitBreaker(TiktoktoeSettings.model_validate(usual | options))


def call(breaker: CircuitBreaker, now_ns: int, failed: int, duration_ns: int = 0) -> None:
    """Start a call and end it."""
    ticket = breaker.acquire(now_ns)
    assert ticket != REFUSED
    breaker.record(ticket, now_ns, duration_ns, failed)


def after(failures: Iterable[int], **options: Any) -> CircuitBreaker:
    """Make a breaker that has seen these results at time 0."""
    breaker = breaker_with(**options)
    for failed in failures:
        call(breaker, 0, failed)
    return breaker


def probing(count: int, now_ns: int = 1000, **options: Any) -> tuple[CircuitBreaker, list[int]]:
    """Open a breaker at 0, and start so many probes."""
    breaker = after([1, 1, 1, 1], **options)
    return breaker, [breaker.acquire(now_ns) for _ in range(count)]


@pytest.mark.parametrize(
    ("failures", "state"),
    [
        ([1, 1, 1], CLOSED),  # fewer than minimum_calls
        ([1, 1, 1, 1], OPEN),
        ([0, 0, 1, 1], OPEN),  # exactly the threshold
        ([0, 0, 0, 1], CLOSED),
        ([1, 1, 0, 0], OPEN),  # a success completes minimum_calls
        ([1] + [0] * 9 + [1, 1, 1, 1], CLOSED),  # the first failure has left the window: 4 of 10
        ([0] * 10 + [1, 1, 1, 1, 1], OPEN),  # 5 of the latest 10
        ([0] * 1_007 + [1, 1, 1, 1], CLOSED),
    ],
)
def test_opens_at_the_threshold_of_the_latest_calls(failures: list[int], state: BreakerState) -> None:
    """The circuit opens when enough of the latest calls failed, and not before there are enough of them."""
    assert after(failures).state is state


def test_a_share_is_compared_without_rounding() -> None:
    """333,333 ppm is less than one of three, 333,334 ppm is more."""
    assert after([1, 0, 0], minimum_calls=3, failure_threshold="33.3333%").state is OPEN
    assert after([1, 0, 0], minimum_calls=3, failure_threshold="33.3334%").state is CLOSED


def test_the_smallest_threshold_still_needs_a_failure() -> None:
    """A share below a millionth is not none: successes alone never open the circuit."""
    breaker = after(
        [0] * 10, failure_threshold="0.00001%", slow_call_threshold="0.00001%", window={"time": "1s"}
    )

    assert breaker.state is CLOSED
    call(breaker, 0, failed=1)
    assert breaker.state is OPEN


@pytest.mark.parametrize(
    ("ended_ns", "now_ns", "calls"),
    [
        (0, 99, 1),
        (0, 100, 0),  # ended when its bucket began: ten tenths
        (9, 99, 1),
        (9, 100, 0),  # ended when its bucket ended: nine tenths and a bit
        (10, 109, 1),
        (10, 110, 0),
        (5, 10_000, 0),
    ],
)
def test_a_result_lives_for_nine_to_ten_tenths_of_the_time(ended_ns: int, now_ns: int, calls: int) -> None:
    """Of 100 ns, the ten buckets begin at 0, 10 ... 90; one is dropped when the next round reaches it."""
    breaker = breaker_with(window={"time": "100ns"})

    call(breaker, ended_ns, failed=1)

    assert breaker.metrics(now_ns).window == Window(calls, calls, 0)


@pytest.mark.parametrize(("last_ns", "state"), [(99, OPEN), (100, CLOSED)])
def test_old_results_do_not_open_the_circuit(last_ns: int, state: BreakerState) -> None:
    """Two failures at 5 count with successes at 99: 2 of 4. At 100 they are gone."""
    breaker = breaker_with(window={"time": "100ns"})

    for now_ns, failed in ((5, 1), (5, 1), (last_ns, 0), (last_ns, 0)):
        call(breaker, now_ns, failed)

    assert breaker.state is state


def test_a_window_of_time_holds_any_number_of_calls() -> None:
    """There is no limit but the time: 100 failures of 201 are less than half, one more is not."""
    breaker = breaker_with(window={"time": "100ns"})
    for failed in [0] * 101 + [1] * 100:
        call(breaker, 50, failed)
    assert breaker.state is CLOSED

    call(breaker, 51, failed=1)

    assert breaker.state is OPEN


@pytest.mark.parametrize("window", [{"calls": 10}, {"time": "100ns"}])
def test_the_window_starts_empty_after_each_transition(window: dict[str, Any]) -> None:
    """What opened the circuit is forgotten, and the probes are, too."""
    breaker = after([1, 1, 1, 1], window=window)
    opened = breaker.metrics(50).window
    later = breaker.metrics(150).window
    for _ in range(3):
        call(breaker, 1000, failed=0)

    assert (opened, later) == (Window(0, 0, 0), Window(0, 0, 0))
    assert (breaker.state, breaker.metrics(1000).window) == (CLOSED, Window(0, 0, 0))


@pytest.mark.parametrize(("duration_ns", "slow"), [(20, 0), (21, 1)])
def test_slow_is_what_takes_longer(duration_ns: int, slow: int) -> None:
    """A call that takes exactly `slow_call_duration` is not slow."""
    breaker = breaker_with(slow_call_duration="20ns")

    call(breaker, 0, 0, duration_ns)

    assert breaker.metrics(0).window == Window(1, 0, slow)


def test_nothing_is_slow_without_a_duration() -> None:
    """Who does not say what is slow does not want to know."""
    breaker = breaker_with()

    call(breaker, 0, 0, duration_ns=10**18)

    assert breaker.metrics(0).window == Window(1, 0, 0)


def test_a_slow_failure_counts_as_both() -> None:
    """It was a failure, and it was slow."""
    breaker = breaker_with(slow_call_duration="20ns")

    call(breaker, 0, 1, duration_ns=21)

    assert breaker.metrics(0).window == Window(1, 1, 1)


@pytest.mark.parametrize(
    ("results", "probes", "causes"),
    [
        ([(1, 0)] * 4, [], ["failure rate"]),
        ([(0, 9)] * 4, [], ["slow call rate"]),
        ([(1, 9)] * 4, [], ["failure rate"]),  # both: the failures are named
        ([(1, 0)] * 4, [(1, 0), (1, 0), (0, 0)], ["failure rate", "reset timeout", "probes failed"]),
        ([(1, 0)] * 4, [(0, 9), (0, 9), (0, 9)], ["failure rate", "reset timeout", "probes slow"]),
        ([(1, 0)] * 4, [(1, 9), (0, 9), (0, 0)], ["failure rate", "reset timeout", "probes passed"]),
    ],
)
def test_each_transition_has_its_cause(
    results: list[tuple[int, int]], probes: list[tuple[int, int]], causes: list[str]
) -> None:
    """Every row of the table happens when it says. All calls have to be slow, or half of them to fail."""
    breaker = breaker_with(slow_call_duration="5ns")

    for failed, duration_ns in results:
        call(breaker, 0, failed, duration_ns)
    for failed, duration_ns in probes:
        call(breaker, 1000, failed, duration_ns)

    assert [change.cause for change in breaker.metrics(1000).transitions] == causes


def test_no_row_of_the_table_was_forgotten() -> None:
    """The causes above are all there are."""
    tried = {
        "failure rate",
        "slow call rate",
        "reset timeout",
        "probes failed",
        "probes slow",
        "probes passed",
    }

    assert {row.cause for row in TABLE} == tried


def test_refuses_until_the_reset_time_and_admits_at_it() -> None:
    """An open circuit lets nothing through before its time; at the time itself a probe may start."""
    breaker = after([1, 1, 1, 1])

    assert breaker.acquire(999) == REFUSED
    assert breaker.retry_after_ns(999) == 1
    assert breaker.acquire(1000) != REFUSED


def test_half_open_hands_out_its_permits() -> None:
    """Three probes may start, a fourth is refused."""
    breaker, tickets = probing(3)

    assert REFUSED not in tickets
    assert breaker.acquire(1000) == REFUSED
    assert breaker.state is HALF_OPEN


def test_probes_decide_together() -> None:
    """The first failure does not decide: one of three is below half."""
    breaker, tickets = probing(3)

    states = []
    for ticket, failed in zip(tickets, (1, 0, 0), strict=True):
        breaker.record(ticket, 1100, 0, failed)
        states.append(breaker.state)

    assert states == [HALF_OPEN, HALF_OPEN, CLOSED]


def test_as_many_probes_decide_as_calls_are_needed() -> None:
    """With `minimum_calls` below `half_open_calls` two successes close, and the third probe is late."""
    breaker = after([1, 1], minimum_calls=2)
    first, second, third = (breaker.acquire(1000) for _ in range(3))

    breaker.record(first, 1100, 0, 0)
    breaker.record(second, 1100, 0, 0)
    breaker.record(third, 1100, 0, 1)

    assert breaker.state is CLOSED
    assert (breaker.metrics(1100).late, breaker.metrics(1100).window) == (1, Window(0, 0, 0))


def test_missing_probes_are_replaced() -> None:
    """500 after the last permit, those that did not come back are handed out again, and no others."""
    breaker, (first, *_) = probing(3)
    breaker.record(first, 1100, 0, 0)

    early = breaker.acquire(1499)
    replaced = [breaker.acquire(1500) for _ in range(3)]

    assert early == REFUSED
    assert [ticket != REFUSED for ticket in replaced] == [True, True, False]
    assert breaker.retry_after_ns(1500) == 500


def test_a_probe_that_was_given_up_may_still_decide() -> None:
    """It belongs to the same generation: with its failure, two of three failed."""
    breaker, (first, *_) = probing(3)
    breaker.acquire(1500)

    for failed in (1, 1, 0):
        breaker.record(first, 1600, 0, failed)

    assert breaker.state is OPEN


def test_a_cancelled_probe_gives_its_permit_back() -> None:
    """Another one may start at once, but only one."""
    breaker, (first, *_) = probing(3)

    breaker.release(first, 1001)
    tickets = [breaker.acquire(1001), breaker.acquire(1001)]

    assert [ticket != REFUSED for ticket in tickets] == [True, False]
    assert breaker.metrics(1001).released == 1


def test_no_more_permits_come_back_than_results_are_missing() -> None:
    """Three probes are given up and one is started instead; when the three are cancelled, three may start, not five."""
    breaker, given_up = probing(3)
    breaker.acquire(1500)

    for ticket in given_up:
        breaker.release(ticket, 1501)
    tickets = [breaker.acquire(1501) for _ in range(5)]

    assert [ticket != REFUSED for ticket in tickets] == [True, True, True, False, False]


def test_a_late_release_gives_no_permit() -> None:
    """A call that was admitted before the circuit opened has no probe's permit to give back."""
    breaker = breaker_with()
    early = breaker.acquire(0)
    for _ in range(4):
        call(breaker, 0, failed=1)
    for _ in range(3):
        breaker.acquire(1000)

    breaker.release(early, 1001)

    assert breaker.acquire(1001) == REFUSED


def test_late_results_never_decide() -> None:
    """Calls that were admitted while the circuit was closed say nothing about the probes; they are counted late."""
    breaker = breaker_with()
    early = breaker.acquire(0)
    for _ in range(4):
        call(breaker, 0, failed=1)
    breaker.acquire(1000)

    for failed in (0, 1) * 10:
        breaker.record(early, 1001, 0, failed)

    metrics = breaker.metrics(1001)
    assert (metrics.state, metrics.late, metrics.window) == (HALF_OPEN, 20, Window(0, 0, 0))
    assert (metrics.succeeded, metrics.failed) == (0, 4)


def openings(breaker: CircuitBreaker, count: int) -> list[int]:
    """Let the probes of an open breaker fail so many times; return for how long it stayed open each time."""
    waits = []
    now_ns = 0
    for _ in range(count):
        waits.append(breaker.retry_after_ns(now_ns) or 0)
        now_ns += waits[-1]
        for _ in range(3):
            call(breaker, now_ns, failed=1)
    return waits


@pytest.mark.parametrize(
    ("multiplier", "most", "waits"),
    [
        (1, "5m", [1000, 1000, 1000, 1000]),
        (2, "3000ns", [1000, 2000, 3000, 3000]),
        (1.5, "5m", [1000, 1500, 2250, 3375]),
        (2, "10ns", [1000, 1000, 1000, 1000]),  # never shorter than the reset timeout
    ],
)
def test_the_reset_timeout_grows_while_probes_fail(multiplier: float, most: str, waits: list[int]) -> None:
    """Each time the circuit stays open longer, up to the maximum."""
    breaker = after([1] * 4, reset_timeout_multiplier=multiplier, max_reset_timeout=most)

    assert openings(breaker, 4) == waits


def test_the_reset_timeout_is_short_again_after_closing() -> None:
    """What was repaired is trusted as before."""
    breaker = after([1] * 4, reset_timeout_multiplier=2)
    now_ns = sum(openings(breaker, 3)) + 8000
    for failed in (0, 0, 0, 1, 1, 1, 1):
        call(breaker, now_ns, failed)

    assert (breaker.state, breaker.retry_after_ns(now_ns)) == (OPEN, 1000)


def test_forcing_a_probe_does_not_shorten_the_next_wait() -> None:
    """It was not closed in between: 1000, then half-open by force, then 2000."""
    breaker = after([1] * 4, reset_timeout_multiplier=2)

    breaker.force(HALF_OPEN, 100)
    for _ in range(3):
        call(breaker, 100, failed=1)

    assert breaker.retry_after_ns(100) == 2000


def test_the_longest_settings_fit_into_64_bits() -> None:
    """The steps give the same answers compiled: a year, grown a hundredfold, is below 2⁶³ on the way."""
    rules = TiktoktoeSettings(
        reset_timeout="365d", max_reset_timeout="365d", permit_timeout="365d", reset_timeout_multiplier=100
    ).rules

    probing_rules = rules[-1]

    assert probing_rules.reset_timeout_ns * (probing_rules.multiplier_ppm // 1_000_000) < 2**63
    with pytest.raises(ValidationError):
        TiktoktoeSettings(reset_timeout="366d")


@pytest.mark.parametrize(
    ("forced", "permitted", "counted", "retry_after_ns"),
    [
        (CLOSED, 1, 1, 0),
        (OPEN, 0, 0, 1000),
        (HALF_OPEN, 1, 1, 500),
        (FORCED_OPEN, 0, 0, None),
        (DISABLED, 1, 0, None),
        (METRICS_ONLY, 1, 1, None),
    ],
)
def test_any_state_can_be_asked_for(
    forced: BreakerState, permitted: int, counted: int, retry_after_ns: int | None
) -> None:
    """A forced state lets calls through, and counts them, as its name says."""
    breaker = after([1, 1])

    breaker.force(forced, 100)
    ticket = breaker.acquire(100)
    if ticket != REFUSED:
        breaker.record(ticket, 100, 0, 1)

    assert breaker.state is forced
    assert (ticket != REFUSED, breaker.metrics(100).window.calls) == (permitted, counted)
    assert breaker.retry_after_ns(100) == retry_after_ns


@pytest.mark.parametrize("forced", [FORCED_OPEN, DISABLED, METRICS_ONLY])
def test_a_forced_state_stays(forced: BreakerState) -> None:
    """Neither time nor failures end what somebody asked for."""
    breaker = breaker_with()
    breaker.force(forced, 0)

    for now_ns in range(0, 10_000, 100):
        ticket = breaker.acquire(now_ns)
        if ticket != REFUSED:
            breaker.record(ticket, now_ns, 0, 1)

    assert breaker.state is forced


def test_a_forced_transition_says_so() -> None:
    """It has no row of the table."""
    breaker = after([])

    breaker.force(OPEN, 7)

    (change,) = breaker.metrics(7).transitions
    assert (change.at_ns, change.source, change.target, change.cause) == (7, CLOSED, OPEN, "forced")
