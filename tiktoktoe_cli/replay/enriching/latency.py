"""How long answers took, in buckets: counters of a stage, which add up over batches, processes and runs that go on."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

BOUNDS_S: Final = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0)
"""The upper ends of the buckets; there is one more for all that is longer."""
_BOUNDS_NS: Final = [round(bound * 1e9) for bound in BOUNDS_S]
_PREFIX: Final = "latency_"
SUM_NS: Final = "latency_ns"
"""The measure of all times that are in the buckets; several at once take longer together than the batch did."""


def observed(answers: int, took_ns: int, waits_ns: Sequence[int]) -> Counter[str]:
    """Count answers that took so long together; those for which nobody had to wait share evenly what is left."""
    found = Counter(map(_bucket, waits_ns))
    waited_ns = sum(waits_ns)
    known, rest_ns = answers - len(waits_ns), max(took_ns - waited_ns, 0)
    if known > 0:
        found[_bucket(rest_ns // known)] += known
        waited_ns += rest_ns
    found[SUM_NS] = waited_ns
    return found


def is_bucket(measure: str) -> bool:
    """Tell whether a measure of a stage is one of these counters."""
    return measure.startswith(_PREFIX)


def buckets_of(measure: Callable[[str], float]) -> Iterator[tuple[float, int]]:
    """Give the upper end of each bucket, in seconds, and how many answers did not take longer."""
    counts = accumulate(int(measure(f"{_PREFIX}{at}")) for at in range(len(BOUNDS_S) + 1))
    return zip((*BOUNDS_S, float("inf")), counts, strict=True)


def _bucket(time_ns: int) -> str:
    return f"{_PREFIX}{bisect_left(_BOUNDS_NS, time_ns)}"
