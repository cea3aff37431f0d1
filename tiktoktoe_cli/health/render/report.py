"""The facts of a health check as a report: a row for each check, a case for each check, and who is the cause."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.masking import without_secrets
from tiktoktoe_cli.config.units import NS_PER_MS, NS_PER_S
from tiktoktoe_cli.errors import ExitCode
from tiktoktoe_cli.health.render.chain import certificates_data
from tiktoktoe_cli.health.render.remarks import remarks_of, slowest_of
from tiktoktoe_cli.health.render.rows import MOST_NAMES, Row, name_causes, rows_of
from tiktoktoe_cli.health.state import HealthState, worst
from tiktoktoe_cli.report.facts import Case, CaseOutcome, Column, Json, Report, Shows
from tiktoktoe_cli.transport.variables import PHASES, phases_of
from tiktoktoe_cli.words import listed, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tiktoktoe_cli.health.facts import Expectation, HealthFacts
    from tiktoktoe_cli.health.render.about import CheckPlace

_COLUMNS: Final = (
    Column("service", "SERVICE"),
    Column("check", "CHECK"),
    Column("state", "STATE", shows=Shows.STATE),
    Column("latency_ms", "LATENCY", shows=Shows.MILLISECONDS),
    Column("attempt_count", "ATTEMPTS", shows=Shows.NUMBER),
    Column("kind", "KIND", wide=True),
    Column("group", "GROUP", wide=True),
    Column("target", "TARGET", wide=True),
    *(
        Column(f"timing.{phase}_ms", phase.upper(), wide=True, shows=Shows.MILLISECONDS)
        for phase in PHASES
        if phase != "total"
    ),
    Column("expires_at", "EXPIRES", wide=True),
    Column("detail", "DETAIL"),
)
_OUTCOMES: Final = {
    HealthState.HEALTHY: CaseOutcome.PASSED,
    HealthState.DEGRADED: CaseOutcome.PASSED,
    HealthState.UNHEALTHY: CaseOutcome.FAILED,
    HealthState.UNREACHABLE: CaseOutcome.FAILED,
    HealthState.ERROR: CaseOutcome.ERROR,
    HealthState.SKIPPED: CaseOutcome.SKIPPED,
    HealthState.MAINTENANCE: CaseOutcome.SKIPPED,
}


def report_of(
    facts: HealthFacts, *, strict: bool = False, place: CheckPlace = lambda _service, _check: None
) -> Report:
    """Turn the health of a system into a report; if it is `strict`, what is degraded is not well either.

    `place` tells where a check is written, for reports that lead there.
    """
    return Report(
        command="health check",
        ok=not facts.is_partial and facts.exit_code(strict=strict) is ExitCode.YES,
        verdict=verdict_of(facts),
        summary=_summary(facts),
        items=[_item(row) for row in rows_of(facts)],
        columns=_COLUMNS,
        name_key="service",
        cases=tuple(_case(row, place) for row in rows_of(facts)),
        remarks=remarks_of(facts),
    )


def verdict_of(facts: HealthFacts) -> str:
    """Say it in one line: how many are healthy, who is the cause, what hangs on it, and who is degraded."""
    states = Counter(service.state for service in facts.services)
    checked = len(facts.services) - states[HealthState.SKIPPED]
    if not checked:
        return _why_nothing(facts)
    healthy = f"{states[HealthState.HEALTHY]} of {plural(checked, 'service')} healthy"
    parts = [*(["interrupted"] if facts.is_partial else []), healthy, *_blame(facts), *_degraded(facts)]
    if states[HealthState.ERROR]:
        names = listed(_in(facts, HealthState.ERROR), MOST_NAMES)
        parts.append(f"{states[HealthState.ERROR]} could not be checked: {names}")
    if states[HealthState.MAINTENANCE]:
        parts.append(f"{states[HealthState.MAINTENANCE]} in maintenance")
    return "; ".join([*parts, *_unchecked(facts)])


def _why_nothing(facts: HealthFacts) -> str:
    if facts.is_partial:
        return "interrupted before any check was over"
    return "no health check is enabled" if any(rows_of(facts)) else "no service has a health check"


def _unchecked(facts: HealthFacts) -> Iterator[str]:
    skipped = [service for service in facts.services if service.state is HealthState.SKIPPED]
    left_out = sum(bool(service.checks) for service in skipped)
    if left_out:
        yield f"{left_out} not checked"
    if left_out < len(skipped):
        yield f"{len(skipped) - left_out} without a check"


def _blame(facts: HealthFacts) -> Iterator[str]:
    """Name those because of whom others cannot be reached, and those that fail without that."""
    lost = [service for service in facts.services if service.state is HealthState.UNREACHABLE]
    blamed = {cause for service in lost for cause in service.cause}
    if causes := [service for service in facts.causes if service.name in blamed]:
        planned = [service.name for service in causes if service.state is HealthState.MAINTENANCE]
        named = name_causes([service.name for service in causes], planned) + ("," if planned else "")
        yield f"{named} {'is the cause' if len(causes) == 1 else 'are the causes'}, {len(lost)} unreachable"
    if alone := [name for name in _in(facts, HealthState.UNHEALTHY) if name not in blamed]:
        yield f"{_are(alone)} unhealthy"


def _degraded(facts: HealthFacts) -> Iterator[str]:
    """Name those that are degraded by themselves, and those that are because of others."""
    degraded = [service for service in facts.services if service.state is HealthState.DEGRADED]
    if alone := [service.name for service in degraded if not service.cause]:
        yield f"{_are(alone)} degraded"
    if others := [service.name for service in degraded if service.cause]:
        causes = dict.fromkeys(cause for service in degraded for cause in service.cause)
        yield f"{_are(others)} degraded because of {listed(causes, MOST_NAMES)}"


def _in(facts: HealthFacts, state: HealthState) -> list[str]:
    return [service.name for service in facts.services if service.state is state]


def _are(names: Sequence[str]) -> str:
    return f"{listed(names, MOST_NAMES)} {'is' if len(names) == 1 else 'are'}"


def _summary(facts: HealthFacts) -> dict[str, Json]:
    slowest = slowest_of(facts)
    return {
        "services": len(facts.services),
        **_counts(service.state for service in facts.services),
        "checks": _counts(row.state for row in rows_of(facts)),
        "groups": _groups(facts),
        "slowest": {phase: _spent(slowest.get(phase)) for phase in PHASES},
        "elapsed_s": facts.elapsed_ns / NS_PER_S,
        "causes": [{"service": one.name, "affected": list(one.affected)} for one in facts.causes],
        "partial": facts.is_partial,
    }


def _spent(slowest: tuple[str, int] | None) -> Json:
    return slowest and {"name": slowest[0], "ms": slowest[1] / NS_PER_MS}


def _counts(states: Iterable[HealthState]) -> dict[str, int]:
    """Count every state there is, also those that nobody is in."""
    counts = Counter(states)
    return {state.value: counts[state] for state in HealthState}


def _groups(facts: HealthFacts) -> list[Json]:
    """Roll up the services of each group: it is as its worst one."""
    members: dict[str, list[HealthState]] = {}
    for service in facts.services:
        if service.group:
            members.setdefault(service.group, []).append(service.state)
    return [
        {"group": group, "state": worst(states).value, "services": len(states), **_counts(states)}
        for group, states in members.items()
    ]


def _item(row: Row) -> dict[str, Json]:
    service, check = row.service, row.check
    chain = certificates_data(check) if check.is_tls_read else []  # reading them takes time
    return {
        "name": row.name,
        "service": service.name,
        "check": check.name,
        "kind": check.kind,
        "state": row.state.value,
        "service_state": service.state.value,
        "latency_ms": check.timing.total_ns / NS_PER_MS if row.is_made else None,
        "attempt_count": len(check.attempts),
        "passed_after_retry": check.passed_after_retry,
        "detail": row.detail,
        "error": check.error,
        "cause": list(service.cause),
        "affected": list(service.affected),
        "timing": {f"{phase}_ms": ns / NS_PER_MS for phase, ns in phases_of(check.timing).items()},
        "expectations": [_expectation(one) for one in check.expectations],
        "attempts": [
            {"state": one.state.value, "detail": one.detail, "elapsed_ms": one.elapsed_ns / NS_PER_MS}
            for one in check.attempts
        ],
        "parts": [
            {"name": part.name, "state": part.state.value, "detail": part.detail}
            for part in (check.document.parts if check.document else ())
        ],
        "certificates": chain,
        "expires_at": min((str(one["not_after"]) for one in chain), default=None),
        "group": service.group,
        "target": check.target,
    }


def _expectation(one: Expectation) -> dict[str, Json]:
    result = one.result
    return {
        "text": result.text,
        "demand": one.demand.value,
        "outcome": result.outcome.value,
        "saw": without_secrets(result.saw),
        "missing": result.missing,
        "reason": result.reason,
    }


def _case(row: Row, place: CheckPlace) -> Case:
    service, check = row.service.name, row.check.name
    elapsed_s = sum(attempt.elapsed_ns for attempt in row.check.attempts) / NS_PER_S
    return Case(service, check, _OUTCOMES[row.state], row.detail, elapsed_s, place(service, check))
