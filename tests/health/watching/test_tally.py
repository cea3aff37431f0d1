from __future__ import annotations

import pickle
import sys

import pytest

from tests.health.making import MS, SECOND, make_check
from tests.health.watching.chances import chance
from tiktoktoe_cli.health import CheckResult, HealthState
from tiktoktoe_cli.health.thresholds import Standing
from tiktoktoe_cli.health.watching.tally import LATEST, Latencies, Tally
from tiktoktoe_cli.transport import Timing


def result(state: HealthState = HealthState.HEALTHY, took_ns: int = 20 * MS) -> CheckResult:
    """Make what a check found."""
    return CheckResult("api", "http", state, "", "", Timing(took_ns))


def tally(**thresholds: int) -> Tally:
    """Make the tally of a check, begun at zero."""
    check = make_check(thresholds=thresholds or {"fail": 1})
    return Tally("s", check, Standing.start(check.thresholds.rules), 0)


def test_availability_is_the_share_of_looks_that_passed() -> None:
    """Three of four are 75 %."""
    some = tally()

    for state in (HealthState.HEALTHY, HealthState.UNHEALTHY, HealthState.DEGRADED, HealthState.HEALTHY):
        some.take(result(state))

    assert some.availability == 0.75


def test_before_the_first_look_nothing_is_available() -> None:
    """Nor is it unavailable: nothing is known."""
    assert tally().availability is None


def test_a_failed_look_is_a_gap_in_the_picture() -> None:
    """Its time says nothing about how fast the service answers."""
    some = tally()

    some.take(result(took_ns=5 * MS))
    some.take(result(HealthState.UNHEALTHY, 9 * MS))

    assert some.latest_ms == [5.0, None]


def test_the_first_result_tells_something_even_if_the_standing_stays() -> None:
    """A check that begins as failing and fails is known to fail from then on."""
    some = tally(fail=3)

    first, second = some.take(result(HealthState.UNHEALTHY)), some.take(result(HealthState.UNHEALTHY))

    assert (first, second) == (True, False)


def test_the_longest_outage_counts_the_one_that_goes_on() -> None:
    """Two seconds down, up, then five seconds down and still so."""
    some = tally()

    some.turn(HealthState.UNHEALTHY, (), 10 * SECOND)
    some.turn(HealthState.HEALTHY, (), 12 * SECOND)
    some.turn(HealthState.UNREACHABLE, ("db",), 20 * SECOND)

    assert (some.outage_ns(21 * SECOND), some.outage_ns(25 * SECOND)) == (2 * SECOND, 5 * SECOND)


def test_another_way_to_fail_is_the_same_outage() -> None:
    """Whoever was unhealthy and is unreachable now has been down all the time."""
    some = tally()

    some.turn(HealthState.UNHEALTHY, (), SECOND)
    some.turn(HealthState.UNREACHABLE, ("db",), 3 * SECOND)

    assert some.outage_ns(4 * SECOND) == 3 * SECOND


def test_the_first_state_is_no_change() -> None:
    """A check that has always been healthy has never changed."""
    some = tally()

    some.turn(HealthState.HEALTHY, (), 0)
    some.turn(HealthState.UNHEALTHY, (), 1)

    assert some.changes == 1


@pytest.mark.parametrize(("percent", "expected_ms"), [(50, 500), (95, 950)])
def test_percentiles_are_right_within_a_few_percent(percent: int, expected_ms: int) -> None:
    """Of 1 to 1000 ms, half took 500 ms at most."""
    times = Latencies()

    for took_ms in range(1, 1001):
        times.add(took_ms * MS)

    found = times.percentile_ns(percent)
    assert found is not None
    assert abs(found / MS - expected_ms) <= expected_ms * 0.05


def test_no_looks_have_no_percentiles() -> None:
    """There is nothing to take them of."""
    assert Latencies().percentile_ns(50) is None


def test_a_long_watch_needs_no_more_room() -> None:
    """After ten thousand looks there is not more to keep than after the first thousand."""
    some, random = tally(), chance()

    def take(count: int) -> int:
        for _ in range(count):
            some.take(result(took_ns=random.randrange(MS, 5 * SECOND)))
        return sys.getsizeof(some.latest) + len(pickle.dumps(some.latencies))

    before, after = take(1000), take(9000)

    assert len(some.latest) == LATEST
    assert after <= before
