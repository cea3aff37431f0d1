"""Edges that longer paths imply; networkx's transitive reduction is the oracle."""

from __future__ import annotations

import random

import networkx as nx
from hypothesis import given

from tests.graph.systems import graph_of, graph_of_edges, random_edges
from tiktoktoe_cli.graph.algorithms.reduction import reduce, redundant_edges
from tiktoktoe_cli.graph.model import EdgeKind

START = (EdgeKind.START,)


@given(random_edges(acyclic=True))
def test_the_reduction_of_an_acyclic_graph_is_networkxs(
    drawn: tuple[list[str], list[tuple[str, str]]],
) -> None:
    """The fewest edges that reach as much are known for acyclic graphs; they keep their order."""
    names, edges = drawn
    oracle = nx.transitive_reduction(nx.DiGraph(edges))
    successors = graph_of_edges(names, edges).successors(START)

    reduced = reduce(successors)

    assert {(source, target) for source in reduced for target in reduced[source]} == set(oracle.edges)
    assert list(reduced) == names
    assert all(kept == [one for one in successors[name] if one in kept] for name, kept in reduced.items())


@given(random_edges())
def test_without_its_redundant_edges_any_graph_reaches_as_much(
    drawn: tuple[list[str], list[tuple[str, str]]],
) -> None:
    """Also around cycles, who reaches whom stays the same, and what is inside a cycle stays as it is."""
    names, edges = drawn
    graph = graph_of_edges(names, edges)
    oracle = nx.DiGraph(edges)

    removed = {(edge.source, edge.target) for edge in redundant_edges(graph, START)}

    kept = nx.DiGraph([edge for edge in edges if edge not in removed])
    kept.add_nodes_from(oracle)
    assert removed <= set(edges)
    assert set(nx.transitive_closure(kept).edges) == set(nx.transitive_closure(oracle).edges)
    assert not any(nx.has_path(oracle, target, source) for source, target in removed)


@given(random_edges())
def test_components_are_reduced_as_nodes(drawn: tuple[list[str], list[tuple[str, str]]]) -> None:
    """Redundant are exactly the edges between components that networkx's reduction of their graph leaves out."""
    names, edges = drawn
    oracle = nx.DiGraph(edges)
    condensed = nx.condensation(oracle)
    home = condensed.graph["mapping"]
    needed = set(nx.transitive_reduction(condensed).edges)

    removed = {(edge.source, edge.target) for edge in redundant_edges(graph_of_edges(names, edges), START)}

    between = [(a, b) for a, b in edges if home[a] != home[b]]
    assert removed == {(a, b) for a, b in between if (home[a], home[b]) not in needed}


def test_only_edges_of_the_kinds_that_were_asked_for_count() -> None:
    """A path over calls implies no start edge, and a soft edge is implied by nothing."""
    graph = graph_of(
        {
            "a": {"depends_on": {"b": {}, "c": {}, "d": {"kind": "soft"}, "ghost": {}}},
            "b": {"depends_on": {"c": {"kind": "runtime"}, "d": {}}},
            "c": {"depends_on": {"d": {}}},
            "d": {},
        }
    )

    calls = redundant_edges(graph, (EdgeKind.START, EdgeKind.RUNTIME))

    assert redundant_edges(graph, START) == ()
    assert [(edge.source, edge.target) for edge in calls] == [("a", "c"), ("b", "d")]


def test_a_graph_of_several_blocks_is_reduced_as_one() -> None:
    """Steps of 4 and 5,003 are two of the steps of 2 and 5,001 that each of 12,000 nodes has as well."""
    size = 12_000
    rng = random.Random(1)  # noqa: S311  # the same names every time
    names = rng.sample([f"n{number}" for number in range(size)], size)

    def stepping(*steps: int) -> dict[str, list[str]]:
        return {name: [names[at - step] for step in steps if at >= step] for at, name in enumerate(names)}

    assert reduce(stepping(2, 4, 5_001, 5_003)) == stepping(2, 5_001)
