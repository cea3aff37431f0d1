from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.health import HealthState
from tiktoktoe_cli.health.history.trend import SLICES, PastResult, Period, period_of, trend_of, works

if TYPE_CHECKING:
    from collections.abc import Sequence

MS = 1_000_000
HOUR_NS = 3600 * 1000 * MS
HOUR_MS = 3600 * 1000
NOW_MS = 1000 * HOUR_MS


def past(*states: HealthState, latency_ms: int = 10) -> list[PastResult]:
    """Make results in these states, a second apart."""
    return [PastResult(number * 1000, works(state), latency_ms * MS) for number, state in enumerate(states)]


@pytest.mark.parametrize(
    ("states", "availability"),
    [
        ((HealthState.HEALTHY,) * 4, 1.0),
        ((HealthState.HEALTHY, HealthState.DEGRADED, HealthState.UNHEALTHY, HealthState.UNREACHABLE), 0.5),
        ((HealthState.HEALTHY, HealthState.MAINTENANCE, HealthState.ERROR), 1.0),
        ((HealthState.MAINTENANCE, HealthState.ERROR), None),
        ((), None),
    ],
)
def test_availability_is_the_share_that_passed_of_what_was_found_out(
    states: Sequence[HealthState], availability: float | None
) -> None:
    """Degraded works, unreachable does not; maintenance and a check that failed itself say nothing."""
    period = period_of(past(*states))

    assert period.availability == availability
    assert period.count == len(states)


def test_percentiles_are_latencies_that_occurred() -> None:
    """Of twenty, half take the tenth at most, and 95 of 100 the nineteenth."""
    results = [PastResult(number, True, number * MS) for number in range(1, 21)]

    period = period_of(results)

    assert (period.p50_ms, period.p95_ms) == (10, 19)


def test_a_timeout_is_no_slow_answer() -> None:
    """What failed is not among the latencies: it would hide how fast the answers were."""
    results = [PastResult(1, True, 7 * MS), PastResult(2, False, 5000 * MS)]

    period = period_of(results)

    assert (period.p50_ms, period.p95_ms) == (7, 7)


def test_a_window_is_compared_with_the_one_before() -> None:
    """An hour that went badly after one that went well shows as such."""
    before = PastResult(NOW_MS - HOUR_MS - 1, True, 5 * MS)
    within = PastResult(NOW_MS - 1, False, 9 * MS)

    trend = trend_of([before, within], NOW_MS, HOUR_NS)

    assert trend.before == Period(1, 1.0, 5, 5)
    assert trend.whole == Period(1, 0.0, None, None)


def test_slices_go_from_old_to_new() -> None:
    """The oldest twelfth of the window comes first; one without results is a gap."""
    old = PastResult(NOW_MS - HOUR_MS + 1, False)
    new = PastResult(NOW_MS, True)

    trend = trend_of([old, new], NOW_MS, HOUR_NS)

    assert [period.availability for period in trend.slices] == [0.0, *[None] * (SLICES - 2), 1.0]


@given(st.lists(st.integers(NOW_MS - 3 * HOUR_MS, NOW_MS + HOUR_MS)))
def test_every_result_of_the_window_is_in_one_slice(times: list[int]) -> None:
    """Slices neither lose nor repeat a result, and what lies outside counts nowhere."""
    results = [PastResult(at_ms, True) for at_ms in sorted(times)]

    trend = trend_of(results, NOW_MS, HOUR_NS)

    assert sum(period.count for period in trend.slices) == trend.whole.count
    assert trend.whole.count == sum(NOW_MS - HOUR_MS < at_ms <= NOW_MS for at_ms in times)
    assert trend.before.count == sum(NOW_MS - 2 * HOUR_MS < at_ms <= NOW_MS - HOUR_MS for at_ms in times)
