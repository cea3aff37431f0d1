"""How long to wait before another try: exponential backoff with the four known kinds of jitter.

Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog (2015), and its simulator
`aws-samples/aws-arch-backoff-simulator`. That simulator doubles before its first wait; here the first wait is
bounded by `base` itself, which is what the word says.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_DOUBLINGS = 63


class Jitter(StrEnum):
    """How chance spreads the waits, so that callers do not come back together."""

    NONE = "none"  # the bound itself
    EQUAL = "equal"  # half of the bound, and up to the other half
    FULL = "full"  # anything up to the bound
    DECORRELATED = "decorrelated"  # from base to three times the wait before


class Backoff(NamedTuple):
    """The first bound, the highest one, and the jitter."""

    base_ns: int
    cap_ns: int
    jitter: Jitter


def exponential_backoff(backoff: Backoff, retry: int, previous_ns: int, draw: Callable[[], float]) -> int:
    """Return the wait before a retry in nanoseconds.

    `retry` counts from 1; `previous_ns` is the wait before the retry before this one (0 for the first);
    `draw` returns a random number in [0, 1).
    """
    base_ns, cap_ns, jitter = backoff
    if jitter is Jitter.DECORRELATED:
        highest_ns = 3 * max(previous_ns, base_ns)
        return min(cap_ns, base_ns + int((highest_ns - base_ns) * draw()))
    bound_ns = min(cap_ns, base_ns << min(retry - 1, _MOST_DOUBLINGS))
    if jitter is Jitter.FULL:
        return int(bound_ns * draw())
    if jitter is Jitter.EQUAL:
        half_ns = bound_ns // 2
        return half_ns + int((bound_ns - half_ns) * draw())
    return bound_ns
