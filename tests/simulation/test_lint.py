"""Policies that are right one by one are asked what they do together along the calls of a system."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.simulation.systems import by_name, policy, scenario, service
from tiktoktoe_cli.errors import Place, Problem
from tiktoktoe_cli.simulation import SimulatedCall, SimulatedService
from tiktoktoe_cli.simulation.lint import lint_calls, lint_rates

POLICIES = {
    "three": policy({"retry": {"max_attempts": 3}}),
    "four": policy({"retry": {"max_attempts": 4}}),
    "budgeted": policy({"retry": {"max_attempts": 4, "budget": {"finagle": {}}}}),
    "hedged": policy(
        {"retry": {"max_attempts": 4, "budget": {"finagle": {}}}},
        {"hedging": {"delay": "1s", "max_hedges": 2}},
    ),
    "brief": policy({"timeout": "1s"}),
    "long": policy({"retry": {"max_attempts": 2, "base": "1s", "cap": "1s"}}, {"timeout": "2s"}),
    "timed": policy({"circuit_breaker": {"window": {"time": "10s"}, "minimum_calls": 10}}),
}


def place(*path: str | int) -> Place:
    """Name the path as a file."""
    return Place(".".join(map(str, path)), 1, 1)


def caller(name: str, **calls: str | None) -> SimulatedService:
    """Describe a service that calls others, each under a policy."""
    return replace(
        service(name), calls=tuple(SimulatedCall(target, policy) for target, policy in calls.items())
    )


def found(*services: SimulatedService) -> list[Problem]:
    """Lint the calls of some services."""
    return list(lint_calls(by_name(*services), POLICIES, {}, place))


def test_attempts_along_a_path_multiply() -> None:
    """Three attempts of four attempts are twelve, told where the first retry is."""
    (problem,) = found(caller("a", b="three"), caller("b", c=None), caller("c", d="four"), service("d"))

    assert problem.code == "retry-storm"
    assert problem.message == "one request may become 12 attempts along a → b → c → d: 3 x 1 x 4"
    assert problem.place == place("services", "a", "depends_on", "b")


def test_ten_attempts_are_not_yet_a_storm() -> None:
    """Three times three are nine."""
    assert found(caller("a", b="three"), caller("b", c="three"), service("c")) == []


def test_a_budget_calms_the_storm() -> None:
    """The advice is taken: retries that a budget bounds do not multiply, but their hedges do."""
    assert found(caller("a", b="four"), caller("b", c="budgeted"), service("c")) == []

    (problem,) = found(caller("a", b="four"), caller("b", c="hedged"), service("c"))

    assert "12 attempts along a → b → c: 4 x 3" in problem.message


def test_the_path_with_the_most_attempts_is_told() -> None:
    """Of two ways through the system, the worse one counts."""
    (problem,) = found(
        caller("a", b="four", x="three"), caller("b", c="four"), caller("x", c="four"), service("c")
    )

    assert "16 attempts along a → b → c" in problem.message


def test_a_large_system_is_looked_through_at_once() -> None:
    """Forty services in a row, each with two ways to the next: 2⁴⁰ paths, and one answer."""
    layers = [
        caller(f"{side}{n}", **{f"a{n + 1}": None, f"b{n + 1}": None}) for n in range(40) for side in "ab"
    ]

    assert found(*layers, service("a40"), service("b40")) == []


def test_a_call_that_outlasts_its_caller_is_told() -> None:
    """Two attempts of 2 s with a wait of 1 s take 5 s, and the caller's caller is gone after 1 s."""
    (problem,) = found(caller("a", b="brief"), caller("b", c="long"), service("c"))

    assert problem.code == "outlasts-caller"
    assert problem.message == "`b` may try `c` for 5s, but `a` gives `b` up after 1s"


def test_calls_that_name_no_policy_go_through_the_default_one() -> None:
    """The policy `default` protects them in the simulation, and so it multiplies attempts."""
    services = by_name(caller("a", b="four"), caller("b", c=None), service("c"))

    (problem,) = lint_calls(services, {**POLICIES, "default": POLICIES["three"]}, {}, place)

    assert problem.message == "one request may become 12 attempts along a → b → c: 4 x 3"


def test_what_a_scenarios_policy_does_is_told_of_the_scenario() -> None:
    """Only in `stormy` the second call is retried too; what is doubtful anyway is told once."""
    services = by_name(caller("a", b="four"), caller("b", c=None), service("c"))
    traffic = {"traffic": {"a": {"constant": "1/s"}}}
    scenarios = {"calm": scenario(**traffic), "stormy": scenario(**traffic, policy="three")}

    (problem,) = lint_calls(services, POLICIES, scenarios, place)

    assert problem.message == "in `stormy`, one request may become 12 attempts along a → b → c: 4 x 3"


def test_calls_in_a_cycle_are_left_to_the_graph() -> None:
    """Where a path never ends there is nothing to multiply."""
    assert found(caller("a", b="four"), caller("b", a="four")) == []


def rated(rate: str, **words: Any) -> list[Problem]:
    """Lint a scenario whose gateway calls `b` under a breaker with a window of 10 s that wants 10 calls."""
    services = by_name(caller("gateway", b="timed"), service("b"))
    settings = scenario(traffic={"gateway": {"constant": rate}}, **words)
    return list(lint_rates("calm", settings, services, POLICIES, place))


def test_a_breaker_that_sees_too_few_calls_is_told() -> None:
    """At one call in two seconds, ten seconds hold five."""
    (problem,) = rated("0.5/s")

    assert problem.code == "minimum-unreachable"
    assert "at the 0.5/s of `calm`" in problem.message
    assert problem.place == place("resilience", "timed", 0, "circuit_breaker")


def test_a_breaker_that_sees_enough_calls_is_fine() -> None:
    """At two calls a second, ten seconds hold twenty."""
    assert rated("2/s") == []
