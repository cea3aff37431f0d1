"""In which order services start and stop."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.graph.systems import graph_of, graph_of_edges, random_edges, real_system
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.starting.plan import (
    Scope,
    Standing,
    StartCycleError,
    plan_start,
    plan_stop,
    start_waves,
    waves_if_any,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_a_service_starts_in_the_wave_after_its_last_dependency() -> None:
    """Waves count the longest chain of start edges; calls, soft edges and undefined names order nothing."""
    graph = graph_of(
        {
            "shop": {"depends_on": {"cart": {}, "redis": {}, "ghost": {}}},
            "cart": {"depends_on": {"redis": {"required": False}, "tracing": {"kind": "soft"}}},
            "redis": {"depends_on": {"shop": {"kind": "runtime"}}},
            "tracing": {},
        }
    )

    assert start_waves(graph) == (("redis", "tracing"), ("cart",), ("shop",))


@given(random_edges(acyclic=True))
def test_waves_are_the_topological_generations(drawn: tuple[list[str], list[tuple[str, str]]]) -> None:
    """The waves of any acyclic graph are networkx's generations."""
    names, edges = drawn
    oracle = nx.DiGraph((target, source) for source, target in edges)
    oracle.add_nodes_from(names)

    waves = start_waves(graph_of_edges(names, edges))

    assert waves == tuple(tuple(sorted(wave)) for wave in nx.topological_generations(oracle))


@pytest.mark.parametrize("name", ["online-boutique", "otel-demo-core", "robot-shop", "spring-petclinic"])
def test_real_systems_start_in_the_waves_that_were_counted(vectors: Path, name: str) -> None:
    """The waves of real systems have the sizes that were counted from their files."""
    index = json.loads((vectors / "graph" / "systems" / "INDEX.json").read_text())
    counted = next(system for system in index["systems"] if system["name"] == name)

    waves = start_waves(real_system(vectors, name))

    assert [len(wave) for wave in waves] == counted["wave_sizes"]
    assert list(waves[0]) == sorted(counted["wave_1"])


def test_a_cycle_has_no_order() -> None:
    """Who asks for the order of a cycle is told its path."""
    graph = graph_of_edges("abc", [("b", "c"), ("c", "a"), ("a", "b")])

    with pytest.raises(StartCycleError) as refused:
        start_waves(graph)

    assert refused.value.message == "no start order exists: `a` → `b` → `c` → `a`"
    assert waves_if_any(graph) is None


def test_a_service_that_waits_for_itself_has_no_order() -> None:
    """A service cannot start after itself."""
    graph = graph_of({"a": {"depends_on": {"a": {}}}})

    with pytest.raises(StartCycleError) as refused:
        start_waves(graph)

    assert refused.value.message == "no start order exists: `a` → `a`"
    assert waves_if_any(graph) is None


def test_a_chain_of_a_hundred_thousand_is_ordered() -> None:
    """A chain far beyond Python's recursion limit is put in order."""
    names = [f"s{number}" for number in range(100_000)]

    waves = start_waves(graph_of_edges(names, list(zip(names[1:], names, strict=False))))

    assert len(waves) == 100_000
    assert waves[-1] == ("s99999",)


SHOP = {
    "gateway": {"depends_on": {"orders": {}, "cart": {}, "ads": {"kind": "soft"}}},
    "orders": {"depends_on": {"ledger": {"required": False}, "mail": {"kind": "runtime"}}},
    "cart": {"depends_on": {"ledger": {}, "ghost": {}}},
    "ledger": {},
    "mail": {"depends_on": {"smtp": {}}},
    "smtp": {},
    "ads": {},
}


@given(random_edges(acyclic=True), st.none() | st.integers(1, 3))
def test_whoever_starts_has_all_it_waits_for_before_it(
    drawn: tuple[list[str], list[tuple[str, str]]], slots: int | None
) -> None:
    """The order respects every start edge and names every service once, however many may start at once."""
    names, edges = drawn

    order = plan_start(graph_of_edges(names, edges), slots=slots).order

    assert sorted(order) == sorted(names)
    assert all(order.index(target) < order.index(source) for source, target in edges)


@given(random_edges(acyclic=True))
def test_whoever_stops_has_all_its_dependents_before_it(
    drawn: tuple[list[str], list[tuple[str, str]]],
) -> None:
    """The order for stopping and its waves respect every start edge the other way round."""
    names, edges = drawn
    oracle = nx.DiGraph(edges)
    oracle.add_nodes_from(names)

    plan = plan_stop(graph_of_edges(names, edges))

    assert all(plan.order.index(source) < plan.order.index(target) for source, target in edges)
    assert plan.waves == tuple(tuple(sorted(wave)) for wave in nx.topological_generations(oracle))


