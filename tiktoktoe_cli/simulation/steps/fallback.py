"""`fallback`: answers something else when a call fails, and counts it; the answer lets its caller go on, degraded.

What stands in is there at once and always: a fixed value, and also another `request`, as a simulated system knows
calls between services and no requests. A `cached` answer is there if one is young enough.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.simulation.outcomes import SUCCESS

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.outcome import Outcome
    from tiktoktoe_cli.resilience.settings import FallbackSettings
    from tiktoktoe_cli.simulation.engine import Waiting
    from tiktoktoe_cli.simulation.steps.step import Call, Step, Surroundings


class FallbackStep:
    """Covers failures."""

    def __init__(self, around: Surroundings, inner: Step, settings: FallbackSettings) -> None:
        self._inner = inner
        self._path = around.path
        self._covered = sum(cause.bit for cause in set(settings.on))
        self._max_age_ns = settings.cached.max_age if settings.cached else None
        self._kept_ns: int | None = None

    def start(self, waiting: Waiting, now_ns: int) -> Call:
        """Begin."""
        covered = _Covered(self, waiting)
        covered.inner = self._inner.start(covered, now_ns)
        return covered

    def answer(self, now_ns: int, outcome: Outcome[Any]) -> Outcome[Any]:
        """Return what stands in for a failure, if there is anything, else the outcome as it is."""
        cause = outcome.cause
        if cause is None:
            self._kept_ns = now_ns
            return outcome
        if not cause.bit & self._covered or not self._has_answer(now_ns):
            return outcome
        self._path.fallbacks += 1
        age_ns = None if self._max_age_ns is None or self._kept_ns is None else now_ns - self._kept_ns
        return replace(SUCCESS, covered=outcome, age_ns=age_ns)

    def _has_answer(self, now_ns: int) -> bool:
        if self._max_age_ns is None:
            return True
        return self._kept_ns is not None and now_ns - self._kept_ns <= self._max_age_ns


class _Covered:
    """A call whose failure is covered."""

    __slots__ = ("inner", "step", "waiting")

    inner: Call

    def __init__(self, step: FallbackStep, waiting: Waiting) -> None:
        self.step = step
        self.waiting: Waiting | None = waiting

    def done(self, now_ns: int, outcome: Outcome[Any]) -> None:
        if self.waiting is not None:
            self.waiting.done(now_ns, self.step.answer(now_ns, outcome))

    def cancel(self, now_ns: int) -> None:
        self.waiting = None
        self.inner.cancel(now_ns)
