"""The facts of a health check as metrics.

`probe_*` tell what the latest look at a check saw, by the names of Prometheus' blackbox exporter where it has them;
`tiktoktoe_*` know the graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.health.render.chain import certificates_of
from tiktoktoe_cli.health.state import HealthState
from tiktoktoe_cli.report.facts import Metric, MetricKind, Sample
from tiktoktoe_cli.transport.variables import phases_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.health.facts import CheckResult, HealthFacts


def metrics_of(facts: HealthFacts) -> tuple[Metric, ...]:
    """Make gauges of how every service is, and of what every check found, labelled with its service and name.

    When certificates end is told where they matter to the verdict: reading them takes time.
    """
    checks = [(_labels(service.name, check), check) for service in facts.services for check in service.checks]
    success = (Sample(float(check.state.is_passing), labels) for labels, check in checks)
    degraded = (Sample(float(check.state is HealthState.DEGRADED), labels) for labels, check in checks)
    duration = (Sample(check.timing.total_ns / NS_PER_S, labels) for labels, check in checks)
    attempts = (Sample(float(len(check.attempts)), labels) for labels, check in checks)
    expiry = (sample for labels, check in checks for sample in _expiry(labels, check))
    phases = (sample for labels, check in checks for sample in _phases(labels, check))
    gauge = MetricKind.GAUGE
    return (
        Metric("tiktoktoe_service_state", gauge, "1 for the state of a service", "", tuple(_states(facts))),
        Metric("probe_success", gauge, "1 if the check passed, also degraded", "", tuple(success)),
        Metric("probe_degraded", gauge, "1 if the check passed, but not as it should", "", tuple(degraded)),
        Metric("probe_duration_seconds", gauge, "how long the last attempt took", "seconds", tuple(duration)),
        Metric("probe_phase_seconds", gauge, "phases of the last attempt", "seconds", tuple(phases)),
        Metric("probe_attempts", gauge, "how often the check was tried", "", tuple(attempts)),
        Metric(
            "probe_ssl_earliest_cert_expiry", gauge, "when the first certificate expires", "", tuple(expiry)
        ),
    )


def _states(facts: HealthFacts) -> Iterator[Sample]:
    for service in facts.services:
        for state in HealthState:
            yield Sample(float(service.state is state), (("service", service.name), ("state", state.value)))


def _labels(service: str, check: CheckResult) -> tuple[tuple[str, str], ...]:
    return (("service", service), ("check", check.name), ("kind", check.kind))


def _phases(labels: tuple[tuple[str, str], ...], check: CheckResult) -> Iterator[Sample]:
    for phase, spent_ns in phases_of(check.timing).items():
        if phase != "total":
            yield Sample(spent_ns / NS_PER_S, (*labels, ("phase", phase)))


def _expiry(labels: tuple[tuple[str, str], ...], check: CheckResult) -> Iterator[Sample]:
    if check.is_tls_read and (chain := certificates_of(check)):
        yield Sample(min(one.not_after for one in chain).timestamp(), labels)
