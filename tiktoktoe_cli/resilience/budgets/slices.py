"""A window of time in slices: what was counted in a slice leaves the window with it."""

from __future__ import annotations

from typing import Final

SLICES: Final = 10
"""A count lives for nine to ten tenths of its window."""


def slice_at(window_ns: int, now_ns: int) -> int:
    """Return the number of the slice that a time is in."""
    return now_ns * SLICES // window_ns


def slide(ring: list[int], start: int, newest: int, current: int) -> int:
    """Empty the slices that have left the window since `newest`, and return what was in them.

    The slices are the `SLICES` cells of the ring from `start` on.
    """
    gone = 0
    for number in range(max(newest + 1, current - SLICES + 1), current + 1):
        cell = start + number % SLICES
        gone += ring[cell]
        ring[cell] = 0
    return gone
