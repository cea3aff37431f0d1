"""What is wrong with a scenario is found before it runs, each problem at its place."""

from typing import Any

import pytest

from tests.simulation.systems import FAST, by_name, policy, scenario, service
from tiktoktoe_cli.errors import Place
from tiktoktoe_cli.simulation import check_scenario, undefined_calls

GATEWAY = service("gateway", FAST, ("payments",))
PAYMENTS = service("payments", FAST)


POLICIES = {
    "fixed": policy({"fallback": {"value": "none"}}),
    "other": policy({"retry": {}}, {"fallback": {"request": "status"}}),
}


def findings(services: tuple[Any, ...] = (GATEWAY, PAYMENTS), **words: Any) -> list[tuple[str, str, str]]:
    """Check a scenario; a place shows the path that it was asked for."""

    def place(*path: str | int) -> Place:
        return Place("/".join(map(str, path)), 1, 1)

    known = by_name(*services)
    problems = (
        *undefined_calls(scenario(**words), known, place),
        *check_scenario("brownout", scenario(**words), known, place, POLICIES),
    )
    return [(one.severity.value, one.code, one.place.file if one.place else "") for one in problems]


def test_a_sound_scenario_has_no_problems() -> None:
    """Nothing is found where everything is known and timed."""
    assert findings() == []


FAULT = {"at": "1s", "for": "2s", "kill": True}


def test_a_fault_after_the_end_is_an_error() -> None:
    """It would never begin."""
    assert findings(faults=[FAULT | {"on": "payments", "at": "10s"}]) == [
        ("error", "fault-too-late", "simulations/brownout/faults/0/at")
    ]


def test_calls_in_a_circle_are_refused() -> None:
    """Services that call each other would never answer."""
    circle = (service("gateway", FAST, ("a",)), service("a", FAST, ("b",)), service("b", FAST, ("a",)))

    (found,) = findings(circle)

    assert found[:2] == ("error", "call-cycle")
    assert found[2] in {"services/a/depends_on/b", "services/b/depends_on/a"}


def test_a_dependency_that_is_no_service_is_told_once() -> None:
    """A call needs somebody to answer it; that its fault reaches nobody is only the consequence."""
    faults = [FAULT | {"on": "payment"}]

    found = findings((GATEWAY, service("payment", FAST)), faults=faults)

    assert found == [("error", "unknown-name", "services/gateway/depends_on/payments")]


def test_what_makes_results_doubtful_is_a_warning() -> None:
    """A service without a service time, and a fault that nobody notices, do not stop the run."""
    found = findings(
        (GATEWAY, service("payments"), service("island", FAST)), faults=[FAULT | {"on": "island"}]
    )

    assert found == [
        ("warning", "fault-unreached", "simulations/brownout/faults/0/on"),
        ("warning", "no-performance", "services/payments"),
    ]


@pytest.mark.parametrize(
    ("services", "policy", "found"),
    [
        (
            (GATEWAY, PAYMENTS),
            "other",
            [("warning", "fallback-assumed", "resilience/other/1/fallback/request")],
        ),
        ((GATEWAY, PAYMENTS), "fixed", []),
        ((PAYMENTS, service("gateway", FAST)), "other", []),  # nobody is called, so nothing is assumed
    ],
)
def test_a_fallback_to_another_request_is_told(
    services: tuple[Any, ...], policy: str, found: list[tuple[str, str, str]]
) -> None:
    """It answers at once in a simulation, and will hardly do so in earnest."""
    assert findings(services, policy=policy) == found
