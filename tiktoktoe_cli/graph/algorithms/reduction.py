"""Edges that longer paths already imply: the transitive reduction of a graph (Aho, Garey & Ullman 1972).

Reachability is kept in Python integers, a bit for a node, so that a whole set is joined in one step. Nodes have ranks
in topological order and are looked at in blocks of ranks: the sets of 100,000 nodes would take a gigabyte at once.

In a graph with cycles, each component (services that reach each other) counts as one node: an edge inside of one is
never redundant, and of several edges between two components none implies another.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.graph.algorithms.cycles import components
from tiktoktoe_cli.graph.algorithms.order import order_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from tiktoktoe_cli.graph.algorithms.order import Order
    from tiktoktoe_cli.graph.model import Edge, EdgeKind, Graph

_Successors: TypeAlias = "Mapping[str, Collection[str]]"

_BLOCK = 4_096


def redundant_edges(graph: Graph, kinds: Collection[EdgeKind]) -> tuple[Edge, ...]:
    """Return the edges of some kinds that a longer path over edges of these kinds implies, in the graph's order.

    All of them may be removed at once: who reaches whom stays the same.
    """
    implied = _implied(graph.successors(kinds))
    return tuple(
        edge for edge in graph.edges() if edge.target in implied.get(edge.source, ()) and edge.kind in kinds
    )


def reduce(successors: _Successors) -> dict[str, list[str]]:
    """Keep the edges that no longer path implies, in their order; every successor is a node itself."""
    implied = _implied(successors)
    return {
        name: [target for target in targets if target not in implied.get(name, ())]
        for name, targets in successors.items()
    }


def _implied(successors: _Successors) -> dict[str, set[str]]:
    """Find the successors that nodes reach in several steps as well; only nodes that have such are named."""
    order = order_of(successors)
    if order.unordered:
        return _implied_between_components(successors, order)
    return _implied_in_order(successors, chain.from_iterable(order.waves))


def _implied_between_components(successors: _Successors, order: Order) -> dict[str, set[str]]:
    """Do so with each component as one node, called by the first of its names."""
    home = {name: name for name in successors}
    home |= {name: min(component) for component in components(successors, order) for name in component}
    condensed: dict[str, set[str]] = {name: set() for name in home.values()}
    for name, targets in successors.items():
        condensed[home[name]] |= {home[target] for target in targets} - {home[name]}
    implied = _implied(condensed)
    found = {
        name: {target for target in targets if home[target] in implied.get(home[name], ())}
        for name, targets in successors.items()
    }
    return {name: targets for name, targets in found.items() if targets}


def _implied_in_order(successors: _Successors, order: Iterable[str]) -> dict[str, set[str]]:
    """Do so for nodes in an order in which each comes after its successors."""
    names = list(order)
    rank_of = {name: rank for rank, name in enumerate(names)}
    targets = [sorted({rank_of[target] for target in successors[name]}, reverse=True) for name in names]
    implied: dict[str, set[str]] = {}
    for first in range(0, len(names), _BLOCK):
        for rank, positions in _implied_in_block(targets, first):
            implied.setdefault(names[rank], set()).update(names[first + one] for one in _ones(positions))
    return implied


def _implied_in_block(targets: list[list[int]], first: int) -> Iterator[tuple[int, int]]:
    """Yield nodes and which of their targets in a block are implied, as bits; takes these targets off their lists.

    `targets` are ranks, highest first: those of earlier blocks are gone, since they lead to nothing in this one.
    """
    end = first + _BLOCK
    reach: list[int] = []  # what the nodes from `first` on reach in the block
    for rank in range(first, len(targets)):
        ahead = targets[rank]
        direct = further = 0
        for target in ahead:
            further |= reach[target - first]
        while ahead and ahead[-1] < end:
            direct |= 1 << (ahead.pop() - first)
        reach.append(direct | further)
        if direct & further:
            yield rank, direct & further


def _ones(bits: int) -> Iterator[int]:
    """Yield the positions of the bits that are set, lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
