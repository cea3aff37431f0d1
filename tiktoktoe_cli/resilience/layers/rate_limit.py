"""`rate_limit`: lets calls start only so often."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.resilience.events import WaitReason, WaitStarted
from tiktoktoe_cli.resilience.layers.layer import Tally
from tiktoktoe_cli.resilience.outcome import RejectedBy
from tiktoktoe_cli.resilience.rate_limit import FULL, take, tokens

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.layers.layer import Function, Surroundings, Value
    from tiktoktoe_cli.resilience.outcome import Outcome
    from tiktoktoe_cli.resilience.rate_limit import RateRules
    from tiktoktoe_cli.resilience.settings import RateLimitSettings


@dataclass(frozen=True, slots=True)
class RateLimitMetrics:
    """How many calls had to wait, how many were rejected, and how many could start now (below zero: promised ahead)."""

    waited: int
    rejected: int
    tokens: int


class RateLimitLayer:
    """Lets calls start only so often."""

    needs_concurrency: ClassVar[bool] = False

    def __init__(self, rules: RateRules, around: Surroundings) -> None:
        self._rules = rules
        self._around = around
        self._state = FULL
        self._counts = Tally()
        self._lock = threading.Lock()

    async def call(self, function: Function[Value]) -> Outcome[Value]:
        """Make the call when it is its turn, or reject it with the time after which it may be tried."""
        now_ns = self._around.clock.now()
        with self._lock:
            permitted, wait_ns, self._state = take(self._rules, self._state, now_ns)
        if not permitted:
            self._counts.add("rejected")
            reason = f"too many calls, for {Duration(wait_ns).rounded} more at least"
            return self._around.reject(RejectedBy.RATE_LIMIT, reason, wait_ns)
        if wait_ns:
            self._counts.add("waited")
            self._around.tell(WaitStarted(now_ns, wait_ns, WaitReason.RATE_LIMIT))
            await self._around.clock.sleep(wait_ns)
        return await function()

    def metrics(self, now_ns: int) -> RateLimitMetrics:
        """Read what was done."""
        left = tokens(self._rules, self._state, now_ns)
        return RateLimitMetrics(self._counts["waited"], self._counts["rejected"], left)


def build(settings: RateLimitSettings, around: Surroundings) -> RateLimitLayer:
    """Make the layer with a bucket of its own."""
    return RateLimitLayer(settings.rules, around)
