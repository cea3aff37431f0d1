"""Means over replications, with confidence intervals, and percentiles."""

from __future__ import annotations

from math import ceil, sqrt
from statistics import fmean, stdev
from typing import TYPE_CHECKING

from tiktoktoe_cli.simulation.facts import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_STUDENT_975 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
"""Student's t for a two-sided 95 % interval with 1 to 30 degrees of freedom; the normal distribution's after that."""
_NORMAL_975 = 1.960


def estimate(values: Iterable[float | None]) -> Estimate | None:
    """Return the mean of the values that there are with its 95 % interval, or None if there are none."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    mean = fmean(known)
    if len(known) == 1:
        return Estimate(mean, None, None, 1)
    freedom = len(known) - 1
    quantile = _STUDENT_975[freedom - 1] if freedom <= len(_STUDENT_975) else _NORMAL_975
    half = quantile * stdev(known, mean) / sqrt(len(known))
    return Estimate(mean, mean - half, mean + half, len(known))


def percentile(ordered: Sequence[int], share: float) -> int | None:
    """Return the smallest value that at least this share of the sorted values does not exceed (nearest rank)."""
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None