def test_a_part_is_planned_with_all_that_it_needs() -> None:
    """What a service calls is part of it, soft dependencies and what nobody of them needs are not."""
    plan = plan_start(graph_of(SHOP), Scope(goals=("orders", "ads")))

    assert plan.waves == (("ads", "ledger", "smtp"), ("mail", "orders"))


def test_to_stop_a_service_all_that_need_it_stop_before() -> None:
    """The part to stop is who waits for it or requires it, directly or through others; who likes it stays up."""
    services = {
        "db": {},
        "orders": {"depends_on": {"db": {}}},
        "web": {"depends_on": {"orders": {"kind": "runtime"}}},
        "stats": {"depends_on": {"db": {"kind": "soft"}}},
        "mail": {},
    }

    plan = plan_stop(graph_of(services), Scope(goals=("db",)))

    assert set(plan.order) == {"db", "orders", "web"}
    assert plan.order.index("orders") < plan.order.index("db")


def test_a_call_that_it_can_do_without_is_no_part() -> None:
    """What a service waits for is part of it even if it is optional; an optional call is not."""
    services = {
        "a": {"depends_on": {"b": {"required": False}, "c": {"kind": "runtime", "required": False}}},
        "b": {},
        "c": {},
    }

    assert plan_start(graph_of(services), Scope(goals=("a",))).waves == (("b",), ("a",))


def test_what_is_left_out_is_taken_as_done() -> None:
    """Nobody waits for a service that is left out, and what only that one needs is left out with it."""
    plan = plan_start(graph_of(SHOP), Scope(goals=("orders", "cart"), without=("ledger", "mail")))

    assert plan.waves == (("cart", "orders"),)
    assert plan.standing_of("ledger") is Standing.LEFT_OUT
    assert plan.standing_of("ghost") is Standing.UNDEFINED
    assert plan.standing_of("cart") is Standing.PLANNED


def test_without_a_service_the_rest_of_the_system_is_planned() -> None:
    """Leaving out one service leaves out no other one."""
    plan = plan_start(graph_of(SHOP), Scope(without=("orders",)))

    assert sorted(plan.order) == ["ads", "cart", "gateway", "ledger", "mail", "smtp"]


def test_a_plan_tells_waits_and_what_they_unblock() -> None:
    """A service waits over its start edges, those to undefined names too; others wait for it over theirs."""
    plan = plan_start(graph_of(SHOP))

    assert [edge.target for edge in plan.waits_of("cart")] == ["ledger", "ghost"]
    assert plan.unblocks("ledger") == ("orders", "cart")
    assert all(edge.kind is EdgeKind.START for name in SHOP for edge in plan.waits_of(name))


def test_stopping_turns_waits_around() -> None:
    """To stop, a service waits for its dependents, and unblocks what it depends on."""
    plan = plan_stop(graph_of(SHOP))

    assert [edge.source for edge in plan.waits_of("ledger")] == ["orders", "cart"]
    assert plan.unblocks("cart") == ("ledger",)


@pytest.mark.parametrize("scope", [Scope(goals=("oders",)), Scope(without=("oders",))])
def test_a_scope_names_services(scope: Scope) -> None:
    """A name that no service has is refused, with the nearest one."""
    with pytest.raises(UsageError) as refused:
        plan_start(graph_of(SHOP), scope)

    assert refused.value.message == "unknown service: `oders`"
    assert refused.value.hint == "did you mean `orders`?"


@pytest.mark.parametrize("scope", [Scope(("orders",), without=("orders",)), Scope(without=tuple(SHOP))])
def test_a_scope_leaves_something_to_plan(scope: Scope) -> None:
    """Who leaves out all that was asked for made a slip: an empty plan would pass for a yes."""
    for make in (plan_start, plan_stop):
        with pytest.raises(UsageError, match="no service is left to plan"):
            make(graph_of(SHOP), scope)


def test_a_cycle_outside_of_the_scope_does_not_matter() -> None:
    """Only the services of a plan must have an order, to start as to stop."""
    graph = graph_of_edges("abc", [("a", "b"), ("b", "a")])

    assert plan_start(graph, Scope(without=("b",))).waves == (("a", "c"),)
    with pytest.raises(StartCycleError, match="`a` → `b` → `a`"):
        plan_stop(graph)
