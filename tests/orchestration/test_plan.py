"""What is started, what it waits for, and what the run can do without."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph.systems import build_graph
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.graph import Condition, Graph
from tiktoktoe_cli.graph.abilities import Abilities
from tiktoktoe_cli.graph.settings import ServiceSettings
from tiktoktoe_cli.graph.starting.plan import StartCycleError
from tiktoktoe_cli.orchestration.plan import Plan, StartLimit, Wait, make_plan
from tiktoktoe_cli.orchestration.settings import OrchestrationSettings
from tiktoktoe_cli.orchestration.states import Role

SECOND = 1_000_000_000
SETTINGS = OrchestrationSettings()


def graph(**depends_on: dict[str, Any]) -> Graph:
    """Build the graph of services with these dependencies."""
    settings = {
        name: ServiceSettings.model_validate({"depends_on": dependencies})
        for name, dependencies in depends_on.items()
    }
    return build_graph(settings)


def planned(**depends_on: dict[str, Any]) -> Plan:
    """Plan services that are all started and checked."""
    return make_plan(graph(**depends_on), Abilities(depends_on, depends_on), SETTINGS)


def optional(plan: Plan) -> set[str]:
    """Name the services that the run can do without."""
    return {service.name for service in plan.services.values() if not service.is_essential}


def test_only_start_edges_are_waited_for() -> None:
    """A call at run time and a soft edge order nothing."""
    plan = planned(a={}, b={}, c={}, d={"a": None, "b": {"kind": "runtime"}, "c": {"kind": "soft"}})

    assert plan.services["d"].waits == (Wait("a"),)


def test_a_wait_says_for_what_and_how_long() -> None:
    """The condition, the duty and the limit of an edge are those of the wait."""
    plan = planned(a={}, b={"a": {"condition": "started", "required": False, "timeout": "10s"}})

    wait = Wait("a", Condition.STARTED, required=False, timeout_ns=10 * SECOND)
    assert plan.services["b"].waits == (wait,)


def test_a_limit_that_cannot_matter_is_left_out() -> None:
    """A service never starts for longer than the minute it has by default: the wait needs no limit of its own."""
    plan = planned(a={}, b={"a": {"timeout": "60s"}})

    assert plan.services["b"].waits[0].timeout_ns is None


def test_services_stand_in_an_order_in_which_they_could_start() -> None:
    """Each comes after all it waits for, with the number of its wave."""
    plan = planned(edge={"core": None}, core={"store": None}, store={}, other={})

    assert [(name, service.wave) for name, service in plan.services.items()] == [
        ("other", 1),
        ("store", 1),
        ("core", 2),
        ("edge", 3),
    ]
    assert plan.dependents == {"other": (), "store": ("core",), "core": ("edge",), "edge": ()}


def test_a_cycle_has_no_order() -> None:
    """Services that wait for each other are refused, with the way around."""
    with pytest.raises(StartCycleError, match="`a`"):
        planned(a={"b": None}, b={"a": None})


def test_the_role_follows_from_actions_and_checks() -> None:
    """What we start, what somebody else runs but can be checked, and what is taken for granted."""
    plan = make_plan(
        graph(ours={}, theirs={}, given={}), Abilities(checked={"ours", "theirs"}, started={"ours"}), SETTINGS
    )

    roles = {name: service.role for name, service in plan.services.items()}
    assert roles == {"ours": Role.STARTED, "theirs": Role.AWAITED, "given": Role.ASSUMED}


def test_a_service_scaled_to_nothing_is_not_started() -> None:
    """With 0 replicas a service is neither started nor awaited."""
    settings = {"off": ServiceSettings(replicas=0)}

    plan = make_plan(build_graph(settings), Abilities({"off"}, {"off"}), SETTINGS)

    assert plan.services["off"].role is Role.ASSUMED
    assert plan.started == ()


def test_services_that_nobody_needs_by_force_are_optional() -> None:
    """Soft edges and edges that are not required do not make their target essential; having no dependents does."""
    plan = planned(
        top={
            "soft": {"kind": "soft"},
            "nice": {"required": False},
            "call": {"kind": "runtime"},
            "must": None,
        },
        soft={},
        nice={},
        call={},
        must={},
    )

    assert optional(plan) == {"soft", "nice"}


def test_what_an_optional_service_must_have_is_essential() -> None:
    """A required edge makes its target essential, whoever wants it: an outage behind it is never overlooked."""
    plan = planned(worker={"web": {"required": False}}, web={"api": None}, api={})

    assert optional(plan) == {"web"}


def test_one_required_edge_makes_a_service_essential() -> None:
    """That others can do without it changes nothing."""
    plan = planned(a={"shared": {"required": False}}, b={"shared": None}, shared={})

    assert optional(plan) == set()


def test_a_service_has_as_long_as_the_least_patient_of_those_that_must_have_it() -> None:
    """The first required wait for its health that runs out is its limit, and the setting to raise is named."""
    plan = planned(
        quick={"store": {"timeout": "10s"}},
        quicker={"store": {"timeout": "5s", "required": False}},
        quickest={"store": {"timeout": "1s", "condition": "started"}},
        slow={"store": {"timeout": "5m"}},
        store={},
    )

    assert plan.services["store"].limit == StartLimit(
        Duration.of(10), "services.quick.depends_on.store.timeout"
    )
    assert plan.services["quick"].limit == StartLimit(Duration.of(60), "orchestration.start_timeout")


def test_that_a_service_of_somebody_else_was_started_shows_in_its_health() -> None:
    """Nobody launches it, so a wait for its start limits its health."""
    dependencies = graph(core={"theirs": {"condition": "started", "timeout": "5s"}}, theirs={})

    plan = make_plan(dependencies, Abilities(checked={"theirs"}, started={"core"}), SETTINGS)

    assert plan.services["theirs"].limit.timeout == Duration.of(5)


def test_an_end_that_is_waited_for_is_planned_with_the_strictest_condition() -> None:
    """One who needs it to end well is enough; nobody's end matters unless somebody waits for it."""
    plan = planned(
        migrate={},
        seed={},
        core={"migrate": {"condition": "completed"}, "seed": {"condition": "completed"}},
        jobs={"migrate": {"condition": "completed_successfully"}},
    )

    ends = {name: service.awaited_end for name, service in plan.services.items()}
    assert ends == {
        "migrate": Condition.COMPLETED_SUCCESSFULLY,
        "seed": Condition.COMPLETED,
        "core": None,
        "jobs": None,
    }


def test_who_must_have_its_end_limits_how_long_it_may_take() -> None:
    """A migration that is waited for 10 s has 10 s."""
    plan = planned(migrate={}, core={"migrate": {"condition": "completed", "timeout": "10s"}})

    assert plan.services["migrate"].limit.timeout == Duration.of(10)


def test_what_can_be_done_with_a_service_is_planned() -> None:
    """Its line and its rollback are those of its actions."""
    abilities = Abilities(started={"core"}, ready_line={"core"}, rollback={"core"})

    core = make_plan(graph(core={}), abilities, SETTINGS).services["core"]

    assert (core.is_checked, core.has_ready_line, core.can_roll_back) == (False, True, True)


def test_services_that_need_each_other_are_essential() -> None:
    """A circle of calls has no top, and is not optional for that."""
    plan = planned(seat={"travel": {"kind": "runtime"}}, travel={"seat": {"kind": "runtime"}})

    assert optional(plan) == set()
