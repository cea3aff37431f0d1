"""Edges that longer paths imply; networkx's transitive reduction is the oracle."""

from __future__ import annotations

import random

import networkx as nx
from hypothesis import given

from tests.graph.systems import graph_of_edges, random_edges
from tiktoktoe_cli.graph.algorithms.reduction import reduce
from tiktoktoe_cli.graph.model import EdgeKind


@given(random_edges(acyclic=True))
def test_the_reduction_of_an_acyclic_graph_is_networkxs(
    drawn: tuple[list[str], list[tuple[str, str]]],
) -> None:
    """The fewest edges that reach as much are known for acyclic graphs; they keep their order."""
    names, edges = drawn
    oracle = nx.transitive_reduction(nx.DiGraph(edges))
    successors = graph_of_edges(names, edges).successors((EdgeKind.START,))

    reduced = reduce(successors)

    assert {(source, target) for source in reduced for target in reduced[source]} == set(oracle.edges)
    assert list(reduced) == names
    assert all(kept == [one for one in successors[name] if one in kept] for name, kept in reduced.items())


def test_a_graph_of_several_blocks_is_reduced_as_one() -> None:
    """Steps of 4 and 5,003 are two of the steps of 2 and 5,001 that each of 12,000 nodes has as well."""
    size = 12_000
    rng = random.Random(1)  # noqa: S311  # the same names every time
    names = rng.sample([f"n{number}" for number in range(size)], size)

    def stepping(*steps: int) -> dict[str, list[str]]:
        return {name: [names[at - step] for step in steps if at >= step] for at, name in enumerate(names)}

    assert reduce(stepping(2, 4, 5_001, 5_003)) == stepping(2, 5_001)
