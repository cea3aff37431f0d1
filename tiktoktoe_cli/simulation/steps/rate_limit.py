"""`rate_limit`: lets calls start only so often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.resilience.outcome import RejectedBy
from tiktoktoe_cli.resilience.rate_limit import FULL, take

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.settings import RateLimitSettings
    from tiktoktoe_cli.simulation.engine import Waiting
    from tiktoktoe_cli.simulation.steps.step import Call, Step, Surroundings


class RateLimitStep:
    """Lets calls start only so often."""

    def __init__(self, around: Surroundings, inner: Step, settings: RateLimitSettings) -> None:
        self._around = around
        self._inner = inner
        self._rules = settings.rules
        self._state = FULL

    def start(self, waiting: Waiting, now_ns: int) -> Call:
        """Begin when it is the call's turn, or reject it with the time after which it may be tried."""
        permitted, wait_ns, self._state = take(self._rules, self._state, now_ns)
        if not permitted:
            return self._around.refuse(waiting, RejectedBy.RATE_LIMIT, wait_ns)
        if not wait_ns:
            return self._inner.start(waiting, now_ns)
        delayed = _Delayed(self._inner, waiting)
        self._around.engine.at(now_ns + wait_ns, delayed.begin)
        return delayed


class _Delayed:
    """A call that waits for its turn, and then is the call itself."""

    __slots__ = ("_call", "_inner", "_waiting")

    def __init__(self, inner: Step, waiting: Waiting) -> None:
        self._inner = inner
        self._waiting: Waiting | None = waiting
        self._call: Call | None = None

    def begin(self, now_ns: int) -> None:
        """Begin, unless the call was given up meanwhile."""
        if self._waiting is not None:
            self._call = self._inner.start(self._waiting, now_ns)

    def cancel(self, now_ns: int) -> None:
        self._waiting = None
        if self._call is not None:
            self._call.cancel(now_ns)
