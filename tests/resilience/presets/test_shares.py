"""A share in whole numbers says the same as the floating-point comparison that it was found by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.resilience.presets.shares import NEVER, Share, is_reached, least_share

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktoktoe_cli.resilience.presets.shares import Enough

COMPARISONS: Mapping[str, Callable[[float], Enough]] = {
    "at least": lambda threshold: lambda part, total: part / total >= threshold,
    "more than": lambda threshold: lambda part, total: part / total > threshold,
    "cut off to whole percent": lambda threshold: (
        lambda part, total: int(part / total * 100) >= threshold * 100
    ),
    "rounded to two decimals": lambda threshold: lambda part, total: round(part / total, 2) >= threshold,
}


@pytest.mark.parametrize("comparison", COMPARISONS)
@given(threshold=st.floats(0, 1), total=st.integers(1, 2000), data=st.data())
def test_decides_as_the_comparison_does(
    comparison: str, threshold: float, total: int, data: st.DataObject
) -> None:
    """For any threshold, and any part of any number of calls."""
    enough = COMPARISONS[comparison](threshold)
    part = data.draw(st.integers(0, total))

    assert is_reached(least_share(enough), part, total) == enough(part, total)


@pytest.mark.parametrize(
    ("enough", "share"),
    [
        (lambda part, total: part * 2 >= total, Share(1, 2)),
        (lambda part, total: part * 1_000_000 >= total, Share(1, 1_000_000)),
        (lambda part, total: part * 1000 >= total * 333, Share(333, 1000)),
        (lambda part, total: part == total, Share(1, 1)),
        (lambda _part, _total: True, Share(0, 1)),
        (lambda _part, _total: False, NEVER),
    ],
)
def test_finds_the_simplest_fraction(enough: Enough, share: Share) -> None:
    """Where the threshold is a fraction itself, that is what comes out."""
    assert least_share(enough) == share


def test_goes_no_further_than_the_limit() -> None:
    """Of all shares of at most ten calls, a third is the least that is more than 0.3; 4 of 13 would be less."""
    assert least_share(lambda part, total: part / total > 0.3, limit=10) == Share(1, 3)


def test_not_even_all_calls_reach_what_is_never_reached() -> None:
    """A threshold of more than everything does not open anything."""
    assert not is_reached(NEVER, 10, 10)
