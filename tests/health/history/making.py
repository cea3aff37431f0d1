"""Short ways to make the facts of runs that a history keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tiktoktoe_cli.health import CheckResult, HealthFacts, HealthState, ServiceHealth
from tiktoktoe_cli.transport import Timing

MS = 1_000_000
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
"""The present of these tests."""


def ago(**time: float) -> datetime:
    """Return a time before noon."""
    return NOON - timedelta(**time)


def found(
    state: HealthState = HealthState.HEALTHY, latency_ms: float = 10, *, detail: str = "", checks: int = 1
) -> HealthFacts:
    """Find one service in a state, by one check or several that took so long."""
    timing = Timing(total_ns=int(latency_ms * MS), connect_ns=2 * MS)
    results = tuple(CheckResult(f"c{number}", "http", state, detail, "", timing) for number in range(checks))
    return HealthFacts((ServiceHealth("payments", state, results),), 20 * MS)
