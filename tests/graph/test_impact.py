"""Who is affected if services fail."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.graph.systems import graph_of, graph_of_edges, random_edges
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.graph.blast import rank
from tiktoktoe_cli.graph.impact import Effect, impact_of
from tiktoktoe_cli.health.facts import ServiceHealth
from tiktoktoe_cli.health.root_cause import explain
from tiktoktoe_cli.health.state import HealthState

if TYPE_CHECKING:
    from tiktoktoe_cli.graph import Graph
    from tiktoktoe_cli.graph.impact import Impact

SHOP = {
    "gateway": {"depends_on": {"orders": {}, "ads": {"kind": "soft"}}},
    "orders": {"depends_on": {"ledger": {"kind": "runtime"}, "mail": {"required": False}}},
    "ledger": {"depends_on": {"migration": {"condition": "completed_successfully"}}},
    "migration": {"depends_on": {"postgres": {}}},
    "mail": {},
    "ads": {"depends_on": {"postgres": {}}},
    "postgres": {},
    "alone": {},
}


@st.composite
def systems(draw: st.DrawFn, *, acyclic: bool = False) -> Graph:
    """Draw a system with dependencies of every kind; some wait for the end of a job."""
    names, edges = draw(random_edges(acyclic=acyclic))
    services: dict[str, Any] = {name: {"depends_on": {}} for name in names}
    for source, target in edges:
        services[source]["depends_on"][target] = {
            "condition": draw(st.sampled_from(["healthy", "started", "completed"])),
            "required": draw(st.booleans()),
            "kind": draw(st.sampled_from(["start", "start", "runtime", "soft"])),
        }
    return graph_of(services)


def effects(facts: Impact) -> dict[str, str]:
    """Return the effect on each service that is reached."""
    return {hit.name: hit.effect.value for hit in facts.hits}


def test_who_requires_it_is_down_with_it() -> None:
    """A required dependency takes down whoever has it, to start or at run time, and so on."""
    facts = impact_of(graph_of(SHOP), ["ledger"])

    assert effects(facts) == {"ledger": "down", "orders": "down", "gateway": "down"}
    assert facts.works == ("migration", "mail", "ads", "postgres", "alone")


def test_who_only_likes_to_have_it_is_degraded() -> None:
    """An optional or soft dependency degrades whoever has it; who needs that one still works."""
    assert effects(impact_of(graph_of(SHOP), ["mail"])) == {
        "mail": "down",
        "orders": "degraded",
        "gateway": "indirect",
    }
    assert effects(impact_of(graph_of(SHOP), ["ads"])) == {"ads": "down", "gateway": "degraded"}


def test_who_waited_for_a_job_only_cannot_be_started_again() -> None:
    """A job that has ended is not needed until the next start of who waited for it; others find that one up."""
    facts = impact_of(graph_of(SHOP), ["migration"])

    assert effects(facts) == {"migration": "down", "ledger": "at_restart"}


def test_what_fails_below_a_job_blocks_a_start_too() -> None:
    """The path to a service that cannot be started again leads over the job to what has failed."""
    facts = impact_of(graph_of(SHOP), ["postgres"])

    found = {hit.name: (hit.effect.value, hit.can_restart) for hit in facts.hits}
    assert found == {
        "postgres": ("down", False),
        "ads": ("down", False),
        "migration": ("down", False),
        "gateway": ("degraded", True),
        "ledger": ("at_restart", False),
    }
    (ledger,) = (hit for hit in facts.hits if hit.name == "ledger")
    assert [edge.target for edge in facts.path_of(ledger)] == ["migration", "postgres"]
    assert (ledger.hops, ledger.cause) == (2, "postgres")


def test_who_calls_it_could_still_be_started() -> None:
    """A call does not order the start: its service is down, but could be started; who waits for that one could not."""
    facts = impact_of(graph_of(SHOP), ["ledger"])

    assert {hit.name: hit.can_restart for hit in facts.hits} == {
        "ledger": False,
        "orders": True,
        "gateway": False,
    }


def test_several_fail_at_once() -> None:
    """What fails itself is down, whatever else it depends on."""
    facts = impact_of(graph_of(SHOP), ["ads", "postgres"])

    assert [hit.name for hit in facts.hits if not hit.via] == ["ads", "postgres"]
    assert {hit.name: hit.cause for hit in facts.hits} == {
        "ads": "ads",
        "postgres": "postgres",
        "migration": "postgres",
        "gateway": "ads",
        "ledger": "postgres",
    }


def test_a_name_that_no_service_has_may_fail() -> None:
    """What is only mentioned as a dependency is somebody else's, and fails like anything."""
    graph = graph_of({"a": {"depends_on": {"ghost": {}}}, "b": {}})

    assert effects(impact_of(graph, ["ghost"])) == {"ghost": "down", "a": "down"}


def test_nobody_has_heard_of_it() -> None:
    """A name that is nowhere is refused, with the nearest one."""
    with pytest.raises(UsageError) as refused:
        impact_of(graph_of(SHOP), ["legder"])

    assert refused.value.hint == "did you mean `ledger`?"


