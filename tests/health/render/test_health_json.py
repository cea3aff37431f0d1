from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.health.answers import make_facts, make_result
from tests.report.hostile import SECRET, mask
from tiktoktoe_cli.health import HealthFacts, HealthState, ServiceHealth
from tiktoktoe_cli.health.documents import MEDIA_TYPE, read_document
from tiktoktoe_cli.health.render.about import About
from tiktoktoe_cli.health.render.health_json import draw_health_json, health_document, status_of
from tiktoktoe_cli.report import View

AFTERNOON = datetime(2026, 5, 4, 14, 0, tzinfo=timezone(timedelta(hours=2)))
ABOUT = About("shop", "2.3.1", AFTERNOON)


def one(state: HealthState, **check: Any) -> HealthFacts:
    """Make a system of one service."""
    return HealthFacts((ServiceHealth("a", state, (make_result(state=state, **check),)),), 0)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (HealthState.HEALTHY, "pass"),
        (HealthState.DEGRADED, "warn"),
        (HealthState.MAINTENANCE, "warn"),
        (HealthState.UNHEALTHY, "fail"),
        (HealthState.UNREACHABLE, "fail"),
        (HealthState.ERROR, "fail"),
        (HealthState.SKIPPED, "fail"),
    ],
)
def test_the_status_is_that_of_the_draft(state: HealthState, status: str) -> None:
    """What works passes, what has concerns warns; a system of which nothing is known does not pass."""
    assert status_of(one(state)) == status


def test_a_run_that_was_broken_off_does_not_pass() -> None:
    """What was not checked any more might have failed."""
    assert status_of(replace(one(HealthState.HEALTHY), is_partial=True)) == "fail"


def test_the_document_of_a_healthy_system() -> None:
    """Output and affected endpoints are left out of what passes, as the draft asks; times are UTC."""
    assert health_document(one(HealthState.HEALTHY), ABOUT) == {
        "status": "pass",
        "version": "2.3.1",
        "serviceId": "shop",
        "description": "health of shop",
        "checks": {
            "a/api:responseTime": [
                {
                    "componentId": "a/api",
                    "componentType": "component",
                    "observedValue": 3.0,
                    "observedUnit": "ms",
                    "status": "pass",
                    "time": "2026-05-04T12:00:00+00:00",
                }
            ]
        },
    }


def test_what_does_not_pass_says_why() -> None:
    """With who was asked, who is to blame and who suffers."""
    document = json.loads(draw_health_json(make_facts(), ABOUT, View()))

    [gateway], [payments] = (
        document["checks"][f"{name}/api:responseTime"] for name in ("gateway", "payments")
    )
    assert document["output"].startswith("0 of 5 services healthy; `ledger` is the cause, 2 unreachable; ")
    assert (gateway["status"], gateway["cause"]) == ("fail", ["ledger"])
    assert gateway["output"] == "because of `ledger`; connection refused"
    assert payments["affectedEndpoints"] == ["http://10.0.0.4/health"]


def test_what_was_not_checked_is_not_in_it() -> None:
    """A skipped check measured nothing."""
    checks = health_document(make_facts(), ABOUT)["checks"]

    assert isinstance(checks, dict)
    assert "mail/smtp:responseTime" not in checks
    assert len(checks) == 7


@pytest.mark.parametrize(
    ("kind", "component_type"), [("http", "component"), ("postgres", "datastore"), ("exec", "system")]
)
def test_components_have_the_types_of_the_draft(kind: str, component_type: str) -> None:
    """It names three of them."""
    document = json.loads(draw_health_json(one(HealthState.HEALTHY, kind=kind), ABOUT, View()))

    assert document["checks"]["a/api:responseTime"][0]["componentType"] == component_type


def test_secrets_stay_hidden() -> None:
    """Wherever they stand."""
    facts = one(HealthState.UNHEALTHY, detail=f"it was {SECRET}", target=f"http://{SECRET}/")

    assert SECRET not in draw_health_json(facts, About(SECRET, SECRET), View(mask=mask))


def test_we_read_what_we_write() -> None:
    """One tiktoktoe can ask another: the document's state and its parts come back."""
    text = draw_health_json(make_facts(), ABOUT, View())

    document = read_document(json.loads(text), text, MEDIA_TYPE)

    assert document
    assert document.state is HealthState.UNHEALTHY
    assert len(document.parts) == 7
