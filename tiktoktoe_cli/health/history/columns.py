"""The trends of a history beside the rows of a report: as data for programs, as columns for people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.report.facts import Column, Json, Report, Shows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.health.history.trend import Period, Trend

COLUMNS: Final = (
    Column("history.24h.availability", "24H", shows=Shows.RATIO),
    Column("history.7d.availability", "7D", shows=Shows.RATIO),
    Column("history.24h.latency_trend_ms", "LATENCY_24H", shows=Shows.TREND),
    Column("history.24h.p50_ms", "P50_24H", wide=True, shows=Shows.MILLISECONDS),
    Column("history.24h.p95_ms", "P95_24H", wide=True, shows=Shows.MILLISECONDS),
    Column("history.24h.before.p95_ms", "P95_BEFORE", wide=True, shows=Shows.MILLISECONDS),
)
"""Availability in the last day and week, and the median latency over the day, each twelfth of it a bar."""


def with_trends(report: Report, trends: Mapping[tuple[str, str], Mapping[str, Trend]]) -> Report:
    """Give each item of a report the trends of its service and check, and the table their columns before the last."""
    items = [{**item, "history": _history(trends, item)} for item in report.items]
    *columns, last = report.columns
    return replace(report, items=items, columns=(*columns, *COLUMNS, last))


def _history(
    trends: Mapping[tuple[str, str], Mapping[str, Trend]], item: Mapping[str, Json]
) -> dict[str, Json]:
    found = trends.get((str(item["service"]), str(item["check"])), {})
    return {window: trend_data(trend) for window, trend in found.items()}


def trend_data(trend: Trend) -> dict[str, Json]:
    """Write a trend as other programs read it."""
    return {
        **_data(trend.whole),
        "before": _data(trend.before),
        "availability_trend": [period.availability for period in trend.slices],
        "latency_trend_ms": [period.p50_ms for period in trend.slices],
    }


def _data(period: Period) -> dict[str, Json]:
    return {
        "count": period.count,
        "availability": period.availability,
        "p50_ms": period.p50_ms,
        "p95_ms": period.p95_ms,
    }
