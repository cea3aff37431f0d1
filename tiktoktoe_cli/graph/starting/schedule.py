"""When each service starts and is ready if all start as soon as they may, and how much later would do no harm.

The critical path method (Kelley and Walker, 1959): forwards for the earliest starts, backwards for the latest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.graph.starting.timing import hold_ns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.graph.model import Edge

Waits: TypeAlias = "Mapping[str, Sequence[Edge]]"
"""What each service waits for before it starts; each service stands behind all that it waits for."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The earliest times, in nanoseconds since the first service starts.

    `takes` says how long each start takes. The `goal` is what must be ready as soon as possible: all services if it
    is None. It is reached after `total_ns`, when the service `last` is ready.
    """

    waits: Waits
    takes: Mapping[str, int]
    starts: Mapping[str, int]
    goal: str | None
    last: str | None
    total_ns: int

    def ready(self, name: str) -> int:
        """Return when others may rely on a service."""
        return self.starts[name] + self.takes[name]

    def over(self, edge: Edge) -> int:
        """Return when a dependency no longer holds up its source."""
        return self.starts[edge.target] + hold_ns(edge, self.takes[edge.target])

    def chain(self) -> tuple[str, ...]:
        """Name the services that decide how long it takes: each starts when the one before no longer holds it up.

        Where several do that, the longest wait is told, and of these the first by name.
        """
        chain = [] if self.last is None else [self.last]
        while edge := self._deciding(chain[-1]) if chain else None:
            chain.append(edge.target)
        return tuple(reversed(chain))

    def latest_starts(self) -> dict[str, int]:
        """Return when each service must start at the latest so that the goal is not reached later."""
        latest: dict[str, int] = {}
        for name in reversed(list(self.waits)):  # dependents before what they need
            if self.goal in {None, name}:
                latest[name] = min(latest.get(name, self.total_ns), self.total_ns - self.takes[name])
            for edge in self.waits[name]:
                limit = latest[name] - hold_ns(edge, self.takes[edge.target])
                latest[edge.target] = min(latest.get(edge.target, limit), limit)
        return latest

    def _deciding(self, name: str) -> Edge | None:
        start = self.starts[name]
        tight = [edge for edge in self.waits[name] if self.over(edge) == start]
        return min(tight, key=lambda edge: (self.starts[edge.target], edge.target), default=None)


def schedule(waits: Waits, takes: Mapping[str, int], goal: str | None = None) -> Schedule:
    """Let every service start as soon as its waits are over."""
    starts: dict[str, int] = {}
    for name, edges in waits.items():
        over = [starts[edge.target] + hold_ns(edge, takes[edge.target]) for edge in edges]
        starts[name] = max(over, default=0)
    last = goal or min(starts, key=lambda name: (-starts[name] - takes[name], name), default=None)
    total_ns = 0 if last is None else starts[last] + takes[last]
    return Schedule(waits, takes, starts, goal, last, total_ns)
