"""Nodes in waves, each after everything that it leads to."""

from __future__ import annotations

import networkx as nx
from hypothesis import given

from tests.graph.systems import graph_of_edges, random_edges
from tiktoktoe_cli.graph.algorithms.order import order_of, wave_numbers
from tiktoktoe_cli.graph.model import EdgeKind


@given(random_edges())
def test_what_leads_to_no_cycle_is_in_the_wave_after_its_last_successor(
    drawn: tuple[list[str], list[tuple[str, str]]],
) -> None:
    """Of any graph, exactly the nodes on and above cycles have no place; the others are networkx's generations."""
    names, edges = drawn
    oracle = nx.DiGraph([(target, source) for source, target in edges])
    oracle.add_nodes_from(names)
    cyclic = [one for one in nx.strongly_connected_components(oracle) if len(one) > 1]
    stuck = {name for one in cyclic for name in one | nx.descendants(oracle, next(iter(one)))}

    order = order_of(graph_of_edges(names, edges).successors((EdgeKind.START,)))

    rest = oracle.subgraph(set(names) - stuck)
    assert order.unordered == stuck
    assert order.waves == tuple(tuple(sorted(wave)) for wave in nx.topological_generations(rest))


def test_waves_are_counted_from_one() -> None:
    """The first wave is the first for every reader."""
    assert wave_numbers((("a", "b"), ("c",))) == {"a": 1, "b": 1, "c": 2}
