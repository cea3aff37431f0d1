from __future__ import annotations

from tests.health.answers import make_facts
from tiktoktoe_cli.health.history import WINDOWS, with_trends
from tiktoktoe_cli.health.history.trend import PastResult, trend_of
from tiktoktoe_cli.health.render import report_of
from tiktoktoe_cli.report import OutputFormat, Report, View, render

NOW_MS = 10**12
HOUR_MS = 3600 * 1000
MS = 1_000_000


def with_history() -> Report:
    """Report on a shop of which one check has a history."""
    past = [
        PastResult(NOW_MS - 30 * HOUR_MS, False),
        PastResult(NOW_MS - 5 * HOUR_MS, True, 20 * MS),
        PastResult(NOW_MS, True, 20 * MS),
    ]
    trends = {window: trend_of(past, NOW_MS, size_ns) for window, size_ns in WINDOWS.items()}
    return with_trends(report_of(make_facts()), {("ledger", "api"): trends})


def test_people_see_a_day_a_week_and_a_trend() -> None:
    """Availability as a share, the latency as bars; a check without a history has nothing to show."""
    lines = render(with_history(), OutputFormat.TABLE, View()).splitlines()

    rows = {line.split()[0]: line.split() for line in lines if "/" not in line}
    assert rows["SERVICE"] == [
        "SERVICE",
        "CHECK",
        "STATE",
        "LATENCY",
        "ATTEMPTS",
        "24H",
        "7D",
        "LATENCY_24H",
        "DETAIL",
    ]
    assert rows["ledger"][5:8] == ["100%", "66.67%", "·········█·█"]
    assert rows["gateway"][5:8] == ["<none>", "<none>", "<none>"]


def test_programs_read_the_numbers() -> None:
    """With those of the window before, to compare."""
    ledger = next(item for item in with_history().items if item["service"] == "ledger")

    history = ledger["history"]
    assert isinstance(history, dict)
    day = history["24h"]
    assert {key: day[key] for key in ("count", "availability", "p50_ms", "p95_ms")} == {
        "count": 2,
        "availability": 1.0,
        "p50_ms": 20.0,
        "p95_ms": 20.0,
    }
    assert day["before"] == {"count": 1, "availability": 0.0, "p50_ms": None, "p95_ms": None}
    assert day["latency_trend_ms"] == [*[None] * 9, 20.0, None, 20.0]
