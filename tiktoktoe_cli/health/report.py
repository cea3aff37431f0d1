"""The facts of a health check as a report: a row for each check, a case for each check, and who is the cause."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.masking import without_secrets
from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.health.facts import CheckResult, HealthFacts, HealthState, ServiceHealth
from tiktoktoe_cli.health.metrics import metrics_of
from tiktoktoe_cli.report.facts import Case, CaseOutcome, Column, Json, Report, Shows
from tiktoktoe_cli.transport.variables import phases_of
from tiktoktoe_cli.words import listed, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

_COLUMNS: Final = (
    Column("service", "SERVICE"),
    Column("check", "CHECK"),
    Column("state", "STATE", shows=Shows.STATE),
    Column("latency_ms", "LATENCY", shows=Shows.MILLISECONDS),
    Column("attempt_count", "ATTEMPTS", shows=Shows.NUMBER),
    Column("detail", "DETAIL"),
)
_OUTCOMES: Final = {
    HealthState.HEALTHY: CaseOutcome.PASSED,
    HealthState.DEGRADED: CaseOutcome.PASSED,
    HealthState.UNHEALTHY: CaseOutcome.FAILED,
    HealthState.UNREACHABLE: CaseOutcome.FAILED,
    HealthState.ERROR: CaseOutcome.ERROR,
    HealthState.UNCHECKED: CaseOutcome.SKIPPED,
}
_NS_PER_MS: Final = 1_000_000
_MOST_CAUSES: Final = 3


def report_of(facts: HealthFacts) -> Report:
    """Turn the health of a system into a report."""
    return Report(
        command="health check",
        ok=facts.is_healthy,
        verdict=verdict_of(facts),
        summary=_summary(facts),
        items=[_item(service, check) for service, check in _rows(facts)],
        columns=_COLUMNS,
        name_key="service",
        cases=tuple(_case(service, check) for service, check in _rows(facts)),
        metrics=metrics_of(facts),
    )


def verdict_of(facts: HealthFacts) -> str:
    """Say it in one line: how many are healthy, who is the cause, and what hangs on it."""
    states = Counter(service.state for service in facts.services)
    checked = len(facts.services) - states[HealthState.UNCHECKED]
    if not checked:
        return "no service has a health check"
    healthy = f"{states[HealthState.HEALTHY]} of {plural(checked, 'service')} healthy"
    degraded = f", {states[HealthState.DEGRADED]} degraded" if states[HealthState.DEGRADED] else ""
    parts = [healthy + degraded, *_blame(facts, states)]
    if states[HealthState.UNCHECKED]:
        parts.append(f"{states[HealthState.UNCHECKED]} without a check")
    return "; ".join(parts)


def _blame(facts: HealthFacts, states: Counter[HealthState]) -> Iterator[str]:
    names = [service.name for service in facts.causes]
    suffering = [f"{states[HealthState.UNREACHABLE]} unreachable"] if states[HealthState.UNREACHABLE] else []
    if names:
        causes = f"{listed(names, _MOST_CAUSES)} {'is the cause' if len(names) == 1 else 'are the causes'}"
        yield ", ".join([causes, *suffering])


def _summary(facts: HealthFacts) -> dict[str, Json]:
    states = Counter(service.state for service in facts.services)
    return {
        "services": len(facts.services),
        **{state.value: states[state] for state in HealthState},
        "elapsed_s": facts.elapsed_ns / NS_PER_S,
        "causes": [{"service": one.name, "affected": list(one.affected)} for one in facts.causes],
    }


def _rows(facts: HealthFacts) -> Iterator[tuple[ServiceHealth, CheckResult]]:
    for service in facts.services:
        for check in service.checks:
            yield service, check


def _item(service: ServiceHealth, check: CheckResult) -> dict[str, Json]:
    return {
        "name": f"{service.name}/{check.name}",
        "service": service.name,
        "check": check.name,
        "kind": check.kind,
        "state": _shown_state(service, check).value,
        "service_state": service.state.value,
        "latency_ms": check.timing.total_ns / _NS_PER_MS,
        "attempt_count": len(check.attempts),
        "detail": _detail(service, check),
        "error": check.error,
        "cause": list(service.cause),
        "affected": list(service.affected),
        "timing": {
            f"{phase}_ms": spent_ns / _NS_PER_MS for phase, spent_ns in phases_of(check.timing).items()
        },
        "expectations": [
            {
                "text": result.text,
                "demand": result.demand.value,
                "outcome": result.outcome.value,
                "saw": without_secrets(result.saw),
                "missing": result.missing,
                "reason": result.reason,
            }
            for result in check.expectations
        ],
        "attempts": [
            {"state": one.state.value, "detail": one.detail, "elapsed_ms": one.elapsed_ns / _NS_PER_MS}
            for one in check.attempts
        ],
    }


def _shown_state(service: ServiceHealth, check: CheckResult) -> HealthState:
    """Show a check in the light of its service: what it found may be somebody else's fault."""
    if not service.cause:
        return check.state
    return HealthState.UNREACHABLE if check.state.is_failing else HealthState.DEGRADED


def _detail(service: ServiceHealth, check: CheckResult) -> str:
    because = [f"because of {listed(service.cause, _MOST_CAUSES)}"] if service.cause else []
    return "; ".join([*because, *([check.detail] if check.detail else [])])


def _case(service: ServiceHealth, check: CheckResult) -> Case:
    state = _shown_state(service, check)
    elapsed_s = sum(attempt.elapsed_ns for attempt in check.attempts) / NS_PER_S
    return Case(service.name, check.name, _OUTCOMES[state], _detail(service, check), elapsed_s)
