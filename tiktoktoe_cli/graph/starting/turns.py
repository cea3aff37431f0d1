"""In which order a runner starts services one by one, with so many starts at the same time as it may have.

It follows edges, not waves: a service is free as soon as all its waits are over, and the first that was free is the
first to start, as in `orchestrate`. A service that starts occupies a slot until others may rely on it. This is list
scheduling (Graham 1966, Bounds for Certain Multiprocessing Anomalies, Bell System Technical Journal 45).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Work:
    """What a runner has to do: services in the order in which ties are decided.

    `waits` says of each service for whom it waits, and for how long after the start of that one; `takes` how long a
    start takes; both in nanoseconds.
    """

    waits: Mapping[str, Sequence[tuple[str, int]]]
    takes: Mapping[str, int]


def turns(work: Work, slots: int | None = None) -> tuple[str, ...]:
    """Return the services in the order in which they start, at most `slots` at the same time (None: any number).

    Those that wait for each other in a circle never start, and are left out.
    """
    return tuple(_Runner(work).run(slots))


@dataclass(slots=True)
class _Runner:
    """A run in virtual time: a heap of what happens next, first things first."""

    work: Work
    _missing: dict[str, int] = field(init=False)
    _released: dict[str, list[tuple[str, int]]] = field(init=False)
    _next: list[tuple[int, int, str | None]] = field(default_factory=list)
    _sequence: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self._missing = {name: len(waits) for name, waits in self.work.waits.items()}
        self._released = {name: [] for name in self.work.waits}
        for name, waits in self.work.waits.items():
            for target, hold in waits:
                self._released[target].append((name, hold))

    def run(self, slots: int | None) -> Iterator[str]:
        free = deque(name for name, missing in self._missing.items() if not missing)
        now = busy = 0
        while free or self._next:
            if free and (slots is None or busy < slots):
                yield (name := free.popleft())
                busy += 1
                self._begin(name, now)
                continue
            now, _, waiting = heappop(self._next)
            busy -= waiting is None
            if waiting is not None and self._has_all(waiting):
                free.append(waiting)

    def _begin(self, name: str, now: int) -> None:
        """Plan when a service that starts will be ready (None), and when it releases each one that waits for it."""
        events = [(None, self.work.takes.get(name, 0)), *self._released[name]]
        for waiting, after in events:
            heappush(self._next, (now + after, next(self._sequence), waiting))

    def _has_all(self, name: str) -> bool:
        self._missing[name] -= 1
        return not self._missing[name]
