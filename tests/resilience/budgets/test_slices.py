"""What was counted leaves the window with its slice."""

from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.resilience.budgets.slices import SLICES, slice_at, slide


def test_a_window_has_ten_slices() -> None:
    """A window of 1000 changes its slice every 100."""
    assert [slice_at(1000, now) for now in (0, 99, 100, 999, 1000)] == [0, 0, 1, 9, 10]


@given(st.lists(st.tuples(st.integers(0, 15), st.integers(1, 5)), max_size=40), st.integers(0, 3))
def test_the_total_is_what_a_list_would_say(steps: list[tuple[int, int]], start: int) -> None:
    """The running total equals a recount of the latest ten slices, and cells before the start are left alone."""
    ring = [7] * start + [0] * SLICES
    newest, total, counted = 0, 0, list[tuple[int, int]]()
    for jump, count in steps:
        current = newest + jump
        total -= slide(ring, start, newest, current)
        ring[start + current % SLICES] += count
        total += count
        counted.append((current, count))
        newest = current

        assert total == sum(count for number, count in counted if number > newest - SLICES)
    assert ring[:start] == [7] * start
