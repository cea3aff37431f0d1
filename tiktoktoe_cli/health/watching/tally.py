"""What is kept of one check while it is watched: where it stands, the latest results, and counts. It does not grow."""

from __future__ import annotations

import math
from array import array
from collections import deque
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_MS
from tiktoktoe_cli.health.facts import Attempt
from tiktoktoe_cli.health.state import HealthState

if TYPE_CHECKING:
    from tiktoktoe_cli.health.facts import CheckResult
    from tiktoktoe_cli.health.settings import CheckSettings
    from tiktoktoe_cli.health.thresholds import Standing

LATEST: Final = 60
"""How many of the latest results are kept for a picture of them."""
_STEP: Final = math.log(1.1)
_SHORTEST_NS: Final = 10_000
_STEPS: Final = 200
"""From 10 µs to half an hour."""


class Latencies:
    """How long checks took: counted in steps of 10 %, so that any number of them needs the same room."""

    def __init__(self) -> None:
        self._counts = array("I", [0]) * _STEPS

    def add(self, duration_ns: int) -> None:
        """Count one."""
        step = round(math.log(max(duration_ns, _SHORTEST_NS) / _SHORTEST_NS) / _STEP)
        self._counts[min(step, _STEPS - 1)] += 1

    def percentile_ns(self, percent: int) -> int | None:
        """Return what so many of 100 took at most (nearest rank), within 5 %; None if there are none."""
        left = -(-sum(self._counts) * percent // 100)
        if not left:
            return None
        reached = (step for step, so_far in enumerate(accumulate(self._counts)) if so_far >= left)
        return round(_SHORTEST_NS * math.exp(next(reached) * _STEP))


@dataclass(slots=True)
class Tally:
    """One check since the watch began.

    `state` is how it is shown, in the light of what else fails, since `since_ns`; `skipped` before the first result.
    `latest` holds what the latest results found, oldest first. An outage lasts from the moment when the state begins to
    be a failing one to the moment when it ceases to be.
    """

    service: str
    check: CheckSettings
    standing: Standing
    since_ns: int
    state: HealthState = HealthState.SKIPPED
    result: CheckResult | None = None
    cause: tuple[str, ...] = ()
    latest: deque[Attempt] = field(default_factory=lambda: deque(maxlen=LATEST))
    latencies: Latencies = field(default_factory=Latencies)
    checks_made: int = 0
    failures: int = 0
    changes: int = 0
    took_ns: int = 0
    failing_since_ns: int | None = None
    longest_outage_ns: int = 0

    @property
    def name(self) -> str:
        """What the check is called among those of all services."""
        return f"{self.service}/{self.check.name}"

    @property
    def availability(self) -> float | None:
        """The share of checks made that passed; None before the first."""
        return (self.checks_made - self.failures) / self.checks_made if self.checks_made else None

    @property
    def latest_ms(self) -> list[float | None]:
        """How long the latest checks took in milliseconds, and None for those that failed."""
        return [one.elapsed_ns / NS_PER_MS if one.state.is_passing else None for one in self.latest]

    @property
    def detail(self) -> str:
        """What was wrong at the latest check, in one line; empty if all was well."""
        return self.result.detail if self.result else ""

    def take(self, result: CheckResult) -> bool:
        """Count one more result; tell whether the check stands otherwise than before."""
        is_first = self.result is None
        self.result = result
        self.standing = self.standing.after(result.state, answered=not result.error)
        self.checks_made += 1
        self.failures += not result.state.is_passing
        self.took_ns += result.timing.total_ns
        self.latencies.add(result.timing.total_ns)
        self.latest.append(Attempt(result.state, result.detail, result.timing.total_ns))
        return is_first or self.standing.has_changed

    def turn(self, state: HealthState, cause: tuple[str, ...], now_ns: int) -> None:
        """Change the state that is shown; the first one is no change."""
        self.changes += self.state is not HealthState.SKIPPED
        self.longest_outage_ns = self.outage_ns(now_ns)
        if not state.is_failing:
            self.failing_since_ns = None
        elif self.failing_since_ns is None:
            self.failing_since_ns = now_ns
        self.state, self.cause, self.since_ns = state, cause, now_ns

    def outage_ns(self, now_ns: int) -> int:
        """Return how long the longest outage was, counting the one that goes on."""
        current_ns = 0 if self.failing_since_ns is None else now_ns - self.failing_since_ns
        return max(self.longest_outage_ns, current_ns)
