"""The forms of the answer that only health has: the status page, a monitoring plugin's output, health+json."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tiktoktoe_cli.health.render.health_json import draw_health_json
from tiktoktoe_cli.health.render.nagios import nagios_of
from tiktoktoe_cli.health.render.page import StatusPage, draw_status_page
from tiktoktoe_cli.report.catalog import ReportKind

if TYPE_CHECKING:
    from tiktoktoe_cli.report import Drawing, Report


def with_drawings(report: Report, status: StatusPage) -> Report:
    """Give a report the forms that `--report` asks for by `html`, `nagios` and `health+json`."""
    facts, about = status.facts, status.about
    drawings: dict[str, Drawing] = {
        ReportKind.HTML: partial(draw_status_page, status),
        ReportKind.NAGIOS: lambda view: nagios_of(facts, view)[0],
        ReportKind.HEALTH_JSON: partial(draw_health_json, facts, about),
    }
    return replace(report, drawings=drawings)
