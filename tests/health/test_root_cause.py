from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.health.making import make_graph, services_in
from tiktoktoe_cli.health import HealthFacts, HealthState, ServiceHealth
from tiktoktoe_cli.health.root_cause import explain, state_of_check

UP, DOWN, SLOW, NONE = (
    HealthState.HEALTHY,
    HealthState.UNHEALTHY,
    HealthState.DEGRADED,
    HealthState.SKIPPED,
)
LOST = HealthState.UNREACHABLE


def explained(needs: dict[str, Any], **states: HealthState) -> dict[str, tuple[HealthState, tuple[str, ...]]]:
    """Explain services and return state and cause by name."""
    services = explain(services_in(**states), make_graph(**needs))
    return {name: (service.state, service.cause) for name, service in services.items()}


def test_one_cause_and_what_hangs_on_it() -> None:
    """Of three services that fail in a row, the last is the cause, and the others cannot be reached."""
    services = explain(
        services_in(gateway=DOWN, orders=DOWN, payments=DOWN, catalog=UP),
        make_graph(gateway=["orders", "catalog"], orders=["payments"], payments=[], catalog=[]),
    )

    assert {name: one.state for name, one in services.items()} == {
        "gateway": LOST,
        "orders": LOST,
        "payments": DOWN,
        "catalog": UP,
    }
    assert services["gateway"].cause == ("payments",)
    assert services["payments"].cause == ()
    assert services["payments"].affected == ("gateway", "orders")


def test_a_service_can_suffer_from_two() -> None:
    """Both causes are named, in the order of the system."""
    assert explained({"a": ["b", "c"], "b": [], "c": []}, a=DOWN, b=DOWN, c=DOWN)["a"] == (LOST, ("b", "c"))


def test_a_failure_above_a_healthy_service_is_its_own() -> None:
    """A service in between that works breaks the chain."""
    assert explained({"a": ["b"], "b": ["c"], "c": []}, a=DOWN, b=UP, c=DOWN) == {
        "a": (DOWN, ()),
        "b": (SLOW, ("c",)),
        "c": (DOWN, ()),
    }


def test_a_service_without_checks_passes_the_question_on() -> None:
    """What is not checked hides no cause, and is itself not judged."""
    assert explained({"a": ["b"], "b": ["c"], "c": []}, a=DOWN, b=NONE, c=DOWN) == {
        "a": (LOST, ("c",)),
        "b": (NONE, ("c",)),
        "c": (DOWN, ()),
    }


def test_optional_and_soft_dependencies_only_degrade() -> None:
    """What a service can do without excuses no failure, but is told."""
    needs = {
        "a": {"b": {"required": False}},
        "c": {"b": {"kind": "soft"}},
        "d": {"b": {"kind": "soft"}},
        "b": [],
    }

    assert explained(needs, a=UP, c=UP, d=DOWN, b=DOWN) == {
        "a": (SLOW, ("b",)),
        "c": (SLOW, ("b",)),
        "d": (DOWN, ()),
        "b": (DOWN, ()),
    }


def test_an_unreachable_dependency_degrades_by_its_cause() -> None:
    """Who works without something that cannot be reached is told whose fault it is."""
    needs = {"a": {"b": {"kind": "soft"}}, "b": ["c"], "c": []}

    assert explained(needs, a=UP, b=DOWN, c=DOWN)["a"] == (SLOW, ("c",))


def test_runtime_dependencies_count() -> None:
    """A call at run time is a need like one at the start."""
    assert explained({"a": {"b": {"kind": "runtime"}}, "b": []}, a=DOWN, b=DOWN)["a"] == (LOST, ("b",))


@pytest.mark.parametrize("condition", ["completed", "completed_successfully"])
def test_a_job_that_had_to_end_once_is_not_needed_any_more(condition: str) -> None:
    """Who waited for the end of a job works on without it, and if it fails, that is its own failure."""
    needs = {"orders": {"migration": {"condition": condition}}, "migration": []}

    assert explained(needs, orders=UP, migration=DOWN)["orders"] == (UP, ())
    assert explained(needs, orders=DOWN, migration=DOWN)["orders"] == (DOWN, ())


def test_a_job_that_is_called_is_needed() -> None:
    """A condition orders starts: of a call or a soft dependency it says nothing."""
    needs = {
        "a": {"c": {"kind": "runtime", "condition": "completed"}},
        "b": {"c": {"kind": "soft", "condition": "completed"}},
        "c": [],
    }

    found = explained(needs, a=DOWN, b=UP, c=DOWN)

    assert (found["a"], found["b"]) == ((LOST, ("c",)), (SLOW, ("c",)))


def test_in_a_circle_all_are_causes() -> None:
    """Services that need each other and all fail are not explained away."""
    circle = {"a": {"b": {"kind": "runtime"}}, "b": {"a": {"kind": "runtime"}}, "c": ["a"]}

    assert explained(circle, a=DOWN, b=DOWN, c=DOWN) == {
        "a": (DOWN, ()),
        "b": (DOWN, ()),
        "c": (LOST, ("a", "b")),
    }


