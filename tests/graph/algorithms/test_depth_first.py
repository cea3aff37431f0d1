"""Walks through a graph: an order for any graph, and the services to begin with."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
from hypothesis import given

from tests.graph.systems import graph_of_edges, random_edges
from tiktoktoe_cli.graph.algorithms.depth_first import finishing_order, roots_of
from tiktoktoe_cli.graph.model import EdgeKind


@given(drawn=random_edges())
def test_only_edges_of_cycles_lead_forward(drawn: tuple[list[str], list[tuple[str, str]]]) -> None:
    """Each node comes after its successors; an edge that does not agree with that lies on a cycle."""
    names, edges = drawn
    graph = nx.DiGraph(edges)
    graph.add_nodes_from(names)

    order = finishing_order(graph_of_edges(names, edges).successors((EdgeKind.START,)))

    assert sorted(order) == sorted(names)
    assert all(
        order.index(target) < order.index(source) or nx.has_path(graph, target, source)
        for source, target in edges
    )


@given(drawn=random_edges())
def test_roots_lead_everywhere_and_are_the_fewest(drawn: tuple[list[str], list[tuple[str, str]]]) -> None:
    """There is one root for each group of services that reach each other and that nothing else depends on."""
    names, edges = drawn
    graph = nx.DiGraph(edges)
    graph.add_nodes_from(names)
    condensed = nx.condensation(graph)
    sources = [condensed.nodes[node]["members"] for node, count in condensed.in_degree() if not count]

    roots = roots_of(graph_of_edges(names, edges))

    assert len(roots) == len(sources)
    assert all(members & set(roots) for members in sources)
    assert list(roots) == [name for name in names if name in roots]


def test_a_long_chain_does_not_recurse() -> None:
    """A hundred thousand services in a row are walked through like any others."""
    names = [str(number) for number in range(100_000)]
    successors = {name: (after,) for name, after in pairwise(names)} | {names[-1]: ()}

    assert finishing_order(successors) == tuple(reversed(names))
