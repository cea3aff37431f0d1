from __future__ import annotations

import pytest

from tests.health.answers import make_result
from tiktoktoe_cli.health import HealthFacts, HealthState, ServiceHealth
from tiktoktoe_cli.health.render.rows import Row, rows_of


@pytest.mark.parametrize(
    ("service", "cause", "own", "shown"),
    [
        (HealthState.UNHEALTHY, (), HealthState.UNHEALTHY, HealthState.UNHEALTHY),
        (HealthState.UNHEALTHY, (), HealthState.HEALTHY, HealthState.HEALTHY),
        (HealthState.UNREACHABLE, ("b",), HealthState.UNHEALTHY, HealthState.UNREACHABLE),
        (HealthState.UNREACHABLE, ("b",), HealthState.HEALTHY, HealthState.DEGRADED),
        (HealthState.UNREACHABLE, ("b",), HealthState.SKIPPED, HealthState.SKIPPED),
        (HealthState.MAINTENANCE, (), HealthState.UNHEALTHY, HealthState.MAINTENANCE),
        (HealthState.MAINTENANCE, (), HealthState.HEALTHY, HealthState.HEALTHY),
        (HealthState.MAINTENANCE, ("b",), HealthState.ERROR, HealthState.MAINTENANCE),
    ],
)
def test_a_check_is_shown_in_the_light_of_its_service(
    service: HealthState, cause: tuple[str, ...], own: HealthState, shown: HealthState
) -> None:
    """What it found may be somebody else's fault, or may be known to everybody."""
    row = Row(ServiceHealth("a", service, (), cause), make_result(state=own))

    assert row.state is shown


def test_says_on_whose_account() -> None:
    """The cause comes before what the check itself saw."""
    row = Row(
        ServiceHealth("a", HealthState.UNREACHABLE, (), ("b", "c")),
        make_result(state=HealthState.UNHEALTHY, detail="refused"),
    )

    assert row.detail == "because of `b` and `c`; refused"


def test_there_is_a_row_for_each_check() -> None:
    """In the order of the services and of their checks."""
    checks = (make_result("x"), make_result("y"))
    services = (ServiceHealth("a", HealthState.HEALTHY, checks), ServiceHealth("b", HealthState.SKIPPED, ()))

    assert [row.name for row in rows_of(HealthFacts(services, 0))] == ["a/x", "a/y"]
