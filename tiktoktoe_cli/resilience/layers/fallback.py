"""`fallback`: answers something else when a call fails, and says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from tiktoktoe_cli.resilience.events import FallbackFailed, FallbackMissing, FallbackUsed
from tiktoktoe_cli.resilience.layers.layer import Tally
from tiktoktoe_cli.resilience.outcome import Outcome

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.clock import Clock
    from tiktoktoe_cli.resilience.layers.layer import Function, Surroundings
    from tiktoktoe_cli.resilience.settings import FallbackSettings

AnyOutcome: TypeAlias = Outcome[Any]  # what stands in need not be of the type that was asked for
Substitute: TypeAlias = Callable[[], Awaitable[AnyOutcome | None]]
"""Gives what stands in for a failed call, or None if there is nothing."""
Keep: TypeAlias = Callable[[AnyOutcome], None]


@dataclass(frozen=True, slots=True)
class FallbackMetrics:
    """How many failures were covered."""

    used: int


class FallbackLayer:
    """Covers failures whose causes' bits are in `covered`; `keep` is handed each good answer."""

    needs_concurrency: ClassVar[bool] = False

    def __init__(self, covered: int, substitute: Substitute, keep: Keep, around: Surroundings) -> None:
        self._covered = covered
        self._substitute = substitute
        self._keep = keep
        self._around = around
        self._counts = Tally()

    async def call(self, function: Function[Any]) -> AnyOutcome:
        """Make the call; if it fails, answer with what stands in, if there is anything."""
        outcome = await function()
        if outcome.is_success:
            self._keep(outcome)
        if outcome.cause is None or not outcome.cause.bit & self._covered:
            return outcome
        other = await self._substitute()
        if other is None:
            self._around.tell(FallbackMissing(self._around.clock.now()))
            return outcome
        now_ns = self._around.clock.now()
        if other.is_success:
            self._counts.add("used")
            self._around.tell(FallbackUsed(now_ns, outcome, other.age_ns))
        else:
            self._around.tell(FallbackFailed(now_ns, outcome, other))
        return replace(other, covered=outcome, attempts=outcome.attempts)

    def metrics(self, _now_ns: int) -> FallbackMetrics:
        """Read what was done."""
        return FallbackMetrics(self._counts["used"])


class Kept:
    """The last good answer, as long as it is not too old."""

    def __init__(self, max_age_ns: int, clock: Clock) -> None:
        self._max_age_ns = max_age_ns
        self._clock = clock
        self._latest: tuple[int, AnyOutcome] | None = None

    def keep(self, outcome: AnyOutcome) -> None:
        """Remember an answer."""
        self._latest = (self._clock.now(), outcome)

    async def recall(self) -> AnyOutcome | None:
        """Return the answer with its age."""
        if self._latest is None:
            return None
        kept_ns, outcome = self._latest
        age_ns = self._clock.now() - kept_ns
        return replace(outcome, age_ns=age_ns) if age_ns <= self._max_age_ns else None


def _keep_nothing(_: AnyOutcome) -> None:
    """Take a good answer, and forget it."""


def _fixed(value: Any) -> Substitute:  # whatever the YAML holds
    async def answer() -> AnyOutcome:
        return Outcome.succeeded(value)

    return answer


def build(settings: FallbackSettings, around: Surroundings) -> FallbackLayer:
    """Make the layer with the one answer that the settings give."""
    covered = sum(cause.bit for cause in set(settings.on))
    if settings.cached is not None:
        kept = Kept(settings.cached.max_age, around.clock)
        return FallbackLayer(covered, kept.recall, kept.keep, around)
    named = settings.request
    substitute: Substitute = _fixed(settings.value) if named is None else around.alternatives[named]
    return FallbackLayer(covered, substitute, _keep_nothing, around)
