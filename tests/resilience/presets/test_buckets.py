"""Buckets of time count what ended in them, and give back what has become too old."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.resilience.presets.buckets import CELLS, advance, clear, put

BUCKETS = 4


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 1), st.integers(0, 1)), max_size=40))
def test_hold_the_results_of_the_latest_buckets(results: list[tuple[int, int, int]]) -> None:
    """What was put in and never came back is what belongs to the newest bucket and the three before it."""
    ring, now, held = [0] * (CELLS * BUCKETS + 1), 0, [0, 0, 0]
    put_in: list[tuple[int, int, int]] = []

    for later, failed, slow in results:
        now += later
        gone = advance(ring, BUCKETS, now)
        put(ring, BUCKETS, failed, slow)
        put_in.append((now, failed, slow))
        held = [before - old + new for before, old, new in zip(held, gone, (1, failed, slow), strict=True)]

    left = [(failed, slow) for number, failed, slow in put_in if number > now - BUCKETS]
    assert held == [len(left), sum(failed for failed, _ in left), sum(slow for _, slow in left)]


def test_time_that_runs_backward_takes_nothing_away() -> None:
    """A clock that was set back counts in the newest bucket there is."""
    ring = [0] * (CELLS * BUCKETS + 1)
    advance(ring, BUCKETS, 9)
    put(ring, BUCKETS, 1, 0)

    assert advance(ring, BUCKETS, 7) == (0, 0, 0)
    assert ring[-1] == 9


def test_clearing_forgets_everything() -> None:
    """After that there is nothing, and the newest bucket is number 0."""
    ring = [0] * (CELLS * BUCKETS + 1)
    advance(ring, BUCKETS, 9)
    put(ring, BUCKETS, 1, 1)

    clear(ring)

    assert ring == [0] * (CELLS * BUCKETS + 1)
