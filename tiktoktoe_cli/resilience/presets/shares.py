"""Shares as whole numbers: where a library compares in floating point, what its rounding makes of a threshold.

A library that divides, rounds and then compares draws its line a little beside the written one. All that lies
beyond that line is also beyond the simplest fraction behind it, and with fractions of whole numbers the steps need
no floating point.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

Enough: TypeAlias = Callable[[int, int], bool]

_LIMIT: Final = 2**31  # products of two still fit into 64 bits


class Share(NamedTuple):
    """So many of so many."""

    part: int
    of: int


NEVER: Final = Share(2, 1)


def is_reached(share: Share, part: int, total: int) -> bool:
    """Say whether `part` of `total` is at least the share; nothing of nothing is."""
    return part * share.of >= share.part * total


def least_share(enough: Enough, limit: int = _LIMIT) -> Share:
    """Find the least share that is enough, of at most `limit` calls; `NEVER` if all of them are not.

    `enough(part, total)` says whether the library takes a share for enough; whatever is more than that must be
    enough as well. The search goes down the Stern-Brocot tree, in leaps (Graham, Knuth, Patashnik, "Concrete
    Mathematics", 4.5).
    """
    below, above = Share(0, 1), Share(1, 1)
    if enough(*below) or not enough(*above):
        return below if enough(*below) else NEVER
    before = None
    while before != (below, above):
        before = below, above
        above = _leap(above, below, enough, limit)
        below = _leap(below, above, lambda part, total: not enough(part, total), limit)
    return above


def _leap(start: Share, towards: Share, holds: Enough, limit: int) -> Share:
    """Go as many steps as what holds at the start goes on to hold."""
    part, of = start

    def is_too_far(steps: int) -> bool:
        return not holds(part + steps * towards.part, of + steps * towards.of)

    steps = bisect_left(range(1, (limit - of) // towards.of + 1), True, key=is_too_far)
    return Share(part + steps * towards.part, of + steps * towards.of)