def test_a_circle_can_hang_on_something_else() -> None:
    """If something below a circle fails, that is the cause, and not the circle."""
    circle = {"a": {"b": {"kind": "runtime"}}, "b": {"a": {"kind": "runtime"}, "c": {}}, "c": []}

    assert explained(circle, a=DOWN, b=DOWN, c=DOWN) == {
        "a": (LOST, ("c",)),
        "b": (LOST, ("c",)),
        "c": (DOWN, ()),
    }


def test_a_name_that_no_service_has_is_passed_over() -> None:
    """A dependency that does not exist is the graph's problem, not a cause."""
    assert explained({"a": ["ghost"]}, a=DOWN) == {"a": (DOWN, ())}


@st.composite
def systems(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, HealthState]]:
    """Make a system of a few services with any dependencies, circles too, in any states."""
    names = [f"s{number}" for number in range(draw(st.integers(1, 7)))]
    kinds = st.sampled_from([{}, {"kind": "runtime"}, {"kind": "soft"}, {"required": False}])
    needs = {name: draw(st.dictionaries(st.sampled_from(names), kinds, max_size=3)) for name in names}
    states = {name: draw(st.sampled_from([UP, SLOW, DOWN, HealthState.ERROR, NONE])) for name in names}
    return needs, states


@given(systems())
def test_causes_are_consistent(system: tuple[dict[str, Any], dict[str, HealthState]]) -> None:
    """Causes fail by themselves, are needed by whom they affect, and what fails has a cause or is one."""
    needs, states = system
    graph = make_graph(**needs)

    services = explain(services_in(**states), graph)

    for name, service in services.items():
        assert service.state.is_failing == states[name].is_failing
        assert (service.state is LOST) == (states[name].is_failing and bool(service.cause))
        for cause in service.cause:
            assert states[cause].is_failing
            assert services[cause].cause == ()
            assert cause in graph.closure_of([name])
            assert name in services[cause].affected
        for affected in service.affected:
            assert name in services[affected].cause
    failing = [name for name in states if states[name].is_failing]
    assert bool(failing) == any(
        services[name].state.is_failing and not services[name].cause for name in failing
    )


def maintained(needs: dict[str, Any], *names: str, **states: HealthState) -> dict[str, HealthState]:
    """Explain services, some of which are worked on."""
    services = explain(services_in(**states), make_graph(**needs), names)
    return {name: service.state for name, service in services.items()}


def test_what_is_worked_on_may_fail() -> None:
    """Its failure is expected; what fails because of it is down all the same, and may have a fault of its own."""
    needs = {"a": ["b"], "b": ["c"], "c": []}

    assert maintained(needs, "c", a=DOWN, b=DOWN, c=DOWN) == {
        "a": LOST,
        "b": LOST,
        "c": HealthState.MAINTENANCE,
    }
    assert maintained(needs, "b", a=DOWN, b=DOWN, c=DOWN) == {
        "a": LOST,
        "b": HealthState.MAINTENANCE,
        "c": DOWN,
    }


def test_planned_work_that_others_fail_of_is_named() -> None:
    """A service in maintenance is a cause as soon as something fails because of it, and not before."""
    needs = {"a": ["c"], "b": {"c": {"required": False}}, "c": []}

    failing = explain(services_in(a=DOWN, b=UP, c=DOWN), make_graph(**needs), {"c"})
    working = explain(services_in(a=UP, b=UP, c=DOWN), make_graph(**needs), {"c"})

    assert (failing["a"].cause, failing["a"].planned) == (("c",), ("c",))
    assert failing["c"].affected == ("a",)
    assert [one.name for one in HealthFacts(tuple(failing.values()), 0).causes] == ["c"]
    assert not HealthFacts(tuple(failing.values()), 0).is_healthy
    assert HealthFacts(tuple(working.values()), 0).causes == ()


def test_work_on_one_excuses_no_other() -> None:
    """A second cause that nobody works on stays one, and what works is not touched."""
    needs = {"a": ["b", "c"], "b": [], "c": []}

    assert maintained(needs, "b", a=DOWN, b=DOWN, c=DOWN)["a"] is LOST
    assert maintained(needs, "b", a=UP, b=UP, c=UP) == {"a": UP, "b": UP, "c": UP}
    assert maintained(needs, "b", a=SLOW, b=DOWN, c=UP)["a"] is SLOW


def test_planned_work_degrades_nobody() -> None:
    """What works without a service that is worked on is as it was seen; without any other, it is degraded."""
    needs = {"a": {"b": {"required": False}}, "b": {}}

    services = explain(services_in(a=UP, b=DOWN), make_graph(**needs), {"b"})
    assert (services["a"].state, services["a"].cause) == (UP, ())
    assert maintained(needs, a=UP, b=DOWN)["a"] is SLOW


@pytest.mark.parametrize(
    ("service", "cause", "own", "shown"),
    [
        (HealthState.UNHEALTHY, (), HealthState.UNHEALTHY, HealthState.UNHEALTHY),
        (HealthState.UNHEALTHY, (), HealthState.HEALTHY, HealthState.HEALTHY),
        (HealthState.UNREACHABLE, ("b",), HealthState.UNHEALTHY, HealthState.UNREACHABLE),
        (HealthState.UNREACHABLE, ("b",), HealthState.HEALTHY, HealthState.HEALTHY),
        (HealthState.DEGRADED, ("b",), HealthState.HEALTHY, HealthState.HEALTHY),
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
    assert state_of_check(ServiceHealth("a", service, (), cause), own) is shown
