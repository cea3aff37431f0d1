"""Measures, estimates and shares, computed by hand from small runs."""

import pytest

from tests.simulation.systems import SECOND
from tiktoktoe_cli.resilience import BreakerState, Transition
from tiktoktoe_cli.simulation.estimates import estimate, percentile
from tiktoktoe_cli.simulation.facts import CallCounts, Replication, Second
from tiktoktoe_cli.simulation.measures import MEASURES
from tiktoktoe_cli.simulation.replication import worst_states
from tiktoktoe_cli.simulation.settings import FaultSettings
from tiktoktoe_cli.simulation.summing_up import state_shares

CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN
FAULTS = (FaultSettings.model_validate({"at": "2s", "for": "2s", "on": "a", "kill": True}),)
STORY = (
    Transition(3 * SECOND, CLOSED, OPEN, "failure rate"),
    Transition(5 * SECOND, OPEN, HALF_OPEN, "reset timeout"),
    Transition(6 * SECOND, HALF_OPEN, CLOSED, "probes passed"),
)


def run_with(good: list[int], transitions: tuple[Transition, ...] = (), *, degraded: int = 0) -> Replication:
    """Make a run in which 20 requests arrived in each second; so many of those that did not go well are degraded."""
    return Replication(
        duration_ns=len(good) * SECOND,
        timeline=tuple(Second(20, number, 20 - number - degraded, CLOSED, degraded) for number in good),
        latencies_ns=tuple(range(1, sum(good) + 1)),
        failures={},
        calls=(CallCounts("a", "b", 100, 150, {}, {}, 0, transitions),),
        arrivals={"a": 100, "b": 150},
        expected={"a": 100, "b": 100},
        events=0,
        stopped=None,
    )


def measured(name: str, run: Replication, faults: tuple[FaultSettings, ...] = FAULTS) -> float | None:
    """Take one measure."""
    return MEASURES[name].take(run, faults)


@pytest.mark.parametrize(
    ("good", "recovery_s"),
    [
        ([20, 20, 0, 0, 20, 20], 0),
        ([20, 20, 0, 0, 10, 19, 20], 1),  # 19 of 20 are 95 %: good
        ([20, 20, 0, 0, 20, 18, 20], 2),  # a relapse counts
        ([20, 20, 0, 0, 0, 0], None),  # never within the run
        ([20, 20, 0], None),  # the fault outlasts the run
    ],
)
def test_recovery_lasts_until_the_last_bad_second(good: list[int], recovery_s: int | None) -> None:
    """Recovery is counted from the fault's end at 4 s to the end of the last second below 95 %."""
    found = measured("recovery_time", run_with(good))

    assert found == (None if recovery_s is None else recovery_s * SECOND)


def test_time_to_open_counts_from_the_first_fault() -> None:
    """A breaker that opens at 3 s took a second; one that opened before the fault does not count."""
    early = Transition(SECOND, CLOSED, OPEN, "failure rate")

    assert measured("time_to_open", run_with([20] * 6, STORY)) == SECOND
    assert measured("time_to_open", run_with([20] * 6, (early,))) is None
    assert measured("time_to_open", run_with([20] * 6, STORY), ()) is None


def test_amplification_is_that_of_the_busiest_service() -> None:
    """150 visits where 100 were expected are 1.5."""
    assert measured("amplification", run_with([20])) == 1.5


def test_rates_are_per_second_of_the_run() -> None:
    """Sixty successes of eighty requests in four seconds."""
    run = run_with([20, 20, 20, 0])

    found = {name: measured(name, run) for name in ("success_rate", "offered", "goodput")}

    assert found == {"success_rate": 0.75, "offered": 20, "goodput": 15}


def test_degraded_requests_are_neither_successes_nor_failures() -> None:
    """Of twenty requests fifteen succeeded, a fallback helped with two, and three failed."""
    run = run_with([15], degraded=2)

    found = {name: measured(name, run) for name in ("success_rate", "degraded_rate")}

    assert found == {"success_rate": 0.75, "degraded_rate": 0.1}
    assert run.timeline[0].failed == 3


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_the_nearest_rank(share: float, value: int) -> None:
    """Of 1 to 100, the 99th percentile is 99."""
    assert percentile(range(1, 101), share) == value


def test_nothing_has_no_percentile() -> None:
    """Where nothing was measured there is no number."""
    assert percentile((), 0.5) is None


def test_an_interval_is_students() -> None:
    """Of 1, 2, 3: mean 2, standard error 1/sqrt(3), t(2) = 4.303, so 2 ± 2.484."""
    found = estimate([1, 2, 3])

    assert found is not None
    assert (found.mean, found.measured) == (2, 3)
    assert [found.low, found.high] == pytest.approx([-0.484, 4.484], abs=1e-3)


def test_one_value_has_no_interval_and_none_has_no_mean() -> None:
    """What cannot be estimated is not invented."""
    single = estimate([None, 4])

    assert single is not None
    assert (single.mean, single.low, single.measured) == (4, None, 1)
    assert estimate([None]) is None


def states_of(duration_ns: int) -> dict[BreakerState, float]:
    """Return the states that the breaker of the story was in, with their shares."""
    return {state: share for state, share in state_shares(STORY, duration_ns).items() if share}


def test_time_is_shared_among_the_states() -> None:
    """Closed for 3 s and 4 s, open for 2 s, half-open for 1 s of 10 s."""
    assert states_of(10 * SECOND) == {CLOSED: 0.7, OPEN: 0.2, HALF_OPEN: 0.1}


def test_what_happens_after_the_end_is_not_shared() -> None:
    """A run of 4 s was closed for 3 s and open for one."""
    assert states_of(4 * SECOND) == {CLOSED: 0.75, OPEN: 0.25}


def test_a_second_shows_its_worst_state() -> None:
    """Open is worse than half-open, half-open worse than closed, whichever breaker it is."""
    other = (Transition(1_500_000_000, CLOSED, OPEN, ""), Transition(1_600_000_000, OPEN, HALF_OPEN, ""))

    assert worst_states([STORY], 7) == [CLOSED, CLOSED, CLOSED, OPEN, OPEN, HALF_OPEN, CLOSED]
    assert worst_states([other], 3) == [CLOSED, OPEN, HALF_OPEN]
