"""The health of a system as application/health+json, which other monitors read.

Follows draft-inadarei-api-health-check-06: a measurement for each check under `service/check:responseTime`. Keys of
our own stand beside those of the draft, which allows that: `cause` and `affected` name services.
"""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_MS
from tiktoktoe_cli.health.render.report import verdict_of
from tiktoktoe_cli.health.render.rows import Row, rows_of
from tiktoktoe_cli.health.state import HealthState
from tiktoktoe_cli.report.documents import plain_data
from tiktoktoe_cli.report.text import escape_hidden

if TYPE_CHECKING:
    from datetime import datetime

    from tiktoktoe_cli.health.facts import HealthFacts
    from tiktoktoe_cli.health.render.about import About
    from tiktoktoe_cli.report.facts import Json
    from tiktoktoe_cli.report.view import View

_PASS, _WARN, _FAIL = "pass", "warn", "fail"
_WORDS: Final = {
    HealthState.HEALTHY: _PASS,
    HealthState.MAINTENANCE: _WARN,
    HealthState.DEGRADED: _WARN,
    HealthState.UNREACHABLE: _FAIL,
    HealthState.ERROR: _FAIL,
    HealthState.UNHEALTHY: _FAIL,
}
_DATASTORES: Final = frozenset({"redis", "postgres", "mysql"})
_OF_THE_SYSTEM: Final = frozenset({"exec", "file"})


def draw_health_json(facts: HealthFacts, about: About, view: View) -> str:
    """Write the document, with its secrets hidden; it is the same for the same facts."""
    document = plain_data(health_document(facts, about), view.mask)
    return escape_hidden(json.dumps(document, ensure_ascii=not view.unicode, indent=2)) + "\n"


def health_document(facts: HealthFacts, about: About) -> dict[str, Json]:
    """Build the document; its `status` is `pass`, `warn` or `fail`, and `fail` is for HTTP's 503.

    A check that was not made is not in it, and a system without any is not well.
    """
    status = status_of(facts)
    verdict = verdict_of(facts)
    return {
        "status": status,
        **({"version": about.version} if about.version else {}),
        **({"serviceId": about.system} if about.system else {}),
        "description": f"health of {about.system}" if about.system else "health of a system of services",
        **({} if status == _PASS else {"output": verdict}),
        "checks": {
            f"{row.name}:responseTime": [_measurement(row, about.at)] for row in rows_of(facts) if row.is_made
        },
    }


def status_of(facts: HealthFacts) -> str:
    """Say `pass`, `warn` or `fail`; `pass` only where nothing is degraded or in maintenance."""
    if not facts.is_healthy or facts.is_partial:
        return _FAIL
    states = {service.state for service in facts.services} - {HealthState.SKIPPED}
    return _PASS if states == {HealthState.HEALTHY} else _WARN


def _measurement(row: Row, at: datetime | None) -> dict[str, Json]:
    status, check = _WORDS[row.state], row.check
    troubles: dict[str, Json] = {
        **({"affectedEndpoints": [check.target]} if check.target else {}),
        "output": row.detail,
        "cause": list(row.service.cause),
        "affected": list(row.service.affected),
    }
    return {
        "componentId": row.name,
        "componentType": _component_type(check.kind),
        "observedValue": check.timing.total_ns / NS_PER_MS,
        "observedUnit": "ms",
        "status": status,
        **({"time": at.astimezone(UTC).isoformat(timespec="seconds")} if at else {}),
        **({} if status == _PASS else troubles),
    }


def _component_type(kind: str) -> str:
    if kind in _DATASTORES:
        return "datastore"
    return "system" if kind in _OF_THE_SYSTEM else "component"
