"""Which outcomes are tried again, and after how long."""

import pytest

from tiktoktoe_cli.resilience.backoff import Backoff, Jitter
from tiktoktoe_cli.resilience.outcome import Outcome
from tiktoktoe_cli.resilience.retry import RetryRules, retry_delay

RULES = RetryRules(max_attempts=3, backoff=Backoff(100, 1000, Jitter.NONE))


def delay(outcome: Outcome[str], attempt: int = 1) -> int | None:
    """Ask for the wait after an attempt; chance plays no part."""
    return retry_delay(RULES, outcome, attempt, 0, lambda: 0.5)


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
        Outcome[str].cancelled("gone"),
    ],
)
def test_what_cannot_go_better_is_final(outcome: Outcome[str]) -> None:
    """A success, the caller's own mistake, a rejection and a cancelled call are not tried again."""
    assert delay(outcome) is None


def test_three_attempts_are_one_try_and_two_retries() -> None:
    """After the third attempt the failure stands."""
    outcome = Outcome[str].failed("503")

    assert [delay(outcome, attempt) for attempt in (1, 2, 3)] == [100, 200, None]


def test_the_other_side_may_ask_for_a_longer_wait() -> None:
    """A `Retry-After` is a lower bound for the wait, not an upper one."""
    assert delay(Outcome[str].failed("429", retry_after_ns=5000)) == 5000
    assert delay(Outcome[str].failed("429", retry_after_ns=5)) == 100
