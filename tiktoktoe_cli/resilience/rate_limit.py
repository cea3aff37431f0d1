"""How many calls may start in a time: a token bucket, as one number.

The bucket holds `burst` tokens and gets one every `interval_ns`. Instead of counting tokens, the state is the time
at which the bucket would be full again; that is the generic cell rate algorithm (ITU-T I.371, annex A: its
theoretical arrival time), exact in integers: in any time t at most t / interval + burst calls start.
"""

from __future__ import annotations

from typing import NamedTuple

FULL = 0
"""The state of a bucket that nobody has taken from: it was full when time began."""


class RateRules(NamedTuple):
    """The time between two tokens, the tokens that a full bucket holds, and how long a call may wait for one."""

    interval_ns: int
    burst: int
    max_wait_ns: int


def take(rules: RateRules, full_at_ns: int, now_ns: int) -> tuple[int, int, int]:
    """Take a token for a call: `(1, how long it waits before it starts, state)`.

    If that would be longer than the call may wait, nothing is taken: `(0, when to come back, state)`. A token
    that was taken ahead is not given back, even if its call is given up meanwhile: others have been promised
    their times after it.
    """
    full_at_ns = max(full_at_ns, now_ns)
    wait_ns = max(full_at_ns - (rules.burst - 1) * rules.interval_ns - now_ns, 0)
    if wait_ns > rules.max_wait_ns:
        return 0, wait_ns - rules.max_wait_ns, full_at_ns
    return 1, wait_ns, full_at_ns + rules.interval_ns


def tokens(rules: RateRules, full_at_ns: int, now_ns: int) -> int:
    """Return how many calls could start now; below zero it counts those that wait for their tokens."""
    missing_ns = max(full_at_ns - now_ns, 0)
    return rules.burst - -(-missing_ns // rules.interval_ns)