@given(systems(acyclic=True), st.data())
def test_health_would_name_the_same_services(graph: Graph, data: st.DataObject) -> None:
    """If all fail that must, `health` finds the one cause, and the same services down and degraded."""
    failed = data.draw(st.sampled_from(sorted(graph.services)))
    predicted = effects(impact_of(graph, [failed]))
    states = {
        name: HealthState.UNHEALTHY if predicted.get(name) == Effect.DOWN else HealthState.HEALTHY
        for name in graph.services
    }

    found = explain({name: ServiceHealth(name, state, ()) for name, state in states.items()}, graph)

    down = {name for name, health in found.items() if health.state is HealthState.UNREACHABLE}
    degraded = {name for name, health in found.items() if health.state is HealthState.DEGRADED}
    assert {*down, failed} == {name for name, effect in predicted.items() if effect == Effect.DOWN}
    assert degraded == {name for name, effect in predicted.items() if effect == Effect.DEGRADED}
    assert all(found[name].cause == (failed,) for name in down | degraded)


@given(systems(), st.data())
def test_effects_are_those_of_trying_every_path(graph: Graph, data: st.DataObject) -> None:
    """The effect on a service is the worst that any path of dependencies from it to the failure says."""
    failed = data.draw(st.sampled_from(sorted(graph.services)))

    found = effects(impact_of(graph, [failed]))

    assert found == {name: effect for name in graph.services if (effect := _by_trying(graph, name, failed))}


def _by_trying(graph: Graph, name: str, failed: str) -> str | None:
    """Look at every simple path, edge by edge."""
    if name == failed:
        return "down"
    plain = nx.DiGraph((edge.source, edge.target) for edge in graph.edges())
    plain.add_nodes_from(graph.services)
    edges = {(edge.source, edge.target): edge for edge in graph.edges()}
    words = {
        _word([edges[step] for step in steps]) for steps in nx.all_simple_edge_paths(plain, name, failed)
    }
    return next((word for word in ("down", "degraded", "at_restart", "indirect") if word in words), None)


def _word(path: list[Any]) -> str | None:
    """Say what one path means for its first service, from the failure upwards."""
    state = "down"
    for edge in reversed(path):
        is_job = edge.kind == "start" and edge.condition == "completed"
        is_required = edge.required and edge.kind != "soft"
        if is_job or state in {"at_restart", "nothing"}:
            state = "at_restart" if is_job and edge.required and state == "down" else "nothing"
        elif state == "down":
            state = "down" if is_required else "degraded"
        else:
            state = "indirect"
    return state


@given(random_edges(), st.data())
def test_paths_are_shortest(drawn: tuple[list[str], list[tuple[str, str]]], data: st.DataObject) -> None:
    """Each service that is down is shown with a path of as few dependencies as there can be."""
    names, edges = drawn
    failed = data.draw(st.sampled_from(names))
    oracle = nx.DiGraph((target, source) for source, target in edges)
    oracle.add_nodes_from(names)

    facts = impact_of(graph_of_edges(names, edges), [failed])

    paths = {hit.name: list(facts.path_of(hit)) for hit in facts.hits}
    assert {name: len(path) for name, path in paths.items()} == nx.single_source_shortest_path_length(
        oracle, failed
    )
    assert all(hit.hops == len(paths[hit.name]) and hit.cause == failed for hit in facts.hits)
    for name, path in paths.items():
        assert [edge.source for edge in path] + [failed] == [name, *(edge.target for edge in path)]


@given(systems(), st.data())
def test_hops_are_those_of_the_path(graph: Graph, data: st.DataObject) -> None:
    """Whatever the effect, a service is as far from its cause as its path is long, and the path ends there."""
    failed = data.draw(st.lists(st.sampled_from(sorted(graph.services)), min_size=1, max_size=2))

    facts = impact_of(graph, failed)

    for hit in facts.hits:
        names = [hit.name, *(edge.target for edge in facts.path_of(hit))]
        assert (len(names) - 1, names[-1]) == (hit.hops, hit.cause)
        assert hit.cause in failed


def test_a_long_chain_takes_little_room() -> None:
    """What is kept of an impact grows with the system, not with the square of it."""
    names = [f"s{number}" for number in range(20_000)]
    graph = graph_of_edges(names, list(pairwise(names)))
    tracemalloc.start()

    facts = impact_of(graph, ["s19999"])

    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert facts.hits[-1].hops == 19_999
    assert most_bytes < 20_000 * 2_000


@given(systems())
def test_the_ranking_is_that_of_every_single_failure(graph: Graph) -> None:
    """The ranking counts for each service what its impact lists, the worst first; equal counts are one rank."""
    expected = []
    for name in graph.services:
        found = list(effects(impact_of(graph, [name])).values())
        expected.append(([-found.count(effect) for effect in Effect], name))

    ranked = rank(graph)

    found_counts = [([-one.counts[effect] for effect in Effect], one.name) for one in ranked]
    assert found_counts == sorted(expected)
    for one, (counts, _) in zip(ranked, found_counts, strict=True):
        assert one.rank == 1 + sum(others < counts for others, _ in expected)


def test_many_services_are_ranked_in_blocks() -> None:
    """A star larger than one block is counted to the end, and a circle counts as one."""
    names = [f"s{number:04}" for number in range(5_000)]
    edges = [(name, "s0000") for name in names[1:]] + [("s0000", "s0001")]

    first, second, third = rank(graph_of_edges(names, edges))[:3]

    assert [(one.name, one.counts[Effect.DOWN], one.rank) for one in (first, second, third)] == [
        ("s0000", 5_000, 1),
        ("s0001", 5_000, 1),
        ("s0002", 1, 3),
    ]
