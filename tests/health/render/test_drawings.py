from __future__ import annotations

import pytest

from tests.health.answers import make_facts
from tiktoktoe_cli.health.render import report_of
from tiktoktoe_cli.health.render.drawings import with_drawings
from tiktoktoe_cli.health.render.status_page import StatusPage
from tiktoktoe_cli.report import ReportKind, View, render_report


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (ReportKind.HTML, "on it: gateway, orders"),
        (ReportKind.NAGIOS, "'payments/api'=0.400000s;0.3;;0"),
        (ReportKind.HEALTH_JSON, '"ledger/api:responseTime"'),
        (ReportKind.OPENMETRICS, 'tiktoktoe_service_state{service="orders",state="unreachable"} 1.0'),
    ],
)
def test_health_draws_its_own_forms(kind: ReportKind, words: str) -> None:
    """They hold more than the verdict that stands in for them elsewhere."""
    facts = make_facts()

    report = with_drawings(report_of(facts), StatusPage(facts))

    assert report.drawings.keys() == {"html", "nagios", "health+json", "openmetrics"}
    assert words in render_report(report, kind, View())
