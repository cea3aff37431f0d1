"""When each event is due: counted from the first one, so that nothing drifts, however long the work takes.

An event is due when the largest distance from the first event up to then, divided by the speed, has passed. One
that comes out of order is due at once. The rule is that of rabtap: a delay from the first timestamp, not from the one
before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TICK_NS = 10_000_000
_NS_PER_US = 1_000


@dataclass(slots=True)
class Schedule:
    """Makes due times of event times; `max_gap_ns` is the longest wait between two events, None for any."""

    speed: float
    max_gap_ns: int | None = None
    _first_us: int | None = field(default=None)
    _newest_us: int = 0
    _due_ns: int = 0
    _left_out_ns: int = 0

    def due(self, time_us: int) -> int:
        """Tell when an event is due, in nanoseconds after the first one."""
        if self._first_us is None:
            self._first_us = self._newest_us = time_us
        self._newest_us = max(self._newest_us, time_us)
        due_ns = round((self._newest_us - self._first_us) * _NS_PER_US / self.speed) - self._left_out_ns
        if self.max_gap_ns is not None and due_ns - self._due_ns > self.max_gap_ns:
            self._left_out_ns += due_ns - self._due_ns - self.max_gap_ns
            due_ns = self._due_ns + self.max_gap_ns
        self._due_ns = due_ns
        return due_ns

    def portions(self, times_us: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Cut events into portions that are due within the same hundredth of a second: when, and how many they are."""
        dues = [self.due(time_us) for time_us in times_us]
        for _, group in groupby(dues, key=lambda due_ns: due_ns // _TICK_NS):
            portion = list(group)
            yield portion[0], len(portion)
