"""What both versions of Polly share: the health of a circuit, and how .NET writes a length of time.

Health follows `RollingHealthMetrics` and `SingleHealthMetrics` of App-vNext/Polly 173d6d1d, which `src/Polly` and
`src/Polly.Core` have alike: a sampling duration is cut into ten slices, each begun by the first result that comes when
the one before is a tenth old; a slice counts until it is as old as the whole. Under 200 ms there is one slice only.
The ring is a queue of slices, three cells each (when it began, results, failures), and at its end the numbers of the
oldest slice and of the next.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BeforeValidator

from tiktoktoe_cli.config.units import NANOSECONDS, Duration

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.machine import Ring

_SLICES: Final = 11  # ten, and one more where a tenth is not a whole number of ticks
_OLDEST, _NEXT = 3 * _SLICES, 3 * _SLICES + 1
_TICK_NS: Final = 100
_SHORTEST_ROLLING_NS: Final = 200 * NANOSECONDS["ms"]
_TIME_SPAN = re.compile(r"(?:(\d{1,4})\.)?(\d{1,2}):(\d\d):(\d\d(?:\.\d{1,7})?)", re.ASCII)


def _as_duration(value: object) -> object:
    """Rewrite .NET's `1.02:03:04.5` (days, hours, minutes, seconds) in our words; leave all else alone."""
    parts = _TIME_SPAN.fullmatch(value) if isinstance(value, str) else None
    return "{}d{}h{}m{}s".format(*parts.groups("0")) if parts else value


TimeSpan = Annotated[Duration, BeforeValidator(_as_duration)]
"""A duration, which may also be written as .NET does: `00:00:30`."""


def slice_ns(sampling_ns: int) -> int:
    """Return how long one slice of a sampling duration takes new results: whole ticks of 100 ns."""
    return sampling_ns if sampling_ns < _SHORTEST_ROLLING_NS else sampling_ns // _TICK_NS // 10 * _TICK_NS


def empty_ring(_rules: object) -> Ring:
    """Make the memory of a circuit without results."""
    return [0] * (_NEXT + 1)


def forget(ring: Ring) -> None:
    """Drop all slices."""
    ring[_OLDEST] = ring[_NEXT] = 0


def healthy(sampling_ns: int, ring: Ring, totals: tuple[int, int], now_ns: int) -> tuple[int, int]:
    """Drop the slices that have become too old, and return what is left of the totals: results, failures."""
    calls, failures = totals
    while ring[_OLDEST] < ring[_NEXT]:
        cell = 3 * (ring[_OLDEST] % _SLICES)
        if now_ns - ring[cell] < sampling_ns:
            break
        calls -= ring[cell + 1]
        failures -= ring[cell + 2]
        ring[_OLDEST] += 1
    return calls, failures


def counted(
    durations: tuple[int, int], ring: Ring, totals: tuple[int, int], now_ns: int, failed: int
) -> tuple[int, int]:
    """Add a result to the newest slice, and return the totals with it; `durations` are a slice's and the sampling's."""
    slice_length_ns, sampling_ns = durations
    calls, failures = healthy(sampling_ns, ring, totals, now_ns)
    cell = 3 * ((ring[_NEXT] - 1) % _SLICES)
    if ring[_OLDEST] == ring[_NEXT] or now_ns - ring[cell] >= slice_length_ns:
        cell = 3 * (ring[_NEXT] % _SLICES)
        ring[cell], ring[cell + 1], ring[cell + 2] = now_ns, 0, 0
        ring[_NEXT] += 1
    ring[cell + 1] += 1
    ring[cell + 2] += failed
    return calls + 1, failures + failed
