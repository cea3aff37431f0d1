"""How long to wait before another try: exponential backoff with the four known kinds of jitter.

Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog (2015), and its simulator
`aws-samples/aws-arch-backoff-simulator`. That simulator doubles before its first wait; here the first wait is
bounded by `base` itself, which is what the word says.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

NONE, EQUAL, FULL, DECORRELATED = range(4)


class Jitter(StrEnum):
    """How chance spreads the waits, so that callers do not come back together; in the order of their numbers."""

    NONE = "none"  # the bound itself
    EQUAL = "equal"  # half of the bound, and up to the other half
    FULL = "full"  # anything up to the bound
    DECORRELATED = "decorrelated"  # from base to three times the wait before

    @property
    def number(self) -> int:
        """The number that a `Backoff` holds."""
        return tuple(Jitter).index(self)


class Backoff(NamedTuple):
    """The first bound, the highest one, and the jitter's number."""

    base_ns: int
    cap_ns: int
    jitter: int


def exponential_backoff(backoff: Backoff, retry: int, previous_ns: int, draw: float) -> int:
    """Return the wait before a retry in nanoseconds.

    `retry` counts from 1; `previous_ns` is the wait before the retry before this one (0 for the first);
    `draw` is a random number in [0, 1).
    """
    base_ns, cap_ns, jitter = backoff
    if jitter == DECORRELATED:
        highest_ns = 3 * max(min(previous_ns, cap_ns), base_ns)
        return min(cap_ns, base_ns + int((highest_ns - base_ns) * draw))
    bound_ns = _doubled(base_ns, retry - 1, cap_ns)
    if jitter == FULL:
        return int(bound_ns * draw)
    if jitter == EQUAL:
        half_ns = bound_ns // 2
        return half_ns + int((bound_ns - half_ns) * draw)
    return bound_ns


def _doubled(base_ns: int, times: int, cap_ns: int) -> int:
    """Return base * 2 ** times, but at most the cap; nothing on the way is longer than 63 bits."""
    return cap_ns if base_ns > cap_ns >> min(times, 63) else base_ns << times
