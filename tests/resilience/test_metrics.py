"""What went through a policy is counted and timed."""

import pytest

from tests.resilience.destinations import BAD, GOOD, SLOW
from tiktoktoe_cli.resilience.metrics import Recorder, ResponseTimes
from tiktoktoe_cli.resilience.outcome import Outcome, OutcomeKind


@pytest.mark.parametrize(
    ("durations", "times"),
    [
        ([7], (7, 7, 7)),
        ([3, 1, 2], (2, 3, 3)),
        (list(range(100, 0, -1)), (50, 95, 99)),
        (list(range(1, 1001)), (500, 950, 990)),
    ],
)
def test_percentiles_are_times_that_occurred(durations: list[int], times: tuple[int, int, int]) -> None:
    """Of 1 to 100 half are at most 50, 95 at most 95."""
    assert ResponseTimes.of(durations) == ResponseTimes(*times)


def test_calls_are_counted_by_how_they_ended() -> None:
    """Successes and failures have their own times; a fallback is a success that stands in for a failure."""
    recorder = Recorder()
    fallback = Outcome(OutcomeKind.SUCCEEDED, "kept", covered=BAD)

    for outcome, duration in ((GOOD, 10), (fallback, 20), (BAD, 1), (SLOW, 3), (BAD, 2)):
        recorder.count_attempt()
        recorder.count_end(outcome, duration)
    metrics = recorder.metrics(())

    assert (metrics.calls, metrics.attempts, metrics.successes, metrics.fallbacks) == (5, 5, 2, 1)
    assert metrics.failures == {"error": 2, "timeout": 1}
    assert metrics.success_times == ResponseTimes(10, 20, 20)
    assert metrics.failure_times == ResponseTimes(2, 3, 3)


def test_without_calls_there_are_no_times() -> None:
    """Nothing has taken no time at all."""
    metrics = Recorder().metrics(())

    assert (metrics.calls, metrics.success_times, metrics.failure_times) == (0, None, None)
