"""The health of a shop, in which everything has something to show."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import trustme

from tiktoktoe_cli.expressions.conditions import ConditionOutcome, ConditionResult
from tiktoktoe_cli.health import Attempt, CheckResult, Demand, HealthFacts, HealthState, ServiceHealth
from tiktoktoe_cli.health.documents import HealthDocument, Part
from tiktoktoe_cli.health.facts import Expectation
from tiktoktoe_cli.transport import Timing, TlsSession

MS = 1_000_000
CHAIN_DAYS = 30
_TOTAL = Timing(total_ns=3 * MS)


def make_result(
    name: str = "api", state: HealthState = HealthState.HEALTHY, timing: Timing = _TOTAL, **rest: Any
) -> CheckResult:
    """Make the result of an http check that was tried once."""
    detail = rest.pop("detail", "")
    attempts = rest.pop("attempts", (Attempt(state, detail, timing.total_ns),))
    return CheckResult(name, rest.pop("kind", "http"), state, detail, "", timing, attempts=attempts, **rest)


def expectation(
    text: str,
    outcome: ConditionOutcome = ConditionOutcome.HELD,
    demand: Demand = Demand.EXPECT,
    **saw: Any,
) -> Expectation:
    """Make an expectation of which this has become."""
    return Expectation(demand, ConditionResult(text, outcome, saw))


def slow() -> CheckResult:
    """Make the result of a check that took 400 ms, and was not satisfied until its third attempt."""
    timing = Timing(
        400 * MS, dns_ns=4 * MS, connect_ns=16 * MS, tls_ns=40 * MS, ttfb_ns=320 * MS, transfer_ns=20 * MS
    )
    late = 'timing.total < duration("300ms")'
    failed = Attempt(HealthState.UNHEALTHY, "connection refused", 3 * MS)
    parts = (Part("db", HealthState.HEALTHY), Part("cache", HealthState.UNHEALTHY, "no connection to redis"))
    return make_result(
        state=HealthState.DEGRADED,
        timing=timing,
        detail=f"`{late}` does not hold",
        expectations=(
            expectation("status == 200"),
            expectation(late, ConditionOutcome.BROKEN, Demand.WARN, **{"timing.total": "400ms"}),
        ),
        attempts=(failed, failed, Attempt(HealthState.DEGRADED, f"`{late}` does not hold", 400 * MS)),
        target="http://10.0.0.4/health",
        document=HealthDocument("health+json", HealthState.DEGRADED, parts, "cache is down"),
        session=TlsSession("TLSv1.3", "TLS_AES_128_GCM_SHA256", (certificate(),), is_verified=True),
        is_tls_read=True,
    )


@cache
def certificate() -> bytes:
    """Make a certificate that ends thirty days after noon of the fourth of May 2026."""
    ends = datetime(2026, 5, 4, 12, tzinfo=UTC) + timedelta(days=CHAIN_DAYS)
    issued = trustme.CA().issue_cert("payments.example", not_after=ends, not_before=ends - timedelta(days=90))
    return ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())


def make_facts() -> HealthFacts:
    """Make a shop where the ledger fails, two suffer, one is slow, one is worked on and one has no check."""
    fails: dict[str, Any] = {"state": HealthState.UNHEALTHY, "detail": "connection refused"}
    services = (
        ServiceHealth(
            "gateway", HealthState.UNREACHABLE, (make_result(**fails),), cause=("ledger",), group="edge"
        ),
        ServiceHealth(
            "orders",
            HealthState.UNREACHABLE,
            (make_result(**fails), make_result("db", kind="postgres")),
            cause=("ledger",),
            group="core",
        ),
        ServiceHealth(
            "payments",
            HealthState.DEGRADED,
            (slow(), make_result("certificate", kind="tls")),
            group="core",
        ),
        ServiceHealth(
            "ledger",
            HealthState.UNHEALTHY,
            (make_result(**fails),),
            affected=("gateway", "orders"),
            group="core",
        ),
        ServiceHealth("search", HealthState.MAINTENANCE, (make_result(**fails),)),
        ServiceHealth("mail", HealthState.SKIPPED, (make_result("smtp", HealthState.SKIPPED, attempts=()),)),
        ServiceHealth("tracing", HealthState.SKIPPED, ()),
    )
    return HealthFacts(services, 5000 * MS)
