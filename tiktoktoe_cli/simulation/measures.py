"""What is measured of a replication: the names that assertions use, their meaning and their units.

Times are in nanoseconds here and durations in assertions. A measure that has no value (no fault, no breaker
that opened, no recovery before the end) is None, and an assertion about it does not hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.expressions import Duration as Span
from tiktoktoe_cli.resilience import BreakerState
from tiktoktoe_cli.simulation.estimates import percentile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktoktoe_cli.simulation.facts import Replication
    from tiktoktoe_cli.simulation.settings import FaultSettings

RECOVERED_SHARE = 0.95
"""A second is good when at least this share of the requests that arrived in it succeeded."""


class Unit(StrEnum):
    """What a measure counts in."""

    RATIO = "ratio"  # from 0 to 1, as in the YAML
    FACTOR = "factor"
    PER_SECOND = "per_second"
    DURATION = "duration"


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that can be taken from a replication and the faults that it suffered."""

    unit: Unit
    help: str
    take: Callable[[Replication, Sequence[FaultSettings]], float | None]


def _latency(share: float) -> Callable[[Replication, Sequence[FaultSettings]], float | None]:
    return lambda run, _: percentile(run.latencies_ns, share)


def _success_rate(run: Replication, _: Sequence[FaultSettings]) -> float | None:
    return run.good / run.offered if run.offered else None


def _degraded_rate(run: Replication, _: Sequence[FaultSettings]) -> float | None:
    return run.degraded / run.offered if run.offered else None


def _amplification(run: Replication, _: Sequence[FaultSettings]) -> float | None:
    loads = [run.arrivals[name] / visits for name, visits in run.expected.items() if visits]
    return max(loads, default=None)


def _time_to_open(run: Replication, faults: Sequence[FaultSettings]) -> float | None:
    if not faults:
        return None
    began_ns = min(fault.at for fault in faults)
    changes = [change for call in run.calls for change in call.transitions or ()]
    opened_ns = [change.at_ns for change in changes if change.target is BreakerState.OPEN]
    return min((at_ns - began_ns for at_ns in opened_ns if at_ns >= began_ns), default=None)


def _recovery_time(run: Replication, faults: Sequence[FaultSettings]) -> float | None:
    if not faults:
        return None
    ended_ns = max(fault.ends_at_ns for fault in faults)
    after = range(ended_ns // NS_PER_S, len(run.timeline))
    bad = [second for second in after if _is_bad(run, second)]
    if not after or (bad and bad[-1] == len(run.timeline) - 1):
        return None
    return max(0, (bad[-1] + 1) * NS_PER_S - ended_ns) if bad else 0


def _is_bad(run: Replication, second: int) -> bool:
    there = run.timeline[second]
    return there.good < RECOVERED_SHARE * there.offered


MEASURES = {
    "success_rate": Measure(
        Unit.RATIO, "the share of the requests from outside that succeeded without a fallback", _success_rate
    ),
    "degraded_rate": Measure(
        Unit.RATIO, "the share of the requests from outside that a fallback helped to answer", _degraded_rate
    ),
    "offered": Measure(
        Unit.PER_SECOND,
        "requests from outside",
        lambda run, _: run.offered * NS_PER_S / run.duration_ns if run.duration_ns else None,
    ),
    "goodput": Measure(
        Unit.PER_SECOND,
        "requests from outside that succeeded",
        lambda run, _: run.good * NS_PER_S / run.duration_ns if run.duration_ns else None,
    ),
    "latency_p50": Measure(Unit.DURATION, "the time that half of the successes took at most", _latency(0.50)),
    "latency_p95": Measure(Unit.DURATION, "the time that 95% of the successes took at most", _latency(0.95)),
    "latency_p99": Measure(Unit.DURATION, "the time that 99% of the successes took at most", _latency(0.99)),
    "amplification": Measure(
        Unit.FACTOR,
        "the visits of the service with most extra load over those without failures",
        _amplification,
    ),
    "time_to_open": Measure(
        Unit.DURATION, "from the start of the first fault until a breaker opened", _time_to_open
    ),
    "recovery_time": Measure(
        Unit.DURATION,
        "from the end of the last fault until the end of the last second in which fewer than 95% succeeded",
        _recovery_time,
    ),
}

EXAMPLES: dict[str, float | Span] = {
    name: Span(NS_PER_S) if measure.unit is Unit.DURATION else 1.0 for name, measure in MEASURES.items()
}
"""A value of the type that each measure has in assertions."""
