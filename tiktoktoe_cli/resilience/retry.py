"""Whether to try again, and when: the decision that live calls and simulated ones share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tiktoktoe_cli.resilience.backoff import Backoff, exponential_backoff

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.resilience.outcome import Outcome

NO_RETRY = -1


class RetryRules(NamedTuple):
    """How often (3 attempts are 1 try and 2 retries), how far apart, after what, and until when.

    `retried` is the sum of the bits of the causes that are tried again; a `Retry-After` above
    `max_retry_after_ns` ends the retries; no attempt starts later than `deadline_ns` after the first.
    """

    max_attempts: int
    backoff: Backoff
    retried: int
    max_retry_after_ns: int
    deadline_ns: int


class Tries(NamedTuple):
    """What was done of a call: attempts made (from 1), the wait before the last one, the time since the first."""

    attempt: int
    previous_ns: int
    elapsed_ns: int


def retry_wait(rules: RetryRules, tries: Tries, cause_bit: int, retry_after_ns: int, draw: float) -> int:
    """Return how long to wait before the next attempt in nanoseconds, or `NO_RETRY`.

    A wait that the other side asked for (`Retry-After`; 0 for none) is a lower bound. If it reaches beyond
    the deadline there is no next attempt; a wait of our own that does is cut, so that the last attempt
    starts at the deadline.
    """
    left_ns = rules.deadline_ns - tries.elapsed_ns
    if tries.attempt >= rules.max_attempts or not rules.retried & cause_bit or left_ns <= 0:
        return NO_RETRY
    if retry_after_ns > min(rules.max_retry_after_ns, left_ns):
        return NO_RETRY
    delay_ns = exponential_backoff(rules.backoff, tries.attempt, tries.previous_ns, draw)
    return min(max(delay_ns, retry_after_ns), left_ns)


def retry_delay(
    rules: RetryRules,
    outcome: Outcome[Any],  # Any: whatever the call was about
    tries: Tries,
    draw: Callable[[], float],
) -> int | None:
    """Return how long to wait after an outcome before the next attempt, or None if there is to be none."""
    cause = outcome.cause
    if cause is None or not outcome.transient:
        return None
    delay_ns = retry_wait(rules, tries, cause.bit, outcome.retry_after_ns or 0, draw())
    return None if delay_ns == NO_RETRY else delay_ns
