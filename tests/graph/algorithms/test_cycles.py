"""Cycles: the shortest one of each component, and where to cut it; networkx is the oracle."""

from __future__ import annotations

import networkx as nx
from hypothesis import given

from tests.graph.systems import graph_of, graph_of_edges, random_edges
from tiktoktoe_cli.graph.algorithms.cycles import Cycle, runtime_cycles, start_cycles


def steps(cycle: Cycle) -> list[tuple[str, str]]:
    """Return a cycle's edges as pairs of names."""
    return [(edge.source, edge.target) for edge in cycle.edges]


@given(random_edges())
def test_each_component_is_told_by_its_shortest_cycle(drawn: tuple[list[str], list[tuple[str, str]]]) -> None:
    """Components are networkx's, and no cycle in one is shorter than the one that is shown, which is real."""
    names, edges = drawn
    oracle = nx.DiGraph(edges)
    components = {frozenset(found) for found in nx.strongly_connected_components(oracle) if len(found) > 1}

    cycles = list(start_cycles(graph_of_edges(names, edges)))

    assert {cycle.component for cycle in cycles} == components
    assert len(cycles) == len(components)
    for cycle in cycles:
        found = steps(cycle)
        shortest = min(map(len, nx.simple_cycles(oracle.subgraph(cycle.component))))
        assert len(found) == shortest
        assert set(found) <= set(edges)
        assert [target for _, target in found] == [source for source, _ in found[1:] + found[:1]]


@given(random_edges())
def test_the_cut_leaves_as_few_services_in_cycles_as_any_edge_of_the_cycle(
    drawn: tuple[list[str], list[tuple[str, str]]],
) -> None:
    """No other edge of the cycle would free more services, and the number that is told is right."""
    names, edges = drawn

    for cycle in start_cycles(graph_of_edges(names, edges)):
        left = {}
        for step in steps(cycle):
            rest = nx.DiGraph([edge for edge in edges if edge != step]).subgraph(cycle.component)
            left[step] = sum(len(found) for found in nx.strongly_connected_components(rest) if len(found) > 1)

        assert cycle.remaining == left[cycle.cut.source, cycle.cut.target] == min(left.values())


def test_a_shorter_cycle_is_found_after_a_longer_one() -> None:
    """The search does not stop at the first cycle that it meets, also if the next is only one edge shorter."""
    square = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")]
    detour = [("a", "e"), ("e", "f"), ("f", "d")]
    triangle = [("c", "g"), ("g", "h"), ("h", "c")]

    (cycle,) = start_cycles(graph_of_edges("abcdefgh", [*square, *detour, *triangle]))

    assert steps(cycle) == triangle


def test_a_self_dependency_does_not_hide_a_cycle() -> None:
    """A service that also depends on itself is still shown in the cycle with the others."""
    (cycle,) = start_cycles(graph_of_edges("ab", [("a", "a"), ("a", "b"), ("b", "a")]))

    assert steps(cycle) == [("a", "b"), ("b", "a")]


def test_an_optional_edge_is_cut_first() -> None:
    """Where edges break equally much, the one that is not required is named."""
    graph = graph_of({"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {"required": False}}}})

    (cycle,) = start_cycles(graph)

    assert (cycle.cut.source, cycle.cut.target) == ("b", "a")


def test_a_runtime_cycle_has_a_runtime_edge() -> None:
    """Of start and runtime edges together, only a cycle with a call in it is a runtime cycle."""
    graph = graph_of(
        {
            "a": {"depends_on": {"b": {}, "c": {"kind": "runtime"}}},
            "b": {"depends_on": {"a": {}}},
            "c": {"depends_on": {"d": {}}},
            "d": {"depends_on": {"a": {}}},
        }
    )

    (cycle,) = runtime_cycles(graph)

    assert steps(cycle) == [("a", "c"), ("c", "d"), ("d", "a")]


def test_soft_edges_make_no_cycle() -> None:
    """A soft edge never blocks, so it closes no cycle."""
    graph = graph_of({"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {"kind": "soft"}}}})

    assert list(start_cycles(graph)) == []
    assert list(runtime_cycles(graph)) == []


def test_a_ring_of_thousands_is_one_cycle() -> None:
    """A cycle of 3,000 services is found whole, without recursion."""
    names = [f"s{number}" for number in range(3_000)]

    (cycle,) = start_cycles(graph_of_edges(names, list(zip(names, [*names[1:], names[0]], strict=True))))

    assert len(cycle.edges) == 3_000
    assert cycle.remaining == 0
