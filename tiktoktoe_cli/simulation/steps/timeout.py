"""`timeout`: the caller gives up after a while; what stands inside learns of it, the other service does not."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.simulation.outcomes import TIMED_OUT

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.outcome import Outcome
    from tiktoktoe_cli.simulation.engine import Waiting
    from tiktoktoe_cli.simulation.steps.step import Call, Step, Surroundings


class TimeoutStep:
    """Gives up calls that take too long.

    All calls have the same time, so they run out of it in the order in which they began: one alarm, for the first
    that is still under way, does for all.
    """

    def __init__(self, around: Surroundings, inner: Step, timeout_ns: int) -> None:
        self._engine = around.engine
        self._inner = inner
        self._timeout_ns = timeout_ns
        self._begun: deque[_Limited] = deque()
        self._is_armed = False

    def start(self, waiting: Waiting, now_ns: int) -> Call:
        """Begin, and see to it that there is an alarm."""
        begun = self._begun
        while begun and begun[0].waiting is None:
            begun.popleft()
        limited = _Limited(waiting, now_ns + self._timeout_ns)
        begun.append(limited)
        if not self._is_armed:
            self._is_armed = True
            self._engine.at(limited.ends_ns, self._expire)
        limited.inner = self._inner.start(limited, now_ns)
        return limited

    def _expire(self, now_ns: int) -> None:
        """Give up what is due, and set the alarm for the first of the rest."""
        begun = self._begun
        while begun and (begun[0].waiting is None or begun[0].ends_ns <= now_ns):
            begun.popleft().expire(now_ns)
        self._is_armed = bool(begun)
        if begun:
            self._engine.at(begun[0].ends_ns, self._expire)


class _Limited:
    """A call under a timeout: the first of answer and alarm counts."""

    __slots__ = ("ends_ns", "inner", "waiting")

    inner: Call

    def __init__(self, waiting: Waiting, ends_ns: int) -> None:
        self.waiting: Waiting | None = waiting
        self.ends_ns = ends_ns

    def done(self, now_ns: int, outcome: Outcome[Any]) -> None:
        waiting, self.waiting = self.waiting, None
        if waiting is not None:
            waiting.done(now_ns, outcome)

    def cancel(self, now_ns: int) -> None:
        self.waiting = None
        self.inner.cancel(now_ns)

    def expire(self, now_ns: int) -> None:
        """Give the call up, unless it has ended."""
        waiting = self.waiting
        if waiting is not None:
            self.cancel(now_ns)
            waiting.done(now_ns, TIMED_OUT)
