"""Beside the verdict: what hangs on each cause, and where the time went."""

from __future__ import annotations

from typing import Any

from tiktoktoe_cli.health import CheckResult, HealthFacts, HealthState, ServiceHealth
from tiktoktoe_cli.health.render.remarks import remarks_of
from tiktoktoe_cli.transport import Timing

MS = 1_000_000


def checked(state: HealthState, detail: str = "", **phases_ns: int) -> CheckResult:
    """Make a result with these phases."""
    return CheckResult("api", "http", state, detail, "", Timing(9 * MS, **phases_ns))


def service(name: str, check: CheckResult, **more: Any) -> ServiceHealth:
    """Make a service that is as its one check."""
    return ServiceHealth(name, more.pop("state", check.state), (check,), **more)


def test_what_hangs_on_a_cause_is_named() -> None:
    """With what the cause itself said."""
    facts = HealthFacts(
        (
            service("web", checked(HealthState.UNHEALTHY), state=HealthState.UNREACHABLE, cause=("db",)),
            service("api", checked(HealthState.UNHEALTHY), state=HealthState.UNREACHABLE, cause=("db",)),
            service("db", checked(HealthState.UNHEALTHY, "it refused"), affected=("web", "api")),
        ),
        1,
    )

    assert remarks_of(facts) == ("`web` and `api` hang on `db`: it refused",)


def test_the_slowest_of_each_phase_is_named() -> None:
    """One line says where to look; a phase that nobody had, or that took no time, is left out."""
    facts = HealthFacts(
        (
            service("a", checked(HealthState.HEALTHY, dns_ns=MS, ttfb_ns=2 * MS)),
            service("b", checked(HealthState.HEALTHY, ttfb_ns=3 * MS, transfer_ns=0)),
        ),
        1,
    )

    assert remarks_of(facts) == ("slowest: dns 1ms of `a/api`, ttfb 3ms of `b/api`",)


def test_of_a_single_check_nothing_is_compared() -> None:
    """Its own latency stands in the table."""
    facts = HealthFacts((service("a", checked(HealthState.HEALTHY, ttfb_ns=MS)),), 1)

    assert remarks_of(facts) == ()
