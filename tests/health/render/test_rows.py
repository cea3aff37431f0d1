from __future__ import annotations

import pytest

from tests.health.answers import make_result
from tiktoktoe_cli.health import HealthFacts, HealthState, ServiceHealth
from tiktoktoe_cli.health.render.rows import Row, name_causes, rows_of


def test_says_on_whose_account() -> None:
    """The cause comes before what the check itself saw."""
    row = Row(
        ServiceHealth("a", HealthState.UNREACHABLE, (), ("b", "c")),
        make_result(state=HealthState.UNHEALTHY, detail="refused"),
    )

    assert row.detail == "because of `b` and `c`; refused"


def test_a_check_that_passes_blames_nobody() -> None:
    """That its service is degraded is not its own."""
    row = Row(ServiceHealth("a", HealthState.DEGRADED, (), ("b",)), make_result(detail="late"))

    assert (row.detail, row.cause) == ("late", ())


@pytest.mark.parametrize(
    ("causes", "planned", "told"),
    [
        (("a",), (), "`a`"),
        (("a",), ("a",), "`a`, which is in maintenance"),
        (("a", "b"), ("a", "b"), "`a` and `b`, which are in maintenance"),
        (("a", "b", "c"), ("b",), "`a`, `b` and `c`, of which `b` is in maintenance"),
    ],
)
def test_says_which_cause_is_planned(causes: tuple[str, ...], planned: tuple[str, ...], told: str) -> None:
    """Whoever reads it need not ask why that one is down."""
    assert name_causes(causes, planned) == told


def test_there_is_a_row_for_each_check() -> None:
    """In the order of the services and of their checks."""
    checks = (make_result("x"), make_result("y"))
    services = (ServiceHealth("a", HealthState.HEALTHY, checks), ServiceHealth("b", HealthState.SKIPPED, ()))

    assert [row.name for row in rows_of(HealthFacts(services, 0))] == ["a/x", "a/y"]
