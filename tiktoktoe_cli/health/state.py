"""The states of checks and services, and what an expectation demands: words that every part of this room shares."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class HealthState(StrEnum):
    """How a check or a service is, from best to worst."""

    SKIPPED = "skipped"  # nothing is known: it has no check, or none that was made
    HEALTHY = "healthy"
    MAINTENANCE = "maintenance"  # it fails while it is worked on
    DEGRADED = "degraded"  # it works, but not as it should, or without something that it can do without
    UNREACHABLE = "unreachable"  # it fails, and so does something that it needs
    ERROR = "error"  # the check itself could not be carried out
    UNHEALTHY = "unhealthy"

    @property
    def is_passing(self) -> bool:
        """Ask whether a service in this state does its work."""
        return self in {HealthState.HEALTHY, HealthState.DEGRADED}

    @property
    def is_failing(self) -> bool:
        """Ask whether a service in this state was seen not to do its work."""
        return self in {HealthState.UNREACHABLE, HealthState.ERROR, HealthState.UNHEALTHY}


_ORDER = tuple(HealthState)


def worst(states: Iterable[HealthState]) -> HealthState:
    """Return the worst of some states; skipped if there are none."""
    return max(states, key=_ORDER.index, default=HealthState.SKIPPED)


class Demand(StrEnum):
    """Which list an expectation stands in, and so what it means if it does not hold."""

    EXPECT = "expect"
    WARN = "warn"
