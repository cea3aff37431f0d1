"""The forms of the answer that health draws by itself: the status page, a plugin's output, health+json, metrics.

What draws one is imported when it is asked for, and metrics are made then: of thousands of checks they are many.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tiktoktoe_cli.report.catalog import ReportKind

if TYPE_CHECKING:
    from tiktoktoe_cli.health.render.status_page import StatusPage
    from tiktoktoe_cli.report import Drawing, Report
    from tiktoktoe_cli.report.view import View


def with_drawings(report: Report, status: StatusPage) -> Report:
    """Give a report its own forms of `--report`; metrics that it has already stay."""
    drawings: dict[str, Drawing] = {
        ReportKind.HTML: partial(_page, status),
        ReportKind.NAGIOS: partial(_nagios, status),
        ReportKind.HEALTH_JSON: partial(_health_json, status),
        ReportKind.OPENMETRICS: partial(_openmetrics, report, status),
    }
    return replace(report, drawings=drawings)


def _page(status: StatusPage, view: View) -> str:
    from tiktoktoe_cli.health.render.page import draw_status_page

    return draw_status_page(status, view)


def _nagios(status: StatusPage, view: View) -> str:
    from tiktoktoe_cli.health.render.nagios import nagios_of

    return nagios_of(status.facts, view)[0]


def _health_json(status: StatusPage, view: View) -> str:
    from tiktoktoe_cli.health.render.health_json import draw_health_json

    return draw_health_json(status.facts, status.about, view)


def _openmetrics(report: Report, status: StatusPage, view: View) -> str:
    from tiktoktoe_cli.health.render.metrics import metrics_of
    from tiktoktoe_cli.report.openmetrics import draw_openmetrics

    return draw_openmetrics(replace(report, metrics=report.metrics or metrics_of(status.facts)), view)
