"""Edges that longer paths already imply: the transitive reduction of a graph (Aho, Garey & Ullman 1972).

Reachability is kept in Python integers, a bit for a node, so that a whole set is joined in one step. Nodes have ranks
in topological order and are looked at in blocks of ranks: the sets of 100,000 nodes would take a gigabyte at once.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.algorithms.order import order_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

BLOCK = 4_096
"""How many bits a set has at once: enough that few steps are needed, and 100,000 sets take 50 megabytes."""


def reduce(successors: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Keep the edges that no longer path implies, in their order.

    Every successor is a node itself, and there are no cycles.
    """
    implied = _implied(successors, chain.from_iterable(order_of(successors).waves))
    return {
        name: [target for target in targets if target not in implied.get(name, ())]
        for name, targets in successors.items()
    }


def _implied(successors: Mapping[str, Collection[str]], order: Iterable[str]) -> dict[str, set[str]]:
    """Find the successors that nodes reach in several steps as well; only nodes that have such are named.

    In the order each node comes after its successors.
    """
    names = list(order)
    rank_of = {name: rank for rank, name in enumerate(names)}
    targets = [sorted({rank_of[target] for target in successors[name]}, reverse=True) for name in names]
    implied: dict[str, set[str]] = {}
    for first in range(0, len(names), BLOCK):
        for rank, positions in _implied_in_block(targets, first):
            implied.setdefault(names[rank], set()).update(names[first + one] for one in _ones(positions))
    return implied


def _implied_in_block(targets: list[list[int]], first: int) -> Iterator[tuple[int, int]]:
    """Yield nodes and which of their targets in a block are implied, as bits; takes these targets off their lists.

    `targets` are ranks, highest first: those of earlier blocks are gone, since they lead to nothing in this one.
    """
    end = first + BLOCK
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
