"""The results of a check → how it went in a window of time, and in the one before. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from tiktoktoe_cli.config.units import NANOSECONDS, NS_PER_MS
from tiktoktoe_cli.health.state import HealthState
from tiktoktoe_cli.resilience.metrics import ResponseTimes

if TYPE_CHECKING:
    from collections.abc import Sequence

SLICES: Final = 12
WINDOWS: Final = {"24h": NANOSECONDS["h"] * 24, "7d": NANOSECONDS["d"] * 7}
"""The windows that people look at, in nanoseconds."""
_WORKS: Final = {
    HealthState.HEALTHY: True,
    HealthState.DEGRADED: True,
    HealthState.UNHEALTHY: False,
    HealthState.UNREACHABLE: False,
}
_AT: Final = itemgetter(0)


class PastResult(NamedTuple):  # there are hundreds of thousands of them, and a tuple is made in no time
    """One result of a check: when, whether the service was seen to work, and how long that took."""

    at_ms: int
    works: bool | None
    latency_ns: int | None = None


def works(state: HealthState) -> bool | None:
    """Tell whether a service in a state works; None if the state says nothing about that."""
    return _WORKS.get(state)


@dataclass(frozen=True, slots=True)
class Period:
    """How a check went for a while.

    `availability` is the share of the results that pass among those that say something about the service: it was
    seen to work, or not to. Maintenance says nothing about it, nor does a check that could not be carried out. The
    latencies are those of the results that pass, so that a timeout does not look like a slow answer. Each is None
    if there were no such results.
    """

    count: int = 0
    availability: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    """A window of time: the whole, the one before it, and its slices from the oldest to the newest."""

    whole: Period
    before: Period
    slices: tuple[Period, ...]


Trends: TypeAlias = Mapping[tuple[str, str], Mapping[str, Trend]]
"""The trends in each window by service and check; those of a service itself stand under an empty name."""


def trend_of(results: Sequence[PastResult], now_ms: int, window_ns: int) -> Trend:
    """Sum up results that are in the order of their times; those after `now_ms` do not count."""
    window_ms = window_ns // NS_PER_MS
    start = now_ms - window_ms
    edges = [start + window_ms * number // SLICES for number in range(SLICES + 1)]
    return Trend(
        _between(results, start, now_ms),
        _between(results, start - window_ms, start),
        tuple(_between(results, after, until) for after, until in pairwise(edges)),
    )


def _between(results: Sequence[PastResult], after_ms: int, until_ms: int) -> Period:
    first, end = (bisect_right(results, at_ms, key=_AT) for at_ms in (after_ms, until_ms))
    return period_of(results[first:end])


def period_of(results: Sequence[PastResult]) -> Period:
    """Sum up all of some results."""
    seen = [works for _, works, _ in results]
    passed, failed = seen.count(True), seen.count(False)
    times = ResponseTimes.of([spent_ns for _, works, spent_ns in results if works and spent_ns is not None])
    return Period(
        len(results),
        passed / (passed + failed) if passed or failed else None,
        times.p50_ns / NS_PER_MS if times else None,
        times.p95_ns / NS_PER_MS if times else None,
    )
