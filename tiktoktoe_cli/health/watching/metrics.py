"""What a watch has counted as metrics; they bear the program's name, beside those of the latest looks.

`probe_*` tell of the latest look alone, as Prometheus' blackbox exporter does; `tiktoktoe_*` know the thresholds, the
graph and the past.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.health.facts import HealthState
from tiktoktoe_cli.report.facts import Metric, MetricKind, Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tiktoktoe_cli.health.facts import HealthFacts
    from tiktoktoe_cli.health.watching.tally import Tally

    Labels: TypeAlias = tuple[tuple[str, str], ...]


def watch_metrics(facts: HealthFacts, tallies: Sequence[Tally], now_ns: int) -> tuple[Metric, ...]:
    """Make the metrics of a watch: the state of every service, and the counts of every check."""
    known = [(_labels(tally), tally) for tally in tallies if tally.result]

    def each(value: Callable[[Tally], float]) -> tuple[Sample, ...]:
        return tuple(Sample(float(value(tally)), labels) for labels, tally in known)

    gauge, counter = MetricKind.GAUGE, MetricKind.COUNTER
    return (
        Metric("tiktoktoe_service_state", gauge, "1 for the state of a service", "", tuple(_states(facts))),
        Metric(
            "tiktoktoe_check_passing",
            gauge,
            "1 if the check passes by its thresholds",
            samples=each(lambda tally: tally.standing.state.is_passing),
        ),
        Metric("tiktoktoe_checks", counter, "looks", samples=each(lambda tally: tally.looks)),
        Metric(
            "tiktoktoe_check_failures",
            counter,
            "looks that failed",
            samples=each(lambda tally: tally.failures),
        ),
        Metric(
            "tiktoktoe_check_state_changes",
            counter,
            "changes of state",
            samples=each(lambda tally: tally.changes),
        ),
        Metric(
            "tiktoktoe_check_looking_seconds",
            counter,
            "how long all looks took together",
            "seconds",
            each(lambda tally: tally.took_ns / NS_PER_S),
        ),
        Metric(
            "tiktoktoe_check_state_age_seconds",
            gauge,
            "for how long the check has been in its state",
            "seconds",
            each(lambda tally: (now_ns - tally.since_ns) / NS_PER_S),
        ),
    )


def _labels(tally: Tally) -> Labels:
    return (("service", tally.service), ("check", tally.check.name), ("kind", tally.check.kind))


def _states(facts: HealthFacts) -> Iterable[Sample]:
    for service in facts.services:
        for state in HealthState:
            yield Sample(float(service.state is state), (("service", service.name), ("state", state.value)))
