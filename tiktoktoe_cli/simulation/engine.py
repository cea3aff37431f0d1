"""Virtual time: a heap of (time, sequence, act), and the answers that are due at this very moment."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, Protocol

from tiktoktoe_cli.config.units import Duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.resilience import Outcome

_STRIDE = 4096
"""Events between two looks at the limits and at `poll`."""


class Waiting(Protocol):
    """Whoever waits for the outcome of a call."""

    def done(self, now_ns: int, outcome: Outcome[Any]) -> None:
        """Take the outcome."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How large one replication may grow: events altogether, and events in the future at one time."""

    events: int = 100_000_000
    pending: int = 1_000_000


class Engine:
    """Lets virtual time pass. Events at the same time happen in the order in which they were announced."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.events = 0
        self.now_ns = 0
        self._heap: list[tuple[int, int, Callable[[int], None]]] = []
        self._answers: deque[tuple[Waiting, Outcome[Any]]] = deque()

    def at(self, at_ns: int, act: Callable[[int], None]) -> None:
        """Announce an event."""
        self.events += 1
        heappush(self._heap, (at_ns, self.events, act))

    def answer(self, waiting: Waiting, outcome: Outcome[Any]) -> None:
        """Hand an outcome over as soon as the current event is dealt with.

        Answers travel through a queue and not through calls, so that a long chain of services is no deep
        recursion.
        """
        self._answers.append((waiting, outcome))

    def run(self, poll: Callable[[int], str | None]) -> str | None:
        """Let time pass until nothing is left to happen; return why it was stopped before, or None.

        `poll` is asked every few thousand events, with the time, whether there is a reason to stop.
        """
        heap, answers, left = self._heap, self._answers, _STRIDE
        while heap:
            now_ns, _, act = heappop(heap)
            act(now_ns)
            while answers:
                waiting, outcome = answers.popleft()
                waiting.done(now_ns, outcome)
            left -= 1
            if not left:
                left, self.now_ns = _STRIDE, now_ns
                reason = self._excess() or poll(now_ns)
                if reason:
                    return reason
        return None

    def _excess(self) -> str | None:
        if len(self._heap) > self.limits.pending:
            return f"it grew without bound: {len(self._heap):,} events were pending at {self._time}"
        if self.events > self.limits.events:
            return f"it had taken {self.limits.events:,} events at {self._time}"
        return None

    @property
    def _time(self) -> Duration:
        return Duration(self.now_ns // 1_000_000 * 1_000_000)
