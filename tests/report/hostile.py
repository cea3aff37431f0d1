"""One report that holds everything that breaks formats, for every test that draws."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from tiktoktoe_cli.errors import Place, Problem, Severity
from tiktoktoe_cli.report import (
    Case,
    CaseOutcome,
    Column,
    Metric,
    MetricKind,
    Report,
    Sample,
    Shows,
)

SECRET = "hunter2"  # noqa: S105  # not a password of anything

# every code point, surrogates included: JSON can bring them in
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


def mask(text: str) -> str:
    """Hide the one secret of the hostile report."""
    return text.replace(SECRET, "••••")


SOURCE = (
    "version: 1\n"
    "services:\r\n"
    "  payments:\r\n"
    "\ttimout: 2s\r\n"
    f"    password: {SECRET} # {SECRET}\n"
    "    名前: 日本語🎉 \x1b[31mred\n"
    f"    url: http://127.0.0.1/{'long/' * 40}HERE{'/more' * 20}\n"
)

PROBLEMS = (
    Problem(
        "duplicate-name", "`日本語` stands twice", Place("checks.yaml", 6, 9, 13), severity=Severity.WARNING
    ),
    Problem(
        "unknown-key",
        "unknown key `timout`",
        Place("checks.yaml", 4, 2, 8),
        hint="did you mean `timeout`?\nit takes a duration",
        related=(
            ("the service is here", Place("checks.yaml", 3, 3, 11)),
            ("schema", Place("other.yaml", 9, 1)),
        ),
    ),
    Problem("bad-password", f"`{SECRET}` is too short | \x1b[2J<b>", Place("checks.yaml", 5, 25, 32)),
    Problem("bad-url", "no such host", Place("checks.yaml", 7, 227, 231)),
    Problem("no-place", "no service is named `x`", hint="services: payments", severity=Severity.INFO),
)

REPORT = Report(
    command="health check",
    ok=False,
    verdict="2 of 4 services unhealthy in 1.2 s\x1b]0;owned\x07",
    summary={"services": 4, "unhealthy": 2, "availability": 0.5, "slowest_ms": float("nan"), "tags": []},
    items=[
        {
            "name": "payments",
            "state": "healthy",
            "timing": {"total_ms": 12.34},
            "rate": 0.995,
            "note": "plain",
            "version": "1.10",
        },
        {
            "name": "日本語🎉",
            "state": "unhealthy",
            "timing": {"total_ms": float("inf")},
            "note": f"a|b `c` <script> *d* {SECRET}",
            "version": "1e3",
        },
        {
            "name": "evil\x1b[31m\nname\u202e",
            "state": "unknown",
            "timing": {},
            "rate": 1,
            "note": "",
            "version": "NO",
        },
        {
            "name": "n" * 300,
            "state": "degraded",
            "timing": {"total_ms": 61_000},
            "note": "x " * 60,
            "version": None,
        },
    ],
    columns=(
        Column("name", "NAME"),
        Column("state", "STATE", shows=Shows.STATE),
        Column("timing.total_ms", "TIME", shows=Shows.MILLISECONDS),
        Column("rate", "RATE", shows=Shows.RATIO),
        Column("version", "VERSION", wide=True),
        Column("note", "NOTE"),
    ),
    problems=PROBLEMS,
    cases=(
        Case("payments", "api", CaseOutcome.PASSED, duration_s=0.0123),
        Case(
            "payments",
            "tls <&>",
            CaseOutcome.FAILED,
            f"expired\n\x1b[31m{SECRET}\x00",
            0.5,
            Place("a.yaml", 3, 1),
        ),
        Case("日本語🎉", "api", CaseOutcome.ERROR, "no route, 100% lost", 5.0),
        Case("日本語🎉", "dns", CaseOutcome.SKIPPED, "needs api"),
    ),
    metrics=(
        Metric(
            "tiktoktoe_up",
            MetricKind.GAUGE,
            'is it "up"?\nyes',
            samples=(Sample(1, (("service", 'a"b\\c\nd'),)),),
        ),
        Metric(
            "tiktoktoe_checks",
            MetricKind.COUNTER,
            "checks made",
            samples=(Sample(7), Sample(float("inf"), (("x", "y"),))),
        ),
        Metric(
            "tiktoktoe_probe_seconds",
            MetricKind.HISTOGRAM,
            "how long probes took",
            unit="seconds",
            samples=(
                Sample(3, (("le", "0.1"),), "_bucket"),
                Sample(4, (("le", "+Inf"),), "_bucket"),
                Sample(4, suffix="_count"),
                Sample(1.25, suffix="_sum"),
            ),
        ),
        Metric(
            "tiktoktoe_build", MetricKind.INFO, "which build", samples=(Sample(1, (("version", "0.1.0"),)),)
        ),
    ),
    next_steps=("tiktoktoe health explain payments",),
    started_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
)
