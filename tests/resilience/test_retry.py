"""Which outcomes are tried again, and after how long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.resilience.backoff import FULL, NONE, Backoff
from tiktoktoe_cli.resilience.outcome import Cause, Outcome, RejectedBy
from tiktoktoe_cli.resilience.retry import NO_RETRY, RetryRules, Tries, retry_delay, retry_wait

RULES = RetryRules(
    max_attempts=3,
    backoff=Backoff(100, 1000, NONE),
    retried=Cause.ERROR.bit | Cause.TIMEOUT.bit,
    max_retry_after_ns=6000,
    deadline_ns=10_000,
)


def delay(
    outcome: Outcome[str], attempt: int = 1, *, rules: RetryRules = RULES, elapsed: int = 0
) -> int | None:
    """Ask for the wait after an attempt; chance plays no part."""
    return retry_delay(rules, outcome, Tries(attempt, 0, elapsed), lambda: 0.5)


@pytest.mark.parametrize("outcome", [Outcome[str].failed("503"), Outcome[str].timed_out("5s")])
def test_a_passing_failure_is_tried_again(outcome: Outcome[str]) -> None:
    """A call that failed or took too long may go better next time."""
    assert delay(outcome) == 100


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome.succeeded("answer"),
        Outcome[str].failed("404", transient=False),
        Outcome[str].rejected("open", 30),
        Outcome[str].rejected("full", by=RejectedBy.BULKHEAD),
        Outcome[str].cancelled("gone"),
    ],
)
def test_what_cannot_go_better_is_final(outcome: Outcome[str]) -> None:
    """A success, the caller's own mistake, a rejection and a cancelled call are not tried again."""
    assert delay(outcome) is None


def test_a_rejection_is_tried_again_if_that_is_declared() -> None:
    """With only the breaker's rejections listed, they are tried again and errors are not."""
    rules = RULES._replace(retried=Cause.BREAKER.bit)

    assert delay(Outcome[str].rejected("open"), rules=rules) == 100
    assert delay(Outcome[str].failed("503"), rules=rules) is None


def test_three_attempts_are_one_try_and_two_retries() -> None:
    """After the third attempt the failure stands."""
    outcome = Outcome[str].failed("503")

    assert [delay(outcome, attempt) for attempt in (1, 2, 3)] == [100, 200, None]


def test_the_other_side_may_ask_for_a_longer_wait() -> None:
    """A `Retry-After` is a lower bound for the wait, not an upper one."""
    assert delay(Outcome[str].failed("429", retry_after_ns=5000)) == 5000
    assert delay(Outcome[str].failed("429", retry_after_ns=5)) == 100


def test_too_long_a_retry_after_ends_the_retries() -> None:
    """What is asked for up to the limit is waited for; beyond it the caller is not kept."""
    assert delay(Outcome[str].failed("429", retry_after_ns=6000)) == 6000
    assert delay(Outcome[str].failed("429", retry_after_ns=6001)) is None


def test_a_wait_is_cut_at_the_deadline() -> None:
    """An attempt may start at the deadline, and none after it."""
    failure = Outcome[str].failed("503")

    assert delay(failure, elapsed=9900) == 100
    assert delay(failure, elapsed=9950) == 50
    assert delay(failure, elapsed=10_000) is None
    assert delay(failure, elapsed=10_001) is None


def test_a_retry_after_beyond_the_deadline_ends_the_retries() -> None:
    """A lower bound cannot be cut: the attempt could only begin after the deadline."""
    assert delay(Outcome[str].failed("429", retry_after_ns=5000), elapsed=5000) == 5000
    assert delay(Outcome[str].failed("429", retry_after_ns=5000), elapsed=5001) is None


@given(
    st.builds(
        RetryRules,
        max_attempts=st.integers(1, 10),
        backoff=st.just(Backoff(50, 5000, FULL)),
        retried=st.integers(0, 127),
        max_retry_after_ns=st.integers(0, 20_000),
        deadline_ns=st.integers(0, 20_000),
    ),
    st.lists(st.tuples(st.sampled_from(Cause), st.integers(0, 10_000), st.integers(0, 3000))),
    st.floats(0, 1, exclude_max=True),
)
def test_no_attempt_is_beyond_the_bounds(
    rules: RetryRules, ends: list[tuple[Cause, int, int]], draw: float
) -> None:
    """Whatever fails, there are at most `max_attempts`, none begins after the deadline or too soon."""
    attempts, wait, elapsed = 1, 0, 0
    for cause, retry_after, took in ends:
        elapsed += took
        wait = retry_wait(rules, Tries(attempts, wait, elapsed), cause.bit, retry_after, draw)
        if wait == NO_RETRY:
            break
        attempts, elapsed = attempts + 1, elapsed + wait
        assert retry_after <= wait <= max(rules.backoff.cap_ns, retry_after)
        assert retry_after <= rules.max_retry_after_ns
        assert elapsed <= rules.deadline_ns
        assert rules.retried & cause.bit
    assert attempts <= rules.max_attempts
