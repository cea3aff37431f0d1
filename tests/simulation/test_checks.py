"""What is wrong with a scenario is found before it runs, each problem at its place."""

from dataclasses import replace
from typing import Any

import pytest

from tests.simulation.systems import FAST, by_name, policy, scenario, service
from tiktoktoe_cli.errors import Place
from tiktoktoe_cli.simulation import SimulatedCall, check_scenario

GATEWAY = service("gateway", FAST, ("payments",))
PAYMENTS = service("payments", FAST)


def findings(services: tuple[Any, ...] = (GATEWAY, PAYMENTS), **words: Any) -> list[tuple[str, str, str]]:
    """Check a scenario; a place shows the path that it was asked for."""

    def place(*path: str | int) -> Place:
        return Place("/".join(map(str, path)), 1, 1)

    problems = check_scenario(
        "brownout", scenario(**words), by_name(*services), {"default": policy({"retry": {}})}, place
    )
    return [(one.severity.value, one.code, one.place.file if one.place else "") for one in problems]


def test_a_sound_scenario_has_no_problems() -> None:
    """Nothing is found where everything is known and timed."""
    assert findings(policy="default") == []


FAULT = {"at": "1s", "for": "2s", "kill": True}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (
            {"traffic": {"getaway": {"constant": "1/s"}, "gateway": {"constant": "1/s"}}},
            ("error", "unknown-name", "simulations/brownout/traffic/getaway"),
        ),
        (
            {"faults": [FAULT | {"on": "gateway"}, FAULT | {"on": "payment"}]},
            ("error", "unknown-name", "simulations/brownout/faults/1/on"),
        ),
        (
            {"faults": [FAULT | {"on": "payments", "at": "10s"}]},
            ("error", "fault-too-late", "simulations/brownout/faults/0/at"),
        ),
        ({"policy": "defualt"}, ("error", "unknown-name", "simulations/brownout/policy")),
    ],
)
def test_a_mistake_in_the_scenario_is_found(words: dict[str, Any], found: tuple[str, str, str]) -> None:
    """Unknown services and policies, and faults that would never begin, are errors where they are written."""
    assert findings(**words) == [found]


def test_a_misspelt_service_gets_a_hint() -> None:
    """The nearest name is proposed."""
    settings = scenario(faults=[FAULT | {"on": "payment"}])

    (problem,) = check_scenario("brownout", settings, by_name(GATEWAY, PAYMENTS), {}, lambda *_: None)

    assert (problem.message, problem.hint) == ("`services` has no `payment`", "did you mean `payments`?")


def test_calls_in_a_circle_are_refused() -> None:
    """Services that call each other would never answer."""
    circle = (service("gateway", FAST, ("a",)), service("a", FAST, ("b",)), service("b", FAST, ("a",)))

    (found,) = findings(circle)

    assert found[:2] == ("error", "call-cycle")
    assert found[2] in {"services/a/depends_on/b", "services/b/depends_on/a"}


def test_a_dependency_that_is_no_service_is_found() -> None:
    """A call needs somebody to answer it."""
    assert findings((GATEWAY,)) == [("error", "unknown-name", "services/gateway/depends_on/payments")]


def test_a_dependencys_unknown_policy_is_found() -> None:
    """A policy that a dependency names must exist."""
    gateway = replace(GATEWAY, calls=(SimulatedCall("payments", "none-such"),))

    assert findings((gateway, PAYMENTS)) == [
        ("error", "unknown-name", "services/gateway/depends_on/payments/policy")
    ]


def test_what_makes_results_doubtful_is_a_warning() -> None:
    """A service without a service time, and a fault that nobody notices, do not stop the run."""
    found = findings(
        (GATEWAY, service("payments"), service("island", FAST)), faults=[FAULT | {"on": "island"}]
    )

    assert found == [
        ("warning", "fault-unreached", "simulations/brownout/faults/0/on"),
        ("warning", "no-performance", "services/payments"),
    ]
