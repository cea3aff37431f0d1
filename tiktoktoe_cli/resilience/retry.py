"""Whether to try again, and when: the decision that live calls and simulated ones share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tiktoktoe_cli.resilience.backoff import exponential_backoff
from tiktoktoe_cli.resilience.outcome import OutcomeKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.resilience.backoff import Backoff
    from tiktoktoe_cli.resilience.outcome import Outcome

RETRIED = frozenset({OutcomeKind.FAILED, OutcomeKind.TIMED_OUT})
"""A rejection is not among them: it is mostly in force for longer than any backoff."""


class RetryRules(NamedTuple):
    """How often (3 attempts are 1 try and 2 retries) and how far apart."""

    max_attempts: int
    backoff: Backoff


def retry_delay(
    rules: RetryRules, outcome: Outcome[Any], attempt: int, previous_ns: int, draw: Callable[[], float]
) -> int | None:
    """Return how long to wait before the next attempt in nanoseconds, or None if there is to be none.

    `attempt` counts those made, from 1. A wait that the other side asked for (`Retry-After`) is a lower
    bound.
    """
    if attempt >= rules.max_attempts or outcome.kind not in RETRIED or not outcome.transient:
        return None
    delay_ns = exponential_backoff(rules.backoff, attempt, previous_ns, draw)
    return max(delay_ns, outcome.retry_after_ns or 0)
