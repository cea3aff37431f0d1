"""Results by buckets of time, for a machine to keep in its ring.

A bucket is three cells: calls, failures, slow calls. The ring's last cell is the number of the newest bucket; a
bucket's place is its number modulo how many there are. Cells between the buckets and the last one are the machine's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.machine import Ring

CELLS: Final = 3


def put(ring: Ring, buckets: int, failed: int, slow: int) -> None:
    """Count a result in the newest bucket."""
    cell = CELLS * (ring[-1] % buckets)
    ring[cell] += 1
    ring[cell + 1] += failed
    ring[cell + 2] += slow


def advance(ring: Ring, buckets: int, number: int) -> tuple[int, int, int]:
    """Make a bucket the newest one, and return what had to go for it: calls, failures, slow calls."""
    calls = failures = slow = 0
    newest = ring[-1]
    for fresh in range(newest + 1, min(number, newest + buckets) + 1):
        cell = CELLS * (fresh % buckets)
        calls += ring[cell]
        failures += ring[cell + 1]
        slow += ring[cell + 2]
        ring[cell] = ring[cell + 1] = ring[cell + 2] = 0
    ring[-1] = max(number, newest)
    return calls, failures, slow


def clear(ring: Ring) -> None:
    """Forget everything."""
    for cell in range(len(ring)):
        ring[cell] = 0
